// The command's side of the launcher. What it waits for is watched together with
// the signals, so that neither is missed.
#include "compare/launcher.hpp"

#include <fmt/format.h>
#include <poll.h>
#include <sys/signalfd.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstring>

#include "command.hpp"
#include "compare/launcher_process.hpp"
#include "compare/wire.hpp"

namespace strata::tool::compare {
namespace {

[[noreturn]] void fail(const char* what) {
  throw failure(fmt::format("cannot {}: {}", what, std::strerror(errno)));
}

message_writer ask_for(request what) {
  message_writer request;
  request.number(static_cast<std::int64_t>(what));
  return request;
}

ended_program read_end(message_reader& answer) {
  ended_program ended;
  ended.status = static_cast<int>(answer.number());
  ended.used.elapsed_s = static_cast<double>(answer.number()) * 1e-9;
  ended.used.user_s = static_cast<double>(answer.number()) * 1e-6;
  ended.used.system_s = static_cast<double>(answer.number()) * 1e-6;
  ended.used.peak_bytes = static_cast<std::uint64_t>(answer.number()) * 1024;
  ended.used.minor_faults = static_cast<std::uint64_t>(answer.number());
  ended.used.major_faults = static_cast<std::uint64_t>(answer.number());
  return ended;
}

}  // namespace

launcher::launcher() {
  sigset_t held;
  sigemptyset(&held);
  for (const int signal : {SIGINT, SIGTERM, SIGHUP}) sigaddset(&held, signal);
  std::array<int, 2> ends{};
  if (::socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends.data()) != 0) fail("make a socket");
  ::sigprocmask(SIG_BLOCK, &held, &before_);
  process_ = ::fork();
  if (process_ < 0) fail("fork");
  if (process_ == 0) {
    ::close(ends[0]);
    serve_launches(ends[1], before_);
  }
  ::close(ends[1]);
  socket_ = ends[0];
  signals_ = ::signalfd(-1, &held, SFD_CLOEXEC);
  if (signals_ < 0) fail("watch signals");
}

launcher::~launcher() {
  ::close(socket_);
  while (::waitpid(process_, nullptr, 0) < 0 && errno == EINTR) {
  }
  ::close(signals_);
  ::sigprocmask(SIG_SETMASK, &before_, nullptr);
}

void launcher::watch(int descriptor, int timeout_ms) const {
  std::array<pollfd, 2> watched{{{signals_, POLLIN, 0}, {descriptor, POLLIN, 0}}};
  while (::poll(watched.data(), watched.size(), timeout_ms) < 0) {
    if (errno != EINTR) fail("wait");
  }
  if (watched[0].revents == 0) return;
  signalfd_siginfo arrived{};
  if (::read(signals_, &arrived, sizeof arrived) != sizeof arrived) fail("read a signal");
  throw interrupted{static_cast<int>(arrived.ssi_signo)};
}

message_reader launcher::ask(const message_writer& request) const {
  if (request.send(socket_)) {
    watch(socket_, -1);
    if (auto answer = receive(socket_)) return *answer;
  }
  throw failure("the process that starts the programs is gone; was it killed for memory?");
}

std::variant<pid_t, refused_launch> launcher::start(const program_start& what) const {
  message_writer request = ask_for(request::start);
  request.text(what.file).texts(what.command).texts(what.environment);
  request.text(what.directory).text(what.input).text(what.output);
  const std::int64_t answer = ask(request).number();
  if (answer < 0) return refused_launch{static_cast<int>(-answer)};
  return static_cast<pid_t>(answer);
}

std::optional<ended_program> launcher::wait(pid_t program,
                                            std::chrono::milliseconds at_most) const {
  message_reader answer = ask(ask_for(request::wait).number(program).number(at_most.count()));
  if (answer.number() == 0) return std::nullopt;
  return read_end(answer);
}

ended_program launcher::wait(pid_t program) const {
  return wait(program, std::chrono::milliseconds(-1)).value();
}

void launcher::signal(pid_t program, int number) const {
  static_cast<void>(ask(ask_for(request::signal).number(program).number(number)));
}

std::uint64_t launcher::floor_bytes() const {
  return static_cast<std::uint64_t>(ask(ask_for(request::floor)).number()) * 1024;
}

void launcher::sleep(std::chrono::milliseconds time) const {
  watch(-1, static_cast<int>(time.count()));
}

}  // namespace strata::tool::compare
