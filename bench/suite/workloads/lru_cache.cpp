// A cache that drops what was not used for longest; its values reach 64 KiB, so
// that the sizes that come and go differ widely while the bytes stay the same.
#include <list>
#include <unordered_map>

#include "block.hpp"
#include "sizes.hpp"
#include "workload.hpp"

namespace strata::suite {
namespace {

constexpr std::size_t capacity_bytes = std::size_t{64} << 20;
constexpr std::size_t keys = 50'000;

class lru_cache_of_blocks {
 public:
  ~lru_cache_of_blocks() {
    while (!by_use_.empty()) drop_oldest();
  }
  lru_cache_of_blocks() = default;
  lru_cache_of_blocks(const lru_cache_of_blocks&) = delete;
  lru_cache_of_blocks& operator=(const lru_cache_of_blocks&) = delete;
  lru_cache_of_blocks(lru_cache_of_blocks&&) = delete;
  lru_cache_of_blocks& operator=(lru_cache_of_blocks&&) = delete;

  // Looks it up, and makes it when it is not there.
  void use(std::size_t key) {
    const auto found = places_.find(key);
    if (found != places_.end()) {
      verify(found->second->value);
      sum_.add(found->second->value.tag);
      by_use_.splice(by_use_.begin(), by_use_, found->second);
      return;
    }
    const std::size_t size = spread_size(random_, 64, std::size_t{64} << 10);
    while (bytes_ + size > capacity_bytes) drop_oldest();
    by_use_.push_front({key, make_block(size, random_.next())});
    places_.emplace(key, by_use_.begin());
    bytes_ += size;
  }

  [[nodiscard]] std::uint64_t sum() const { return sum_.value(); }

 private:
  struct entry {
    std::size_t key;
    block value;
  };

  void drop_oldest() {
    entry& oldest = by_use_.back();
    bytes_ -= oldest.value.size;
    sum_.add(drop_block(oldest.value));
    places_.erase(oldest.key);
    by_use_.pop_back();
  }

  std::list<entry> by_use_;
  std::unordered_map<std::size_t, std::list<entry>::iterator> places_;
  std::size_t bytes_ = 0;
  random_numbers random_{13};
  checksum sum_;
};

// Some keys are wanted more than others.
outcome run(const parameters& work) {
  lru_cache_of_blocks cache;
  random_numbers random(14);
  for (std::size_t i = 0, end = work.count(4'000'000); i < end; ++i) {
    cache.use(random.below(1 + random.below(keys)));
  }
  return {cache.sum()};
}

}  // namespace

extern const workload lru_cache = {
    .name = "lru_cache",
    .summary = "A cache of 64 MiB in values of 64 bytes to 64 KiB",
    .threaded = false,
    .run = run,
};

}  // namespace strata::suite
