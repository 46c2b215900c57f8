// The environment of a run is ours, the workload's on top of it, and LD_PRELOAD on
// top of both; the shell commands around a run get no LD_PRELOAD from us.
#include "compare/runner.hpp"

#include <fmt/format.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <cstdlib>
#include <fstream>
#include <utility>

#include "compare/printed_number.hpp"
#include "ending.hpp"
#include "executable.hpp"
#include "preload.hpp"
#include "quantity.hpp"

namespace strata::tool::compare {
namespace {

using namespace std::chrono_literals;

constexpr auto ready_within = 10s;
constexpr auto ready_pause = 20ms;
constexpr auto stop_within = 10s;
constexpr auto loader_within = 60s;

void set_variable(std::vector<std::string>& environment, const std::string& name,
                  const std::string& value) {
  std::erase_if(environment, [&](const std::string& each) {
    return each.size() > name.size() && each.starts_with(name) && each[name.size()] == '=';
  });
  environment.push_back(name + "=" + value);
}

void preload(program_start& what, const contender& allocator) {
  if (allocator.library.empty()) return;
  const char* const present = std::getenv("LD_PRELOAD");
  set_variable(what.environment, "LD_PRELOAD", preload_list(allocator.library, present));
}

std::string describe_status(int status) {
  if (WIFSIGNALED(status)) return "killed by " + signal_name(WTERMSIG(status));
  return WEXITSTATUS(status) == 0 ? "" : fmt::format("exit code {}", WEXITSTATUS(status));
}

std::string describe_timeout(std::chrono::milliseconds timeout) {
  return fmt::format("timed out after {} s", std::chrono::duration<double>(timeout).count());
}

void use_figures_of(const usage& server, usage& result) {
  const double elapsed = result.elapsed_s;
  result = server;
  result.elapsed_s = elapsed;
}

}  // namespace

program_start runner::prepare(const workload& what, std::vector<std::string> command) const {
  const auto file = locate_program(command.front());
  if (!file) throw cannot_start{command.front(), ENOENT};
  program_start prepared;
  prepared.file = file->native();
  prepared.command = std::move(command);
  for (char** each = environ; *each != nullptr; ++each) prepared.environment.emplace_back(*each);
  for (const auto& [name, value] : what.environment) {
    set_variable(prepared.environment, name, value);
  }
  prepared.directory = what.directory;
  return prepared;
}

pid_t runner::start(const program_start& what) const {
  const auto started = programs_.start(what);
  if (const auto* refused = std::get_if<refused_launch>(&started)) {
    throw cannot_start{what.command.front(), refused->error};
  }
  return std::get<pid_t>(started);
}

runner::outcome runner::finish(pid_t program, std::chrono::milliseconds timeout) const {
  if (timeout.count() == 0) return {programs_.wait(program)};
  if (const auto ended = programs_.wait(program, timeout)) return {*ended};
  programs_.signal(program, SIGKILL);
  return {programs_.wait(program), true};
}

runner::outcome runner::run_shell(const workload& what, const std::string& command) const {
  program_start shell = prepare(what, {"/bin/sh", "-c", command});
  shell.output = output();
  return finish(start(shell), what.timeout);
}

std::string runner::set_up(const workload& what) const {
  if (what.setup.empty()) return {};
  std::ofstream(output()).flush();
  const outcome end = run_shell(what, what.setup);
  const std::string problem =
      end.timed_out ? describe_timeout(what.timeout) : describe_status(end.ended.status);
  if (problem.empty()) return {};
  return fmt::format("setup: {}: {}", problem, last_line(output()));
}

void runner::take_time(const workload& what, run_result& result) const {
  result.time = result.used.elapsed_s;
  if (what.measured.what == measure::kind::elapsed) return;
  result.printed = printed_number(output(), what.measured.pattern);
  if (!result.printed || !(*result.printed > 0)) {
    result.failure = "printed no number above 0 that its measure matches";
    return;
  }
  const bool is_rate = what.measured.what == measure::kind::rate;
  result.time = is_rate ? 1 / *result.printed : *result.printed;
}

run_result runner::run_alone(const workload& what, const contender& allocator) const {
  program_start program = prepare(what, what.command);
  preload(program, allocator);
  program.input = what.input;
  if (!what.name.empty()) program.output = output();
  const outcome end = finish(start(program), what.timeout);
  run_result result{.used = end.ended.used, .timed_out = end.timed_out};
  result.failure =
      end.timed_out ? describe_timeout(what.timeout) : describe_status(end.ended.status);
  return result;
}

runner::readiness runner::wait_until_ready(const workload& what, pid_t server) const {
  const auto until = std::chrono::steady_clock::now() + ready_within;
  while (!what.ready.empty()) {
    if (programs_.wait(server, 0ms)) return readiness::ended;
    if (run_shell(what, what.ready).ended.status == 0) break;
    if (std::chrono::steady_clock::now() > until) return readiness::late;
    programs_.sleep(ready_pause);
  }
  return readiness::ready;
}

run_result runner::run_served(const workload& what, const contender& allocator) const {
  program_start program = prepare(what, what.server);
  preload(program, allocator);
  program.output = scratch_ / "server-output";
  const pid_t server = start(program);
  const readiness state = wait_until_ready(what, server);
  if (state == readiness::ended) return {.failure = "the server ended before it was ready"};
  run_result result{.failure = "the server was not ready within 10 s"};
  if (state == readiness::ready) result = run_alone(what, {"", {}});
  if (const auto early = programs_.wait(server, 0ms)) {
    result.failure = fmt::format("the server ended early: {}", describe_status(early->status));
    return result;
  }
  programs_.signal(server, SIGTERM);
  const outcome end = finish(server, stop_within);
  use_figures_of(end.ended.used, result.used);
  if (result.failure.empty() && end.timed_out) {
    result.failure = "the server did not end within 10 s of SIGTERM";
  }
  return result;
}

run_result runner::run(const workload& what, const contender& allocator) const {
  std::ofstream(output()).flush();
  run_result result =
      what.server.empty() ? run_alone(what, allocator) : run_served(what, allocator);
  if (result.failure.empty()) {
    take_time(what, result);
  } else if (const std::string said = last_line(output()); !said.empty()) {
    result.failure += ": " + said;
  }
  return result;
}

void runner::show(const workload& what, const contender& allocator) const {
  program_start program = prepare(what, what.command);
  preload(program, allocator);
  program.input = what.input;
  program.output.clear();
  static_cast<void>(finish(start(program), what.timeout));
}

std::filesystem::path runner::ask_loader(const workload& what, const contender& allocator) const {
  program_start program = prepare(what, what.server.empty() ? what.command : what.server);
  preload(program, allocator);
  for (const char* name : {"LD_TRACE_LOADED_OBJECTS", "LD_WARN", "LD_BIND_NOW"}) {
    set_variable(program.environment, name, "1");
  }
  set_variable(program.environment, "LD_DEBUG", "bindings");
  program.output = scratch_ / "loader";
  std::ofstream(program.output).flush();
  static_cast<void>(finish(start(program), loader_within));
  return program.output;
}

}  // namespace strata::tool::compare
