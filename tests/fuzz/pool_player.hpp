// Plays an input against a pool, next to a model that knows which objects live and
// what is in them, over an upstream that refuses now and then. Any difference throws,
// and says at which operation. What handles do with pools is in handle_player.hpp.
//
// An operation is three bytes; every input means something:
//
//   byte 0   which operation
//   byte 1   which of the live objects; how many
//   byte 2   what stands in new ones
#pragma once

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

#include <strata/pool/owned_handle.hpp>
#include <strata/pool/pool_concepts.hpp>

#include "unit/pool/failing_upstream.hpp"

namespace strata::test {

struct constructor_refusal {};

// Knows where it is and what it holds, and how many of its kind live.
class fuzz_object {
 public:
  static constexpr unsigned made_without_value = 0x5a5a;
  static inline std::size_t live = 0;

  fuzz_object() : fuzz_object(made_without_value) {}
  explicit fuzz_object(unsigned value) : self_(this) {
    words_.fill(value);
    ++live;
  }
  explicit fuzz_object(constructor_refusal refusal) { throw refusal; }
  fuzz_object(const fuzz_object&) = delete;
  fuzz_object& operator=(const fuzz_object&) = delete;
  ~fuzz_object() {
    self_ = nullptr;
    --live;
  }

  [[nodiscard]] bool holds(unsigned value) const {
    return self_ == this && std::count(words_.begin(), words_.end(), value) == 10;
  }

 private:
  const fuzz_object* self_ = nullptr;
  std::array<unsigned, 10> words_{};
};

// What players of pools have in common.
class player_of_pools {
 protected:
  void require(bool holds, const char* what) const {
    if (!holds) throw std::logic_error("operation " + std::to_string(step_) + ": " + what);
  }
  // A refusal has a reason: the bound, or the upstream, which answered since.
  void require_reason(bool at_bound, std::size_t requests_before) {
    require(at_bound || (armed_ && upstream_.requests() != requests_before), "a refusal");
    armed_ = armed_ && upstream_.requests() == requests_before;
  }
  void refuse_next() {
    armed_ = true;
    upstream_.fail_at(1);
  }
  void require_nothing_left() const {
    require(fuzz_object::live == 0, "an end of every object");
    require(upstream_.live_bytes() == 0, "an end of all memory");
  }

  failing_upstream upstream_;
  std::size_t step_ = 0;
  bool armed_ = false;  // the upstream refuses its next request
};

/// `Kind::make(upstream)` makes the pool; `Kind::bound` objects are the most it takes.
template <class Kind>
class pool_player : player_of_pools {
  using pool_type = decltype(Kind::make(nullptr));
  using owner = owned_handle<fuzz_object, pool_type>;

 public:
  pool_player() = default;
  pool_player(const pool_player&) = delete;
  pool_player& operator=(const pool_player&) = delete;

  // After a difference, so that it is seen, and not what follows from it.
  ~pool_player() {
    owners_.clear();
    if (pool_ != nullptr) pool_->clear();
  }

  void play(std::span<const std::uint8_t> input) {
    fuzz_object::live = 0;
    pool_.reset(new pool_type(Kind::make(&upstream_)));
    for (; input.size() >= 3; input = input.subspan(3)) {
      perform(input[0] % 32, input[1], input[2]);
      if (++step_ % 16 == 0) check_all();
    }
    end();
  }

 private:
  struct object {
    fuzz_object* at;
    unsigned value;
  };

  void perform(unsigned operation, std::size_t which, unsigned value) {
    if (operation < 10) return make(value);
    if (operation < 16 && !live_.empty()) return release(which % live_.size());
    if (operation < 18 && !live_.empty()) return release(live_.size() - 1);
    if (operation == 18) return fail_to_construct();
    if (operation == 19) return make_batch(which % 40);
    if (operation == 20) return visit(value);
    if (operation == 21) return reserve(which % 200);
    if (operation == 22) return shrink();
    if (operation == 23) return refuse_next();
    if (operation < 27) return own(value);
    if (operation < 29 && !owners_.empty()) return disown(which % owners_.size());
    if (operation == 29 && which < 32) return clear();
  }

