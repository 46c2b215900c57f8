// Two processes: a child sends the words of a text through a ring in a shared region,
// and counts them in an object that both see.
#include <strata/stack/message_reader.hpp>
#include <strata/stack/message_writer.hpp>

#include <sys/wait.h>
#include <unistd.h>

#include <atomic>
#include <chrono>
#include <cstdio>
#include <span>
#include <string_view>

namespace {

struct shared_state {
  strata::offset_ptr<strata::message_ring> words;
  std::atomic<unsigned> sent{0};
};

int fail(const char* why) {
  std::fprintf(stderr, "%s\n", why);
  return 1;
}

// All that the child needs is a descriptor. It says what is wrong with the rest.
int send_words(int file, std::string_view text) {
  auto region = strata::shared_region::attach(file);
  if (!region) return fail(region.error().what());
  auto* const state = region->root<shared_state>();
  if (state == nullptr) return 1;
  auto words = strata::message_writer::attach(*region, state->words);
  if (!words) return fail(words.error().what());

  while (!text.empty()) {
    const std::string_view word = text.substr(0, text.find(' '));
    while (!words->try_write(std::as_bytes(std::span(word)))) {
      if (!words->reader_attached()) return 1;
      (void)words->wait_for_room(word.size(), std::chrono::seconds(1));
    }
    ++state->sent;
    text.remove_prefix(word.size() == text.size() ? word.size() : word.size() + 1);
  }
  return 0;
}

}  // namespace

int main() {
  strata::shared_region region({.name = "words", .bytes = 64 << 10});
  const auto state = region.make<shared_state>();
  region.get(state)->words = strata::make_message_ring(region, {.lane_bytes = 4096});
  region.set_root(state);

  const pid_t child = ::fork();
  if (child == 0) ::_exit(send_words(region.file(), "each word goes through the ring"));

  auto words = strata::message_reader::attach(region, region.get(state)->words);
  if (!words) return fail(words.error().what());
  int status = -1;
  unsigned received = 0;
  while (::waitpid(child, &status, WNOHANG) == 0 || !words->ended()) {
    if (!words->wait(std::chrono::milliseconds(10))) continue;
    const std::span<const std::byte> word = words->front();
    std::printf("%.*s\n", static_cast<int>(word.size()),
                reinterpret_cast<const char*>(word.data()));
    words->pop();
    ++received;
  }
  return status == 0 && received == 6 && region.get(state)->sent == 6 ? 0 : 1;
}
