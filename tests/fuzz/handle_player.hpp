// Plays an input against pools that give out keys, or handles with counts, next to a
// model of both. As pool_player.hpp, whose operations have the same three bytes.
#pragma once

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <utility>
#include <vector>

#include <strata/pool/counted_pool.hpp>
#include <strata/pool/keyed_pool.hpp>
#include <strata/pool/shared_handle.hpp>

#include "fuzz/pool_player.hpp"

namespace strata::test {

template <class Key>
class keyed_player : player_of_pools {
 public:
  void play(std::span<const std::uint8_t> input) {
    fuzz_object::live = 0;
    pool_ = std::make_unique<pool_type>(
        pool_options<fuzz_object>{.maximum = bound, .upstream = &upstream_});
    for (; input.size() >= 3; input = input.subspan(3)) {
      perform(input[0] % 16, input[1], input[2]);
      if (++step_ % 16 == 0) check_all();
    }
    check_all();
    pool_.reset();
    require_nothing_left();
  }

 private:
  using pool_type = keyed_pool<fuzz_object, Key>;
  static constexpr std::size_t bound = 120;

  void perform(unsigned operation, std::size_t which, unsigned value) {
    if (operation < 7) return insert(value);
    if (operation < 12 && !live_.empty()) return erase(which % live_.size());
    if (operation == 12 && !stale_.empty()) return use_stale(stale_[which % stale_.size()]);
    if (operation == 13) return fail_to_construct();
    if (operation == 14) return refuse_next();
    if (operation == 15 && which < 16) return clear();
  }

  void insert(unsigned value) {
    const std::size_t requests = upstream_.requests();
    const Key made = pool_->try_insert(value);
    if (made == Key{}) return require_reason(pool_->size() == bound, requests);
    require(std::find(stale_.begin(), stale_.end(), made) == stale_.end(), "a key made anew");
    live_.emplace_back(made, value);
  }

  void erase(std::size_t index) {
    const Key ended = live_[index].first;
    require(pool_->at(ended).holds(live_[index].second), "the contents of an object");
    require(pool_->erase(ended), "an object to erase");
    stale_.push_back(ended);
    live_[index] = live_.back();
    live_.pop_back();
  }

  void use_stale(Key key) {
    require(pool_->find(key) == nullptr, "nothing under a stale key");
    require(!pool_->erase(key), "nothing to erase under a stale key");
  }

  void fail_to_construct() {
    try {
      require(pool_->try_insert(constructor_refusal{}) == Key{}, "what a constructor throws");
    } catch (const constructor_refusal&) {
    }
    require(pool_->size() == live_.size(), "the size after a throw");
  }

  void clear() {
    for (const auto& [key, value] : live_) stale_.push_back(key);
    live_.clear();
    pool_->clear();
    require(fuzz_object::live == 0, "an end by clear");
  }

  void check_all() const {
    require(pool_->size() == live_.size(), "the size");
    require(pool_->verify(), "the structures");
    for (const auto& [key, value] : live_) {
      const fuzz_object* const found = pool_->find(key);
      require(found != nullptr && found->holds(value), "the contents of an object");
    }
    std::size_t met = 0;
    for (const auto& [key, object] : std::as_const(*pool_)) {
      require(pool_->find(key) == &object, "an item's own key");
      ++met;
    }
    require(met == live_.size(), "a visit to each object");
  }

  std::unique_ptr<pool_type> pool_;
  std::vector<std::pair<Key, unsigned>> live_;
  std::vector<Key> stale_;
};

template <class Counts>
class counted_player : player_of_pools {
 public:
  void play(std::span<const std::uint8_t> input) {
    fuzz_object::live = 0;
    pool_ = std::make_unique<pool_type>(typename pool_type::options_type{.upstream = &upstream_});
    for (; input.size() >= 3; input = input.subspan(3)) {
      perform(input[0] % 8, input[1] % places, input[1] / places % places, input[2]);
      if (++step_ % 4 == 0) check_all();
    }
    for (std::size_t place = 0; place < places; ++place) {
      share(place, {}, none);
      observe(place, {}, none);
    }
    require(pool_->size() == 0, "an end of every slot");
    pool_.reset();
    require_nothing_left();
  }

 private:
  using pool_type = counted_pool<fuzz_object, Counts>;
  using handle = typename pool_type::handle_type;
  using observer = weak_handle<fuzz_object, Counts>;
  static constexpr std::size_t places = 12;
  static constexpr std::size_t none = 0;

  void perform(unsigned operation, std::size_t to, std::size_t from, unsigned value) {
    if (operation < 2) return make(to, value);
    if (operation == 2) return share(to, shared_[from], sharing_[from]);
    if (operation == 3) return move(to, from);
    if (operation == 4) return share(to, {}, none);
    if (operation == 5) return observe(to, shared_[from], sharing_[from]);
    if (operation == 6) return lock(to, from);
    return value < 32 ? refuse_next() : observe(to, {}, none);
  }

  void make(std::size_t to, unsigned value) {
    const std::size_t requests = upstream_.requests();
    handle made = pool_->try_make(value);
    if (!made) return require_reason(false, requests);
    values_.push_back(value);
    share(to, std::move(made), values_.size());
  }

  void share(std::size_t to, handle object, std::size_t number) {
    shared_[to] = std::move(object);
    sharing_[to] = number;
  }
  void move(std::size_t to, std::size_t from) {
    if (to == from) return;
    shared_[to] = std::move(shared_[from]);
    sharing_[to] = std::exchange(sharing_[from], none);
  }
  void observe(std::size_t to, observer object, std::size_t number) {
    observers_[to] = std::move(object);
    observed_[to] = number;
  }
  void lock(std::size_t to, std::size_t from) {
    handle locked = observers_[from].lock();
    const bool lives = observed_[from] != none && owners(observed_[from]) != 0;
    require(static_cast<bool>(locked) == lives, "a lock");
    share(to, std::move(locked), lives ? observed_[from] : none);
  }

  [[nodiscard]] std::size_t owners(std::size_t number) const {
    return static_cast<std::size_t>(std::count(sharing_.begin(), sharing_.end(), number));
  }

  void check_all() const {
    std::vector<std::size_t> live;
    for (std::size_t place = 0; place < places; ++place) {
      const std::size_t number = sharing_[place];
      require((shared_[place] != nullptr) == (number != none), "a handle");
      if (number != none) {
        require(shared_[place]->holds(values_[number - 1]), "the contents of an object");
        require(shared_[place].use_count() == owners(number), "a count");
        live.push_back(number);
      }
      const std::size_t seen = observed_[place];
      require(observers_[place].expired() == (seen == none || owners(seen) == 0), "an observer");
    }
    std::sort(live.begin(), live.end());
    live.erase(std::unique(live.begin(), live.end()), live.end());
    require(fuzz_object::live == live.size(), "the number of objects");
  }

  std::unique_ptr<pool_type> pool_;
  std::array<handle, places> shared_;
  std::array<observer, places> observers_;
  std::array<std::size_t, places> sharing_{};   // numbers of objects, from 1
  std::array<std::size_t, places> observed_{};  // likewise
  std::vector<unsigned> values_;                // of each object ever made
};

}  // namespace strata::test
