// What a pool is made from: designated initialisers, or a builder that finds
// contradictions before anything is allocated.
//
//   strata::fixed_pool<particle> smoke({.name = "smoke", .capacity = 4096});
//
//   const auto options = strata::pool_builder<strata::fixed_pool<particle>>()
//                            .name("smoke").capacity(wanted).build();
//   if (const auto* error = std::get_if<strata::pool_config_error>(&options)) ...
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory_resource>
#include <optional>
#include <string_view>
#include <utility>
#include <variant>

#include <strata/account/account.hpp>
#include <strata/pool/pool_error.hpp>
#include <strata/pool/pool_growth.hpp>

namespace strata {

/// What becomes of an object that is released to a pool with the policy `recycling`.
enum class drop_strategy {
  destroy,  ///< its destructor runs
  keep,     ///< it is reset and stays; the next allocate gets it as it is
};

/// Every member may be left out, but a fixed pool needs a capacity.
template <class T>
struct pool_options {
  std::string_view name = {};           ///< of the account; copied, cut to 63 bytes
  std::size_t limit = SIZE_MAX;         ///< of what the pool holds, in bytes; SIZE_MAX: none
  const account* parent = nullptr;      ///< of its account; nullptr: the root
  std::size_t capacity = 0;             ///< slots; of a growing pool, those to begin with
  std::size_t maximum = SIZE_MAX;       ///< slots that a growing pool may grow to
  pool_growth growth = {};              ///< by how much a growing pool grows
  std::size_t retain = SIZE_MAX;        ///< free slots a growing pool keeps; SIZE_MAX: all
  std::size_t alignment = 0;            ///< of the first slot of each piece; 0: the type's
  bool pre_initialise = false;          ///< make all objects when their slots are made
  std::function<T()> initialiser = {};  ///< makes the object of allocate; empty: T's default
  std::function<void(T&)> reset = {};   ///< runs on objects that are released and kept
  drop_strategy drop = drop_strategy::destroy;    ///< of released objects
  std::pmr::memory_resource* upstream = nullptr;  ///< nullptr: pages of its own
};

namespace detail {

/// The options and what the pool's type adds, without the object's type.
struct pool_settings {
  std::string_view name;
  std::size_t limit;
  const account* parent;
  std::size_t capacity;
  std::size_t maximum;
  const pool_growth* growth;
  std::size_t retain;
  std::size_t alignment;
  std::pmr::memory_resource* upstream;
  bool pre_initialise;
  bool has_initialiser;
  bool has_reset;
  bool keeps;

  std::size_t slot_bytes;      // of one slot
  std::size_t side_bytes;      // beside one slot, rounded up
  std::size_t slot_alignment;  // what the type needs
  std::size_t alignment_max;   // that the pool can give
  std::size_t slots_max;       // that the strategy can tell apart
  bool grows;
  bool recycles;
  bool default_constructible;
};

/// Returns: the first contradiction; nothing when there is none.
[[nodiscard]] std::optional<pool_config_error> check(const pool_settings& settings) noexcept;

}  // namespace detail

/// Options of pools of type Pool, one call each, checked at the end.
template <class Pool>
class pool_builder {
 public:
  using value_type = typename Pool::value_type;
  using options_type = pool_options<value_type>;

  pool_builder& name(std::string_view text) { return set(options_.name, text); }
  pool_builder& limit(std::size_t bytes) { return set(options_.limit, bytes); }
  pool_builder& parent(const account& account) { return set(options_.parent, &account); }
  pool_builder& capacity(std::size_t slots) { return set(options_.capacity, slots); }
  pool_builder& maximum(std::size_t slots) { return set(options_.maximum, slots); }
  pool_builder& growth(pool_growth how) { return set(options_.growth, std::move(how)); }
  pool_builder& retain(std::size_t slots) { return set(options_.retain, slots); }
  pool_builder& alignment(std::size_t bytes) { return set(options_.alignment, bytes); }
  pool_builder& pre_initialise(bool yes = true) { return set(options_.pre_initialise, yes); }
  pool_builder& initialiser(std::function<value_type()> make) {
    return set(options_.initialiser, std::move(make));
  }
  pool_builder& reset(std::function<void(value_type&)> run) {
    return set(options_.reset, std::move(run));
  }
  pool_builder& drop(drop_strategy how) { return set(options_.drop, how); }
  pool_builder& upstream(std::pmr::memory_resource& from) { return set(options_.upstream, &from); }

  /// Returns: options that Pool's constructor accepts, or what is wrong with them.
  [[nodiscard]] std::variant<options_type, pool_config_error> build() const {
    if (auto error = Pool::check(options_)) return *error;
    return options_;
  }

 private:
  template <class Member, class Value>
  pool_builder& set(Member& member, Value&& value) {
    member = std::forward<Value>(value);
    return *this;
  }

  options_type options_;
};

}  // namespace strata
