// Programs that make a known number of calls, each kind with sizes that nothing else
// asks for, so that the test of the recorder can count them.
//
//   known_calls threads | fork | killed | exec | storm | exit_beside
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <atomic>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <new>
#include <string_view>
#include <thread>
#include <vector>

namespace {

// The compiler may drop an allocation that nobody sees.
void* seen(void* block) {
  static std::atomic<void*> last;
  last = block;
  return block;
}

void allocate(int count, std::size_t size) {
  for (int i = 0; i < count; ++i) seen(std::malloc(size));
}

// Leaves `for_main` to be freed by the main thread.
void one_of_four(std::array<void*, 1000>& for_main) {
  for (void*& each : for_main) each = seen(std::malloc(1111));
  for (int i = 0; i < 100; ++i) std::free(seen(std::calloc(22, 101)));
  for (int i = 0; i < 50; ++i) std::free(seen(::aligned_alloc(256, 3328)));
  for (int i = 0; i < 10; ++i) std::free(seen(std::realloc(seen(std::malloc(4444)), 5555)));
  for (int i = 0; i < 5; ++i) ::operator delete(seen(::operator new(777)));
  std::free(seen(nullptr));
}

void threads() {
  static std::array<std::array<void*, 1000>, 4> blocks;
  std::vector<std::thread> running;
  running.reserve(blocks.size());
  for (auto& each : blocks) running.emplace_back([&each] { one_of_four(each); });
  for (std::thread& each : running) each.join();
  for (const auto& each : blocks) {
    for (void* block : each) std::free(block);
  }
}

void fork_and_go_on() {
  allocate(5, 6001);
  const pid_t child = ::fork();
  if (child == 0) {
    allocate(7, 6002);
    ::_exit(0);
  }
  ::waitpid(child, nullptr, 0);
  allocate(3, 6003);
}

void killed() {
  allocate(9, 6004);
  ::raise(SIGKILL);
}

void exec_another(const char* self) {
  allocate(2, 6005);
  ::execl(self, self, "killed", nullptr);
}

void storm() {
  for (int i = 0; i < 300; ++i) {
    std::thread([] { std::free(seen(std::malloc(6006))); }).join();
  }
}

// Ends the process from a thread, while another is in the middle of allocating.
void exit_beside() {
  std::atomic<bool> busy = false;
  std::thread worker([&] {
    for (;;) {
      std::free(seen(std::malloc(6007)));
      busy = true;
      busy.notify_one();
    }
  });
  busy.wait(false);
  std::thread([] { ::_exit(0); }).join();
}

}  // namespace

int main(int count, char** values) {
  const std::string_view what = count == 2 ? values[1] : "";
  if (what == "threads") {
    threads();
  } else if (what == "fork") {
    fork_and_go_on();
  } else if (what == "killed") {
    killed();
  } else if (what == "exec") {
    exec_another(values[0]);
  } else if (what == "storm") {
    storm();
  } else if (what == "exit_beside") {
    exit_beside();
  } else {
    std::fputs("usage: known_calls threads|fork|killed|exec|storm|exit_beside\n", stderr);
    return 2;
  }
}
