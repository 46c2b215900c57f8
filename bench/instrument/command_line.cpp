#include "instrument/command_line.hpp"

#include <fmt/format.h>

#include <cstdio>
#include <exception>

namespace strata::bench {
namespace {

constexpr int failed = 1;
constexpr int wrong_usage = 2;

int explain(const instrument& which, const std::exception& error) {
  fmt::print(stderr, "{}: {}\n", which.name, error.what());
  return failed;
}

int explain_usage(const instrument& which, const std::exception& error) {
  fmt::print(stderr, "{}: {} (try '{} --help')\n", which.name, error.what(), which.name);
  return wrong_usage;
}

}  // namespace

int run_instrument(const instrument& which, int count, char** values) noexcept try {
  CLI::App parser(which.summary, which.name);
  const std::function<void()> act = which.configure(parser);
  try {
    parser.parse(count, values);
  } catch (const CLI::Success& help_or_version) {
    return parser.exit(help_or_version);
  } catch (const CLI::ParseError& error) {
    return explain_usage(which, error);
  }
  act();
  return std::fflush(stdout) == 0 ? 0 : failed;
} catch (const usage_error& error) {
  return explain_usage(which, error);
} catch (const std::exception& error) {
  return explain(which, error);
}

}  // namespace strata::bench
