// adaptor_pair NAME PAIRS: allocates and frees 64 bytes over and over through an
// adaptor, over an upstream that costs nothing, so that what is counted is the
// adaptor. count.py counts instructions with it.
#include <cstdio>
#include <cstdlib>
#include <map>
#include <memory_resource>
#include <string_view>

#include <strata/adaptor/failing.hpp>
#include <strata/adaptor/fallback.hpp>
#include <strata/adaptor/limited.hpp>
#include <strata/adaptor/segregator.hpp>
#include <strata/adaptor/synchronized.hpp>
#include <strata/adaptor/tagged.hpp>
#include <strata/adaptor/tracked.hpp>

namespace strata::bench {
namespace {

// Always the same block.
class fixed final : public std::pmr::memory_resource {
 public:
  void* allocate(std::size_t, std::size_t = 16) { return block_; }
  void* try_allocate(std::size_t, std::size_t = 16) noexcept { return block_; }
  void deallocate(void*, std::size_t, std::size_t = 16) noexcept {}
  [[nodiscard]] bool owns(const void* block) const noexcept { return block == block_; }

 private:
  void* do_allocate(std::size_t, std::size_t) override { return block_; }
  void do_deallocate(void*, std::size_t, std::size_t) override {}
  [[nodiscard]] bool do_is_equal(const memory_resource& other) const noexcept override {
    return this == &other;
  }

  alignas(64) char block_[64];
};

constexpr std::size_t never = SIZE_MAX;

template <class Resource>
[[gnu::noinline]] void run(Resource& memory, long pairs) {
  std::size_t bytes = 64;
  Resource* from = &memory;
  for (long i = 0; i < pairs; ++i) {
    asm volatile("" : "+r"(bytes), "+r"(from));  // as if they came from elsewhere
    void* block = from->allocate(bytes, 16);
    asm volatile("" : "+r"(block) : : "memory");
    from->deallocate(block, bytes, 16);
  }
}

template <class Adaptor, auto... Arguments>
void over_fixed(long pairs) {
  fixed upstream;
  Adaptor memory(upstream, Arguments...);
  run(memory, pairs);
}

void over_nothing(long pairs) {
  fixed upstream;
  run(upstream, pairs);
}

void virtual_call(long pairs) {
  fixed upstream;
  run<std::pmr::memory_resource>(upstream, pairs);
}

void tag(long pairs) {
  fixed upstream;
  tracked whole(upstream);
  tagged memory(whole, "tag");
  run(memory, pairs);
}

void never_failing(long pairs) {
  fixed upstream;
  failing memory(upstream, {.nth = never});
  run(memory, pairs);
}

template <template <class...> class Adaptor, auto... Arguments>
void over_two(long pairs) {
  fixed first;
  fixed second;
  Adaptor<fixed, fixed> memory(first, second, Arguments...);
  run(memory, pairs);
}

void deep(long pairs) {
  fixed upstream;
  tracked counted(upstream);
  limited memory(counted, never);
  run(memory, pairs);
}

const std::map<std::string_view, void (*)(long)> subjects{
    {"upstream", over_nothing},
    {"virtual", virtual_call},
    {"limited", over_fixed<limited<fixed>, never>},
    {"limited_any_thread", over_fixed<limited<fixed, any_thread>, never>},
    {"limited_over_any", over_fixed<limited<>, never>},
    {"tracked", over_fixed<tracked<fixed>>},
    {"tracked_any_thread", over_fixed<tracked<fixed, any_thread>>},
    {"tagged", tag},
    {"limited_over_tracked", deep},
    {"fallback", over_two<fallback>},
    {"segregator", over_two<segregator, std::size_t{128}>},
    {"failing", never_failing},
    {"synchronized", over_fixed<synchronized<fixed>>},
};

}  // namespace
}  // namespace strata::bench

int main(int count, char** values) {
  using strata::bench::subjects;
  const auto chosen = count == 3 ? subjects.find(values[1]) : subjects.end();
  if (chosen == subjects.end()) {
    std::fputs("usage: adaptor_pair NAME PAIRS; the names:\n", stderr);
    for (const auto& [name, subject] : subjects) std::fprintf(stderr, "  %s\n", name.data());
    return 2;
  }
  chosen->second(std::strtol(values[2], nullptr, 10));
  return 0;
}