  void make(unsigned value) {
    const std::size_t requests = upstream_.requests();
    fuzz_object* const made = pool_->try_emplace(value);
    if (made == nullptr) return require_reason(pool_->size() == Kind::bound, requests);
    live_.push_back({made, value});
    require(pool_->owns(made), "the owner of an object");
  }

  void own(unsigned value) {
    const std::size_t requests = upstream_.requests();
    owner made = try_make_owned(*pool_, value);
    if (!made) return require_reason(pool_->size() == Kind::bound, requests);
    owners_.emplace_back(std::move(made), value);
    owned_ever_ = true;
  }

  void release(std::size_t index) {
    require(live_[index].at->holds(live_[index].value), "the contents of an object");
    pool_->release(live_[index].at);
    live_[index] = live_.back();
    live_.pop_back();
  }

  void disown(std::size_t index) {
    std::swap(owners_[index], owners_.back());
    owners_.pop_back();
  }

  void fail_to_construct() {
    const std::size_t size = pool_->size();
    try {
      require(pool_->try_emplace(constructor_refusal{}) == nullptr, "what a constructor throws");
    } catch (const constructor_refusal&) {
      require(pool_->size() == size, "the size after a throw");
    }
  }

  void make_batch(std::size_t count) {
    if constexpr (requires(std::span<fuzz_object*> into) { pool_->try_allocate_batch(into); }) {
      const std::size_t requests = upstream_.requests();
      std::vector<fuzz_object*> batch(count);
      if (!pool_->try_allocate_batch(batch)) {
        return require_reason(pool_->size() + count > Kind::bound, requests);
      }
      for (fuzz_object* const each : batch) live_.push_back({each, each->made_without_value});
    }
  }

  // Ends some of those that it meets, which are not owned.
  void visit(unsigned value) {
    if constexpr (requires { pool_->for_each([](fuzz_object&) {}); }) {
      std::size_t met = 0;
      std::size_t expected = live_.size() + owners_.size();
      pool_->for_each([&](fuzz_object& each) {
        ++met;
        const auto known = std::find_if(live_.begin(), live_.end(),
                                        [&](const object& one) { return one.at == &each; });
        if (known != live_.end() && known->value % 4 == value % 4) {
          release(static_cast<std::size_t>(known - live_.begin()));
        }
      });
      require(met == expected, "a visit to each object");
    }
  }

  void reserve(std::size_t slots) {
    if constexpr (requires { pool_->try_reserve(slots); }) {
      const std::size_t requests = upstream_.requests();
      if (!pool_->try_reserve(slots)) return require_reason(slots > Kind::bound, requests);
      require(pool_->capacity() >= slots, "a reservation");
    }
  }

  void shrink() {
    if constexpr (requires { pool_->shrink_to_fit(); }) pool_->shrink_to_fit();
  }

  void clear() {
    owners_.clear();
    pool_->clear();
    live_.clear();
    require(fuzz_object::live == 0, "an end by clear");
  }

  void check_all() const {
    for (const object& one : live_) require(one.at->holds(one.value), "the contents of an object");
    for (const auto& [handle, value] : owners_) require(handle->holds(value), "an owned object");
    require(pool_->size() == live_.size() + owners_.size(), "the size");
    require(fuzz_object::live == pool_->size(), "the number of objects");
    require(pool_->capacity() >= pool_->size(), "the capacity");
    if constexpr (requires { pool_->verify(); }) require(pool_->verify(), "the structures");
  }

  // A pool whose objects had handles must end empty; others end what they have.
  void end() {
    check_all();
    owners_.clear();
    if (owned_ever_) pool_->clear();
    pool_.reset();
    require_nothing_left();
  }

  std::unique_ptr<pool_type> pool_;
  std::vector<object> live_;
  std::vector<std::pair<owner, unsigned>> owners_;
  bool owned_ever_ = false;
};

}  // namespace strata::test
