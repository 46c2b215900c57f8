// A program whose memory and end are known, for comparisons:
//
//   holds MEBIBYTES             allocates and touches so much, then ends with 0
//   holds child MEBIBYTES       waits for a child that does so
//   holds fails-on LIBRARY      ends with 9 when LIBRARY is in LD_PRELOAD, else with 0
//   holds prints TEXT           prints it
#include <sys/wait.h>
#include <unistd.h>

#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <string>

namespace {

constexpr std::size_t mebibyte = 1 << 20;
constexpr std::size_t page = 4096;  // the smallest there is

int fill(const char* mebibytes) {
  const std::size_t bytes = mebibyte * std::stoul(mebibytes);
  auto* const memory = static_cast<volatile char*>(std::malloc(bytes));
  if (memory == nullptr) return 12;
  for (std::size_t at = 0; at < bytes; at += page) memory[at] = 1;
  return 0;
}

int wait_for_child(const char* mebibytes) {
  const pid_t child = ::fork();
  if (child == 0) ::_exit(fill(mebibytes));
  int status = 1;
  ::waitpid(child, &status, 0);
  return status == 0 ? 0 : 1;
}

}  // namespace

int main(int count, char** values) {
  const std::string how = count > 1 ? values[1] : "0";
  const char* const what = count > 2 ? values[2] : "";
  const char* const preloaded = std::getenv("LD_PRELOAD");
  if (how == "child") return wait_for_child(what);
  if (how == "fails-on") {
    return preloaded != nullptr && std::strstr(preloaded, what) != nullptr ? 9 : 0;
  }
  if (how == "prints") return std::puts(what) < 0 ? 1 : 0;
  return fill(how.c_str());
}
