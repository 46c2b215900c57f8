// One account: a node of the tree, at an address that never changes.
//
//   line 0   usage limit peak parent charges discharges refusals references   hot
//   line 1.. tree, serial, depth, links, children, callbacks                  cold
//   last     name
//
// Invariants:
//   - usage <= limit after every charge that was admitted under that limit.
//   - At rest, usage >= the sum of the children's usages; the rest is its own.
//   - name, parent and depth do not change while the node is in use.
//   - A node is in use while references or usage are not zero. Only a holder of
//     the tree's lock ends that, and the memory stays a node for ever: a thread
//     that looks at a node too late reads valid, if foreign, counters, and asks
//     again under the lock.
#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>

#include "account/name.hpp"
#include "account/pressure.hpp"
#include "base/base.hpp"

namespace strata::core {

// Ends the program: the caller gives back what it never took.
[[noreturn, gnu::cold]] void report_excess_discharge(std::string_view name, std::size_t bytes,
                                                     std::size_t usage) noexcept;

template <class Os>
class basic_account_tree;

template <class Os>
class alignas(64) basic_account {
 public:
  using tree_type = basic_account_tree<Os>;

  // A node that is not in use.
  constexpr explicit basic_account(tree_type& tree) noexcept : tree_(tree) {}
  basic_account(const basic_account&) = delete;
  basic_account& operator=(const basic_account&) = delete;

  // Adds `bytes` here and to every ancestor, or nowhere. Before a limit refuses,
  // the pressure callbacks of its account and of that account's ancestors run,
  // and the charge is tried once more. Lock-free unless refused. Requires a
  // reference to this account, or charged bytes that stay charged meanwhile.
  [[nodiscard]] bool charge(std::size_t bytes) noexcept {
    basic_account* refusing = add_to_path(bytes);
    if (refusing != nullptr) [[unlikely]] {
      return charge_slow(refusing, bytes);
    }
    record_charge();
    return true;
  }

  // The same without pressure callbacks, for callers that hold a lock.
  [[nodiscard]] bool charge_quietly(std::size_t bytes) noexcept {
    if (add_to_path(bytes) != nullptr) return false;
    record_charge();
    return true;
  }

  // Takes back `bytes` that were charged here. Lock-free, except for the last
  // bytes of an account without references: that account ends.
  void discharge(std::size_t bytes) noexcept {
    discharges_.fetch_add(1, std::memory_order_relaxed);
    basic_account* account = this;
    do {
      basic_account* const above = account->parent_;  // read before the account may be gone
      if (account->subtract(bytes) && account->references_.load() == 0) [[unlikely]] {
        account->tree_.collect(*account);
      }
      account = above;
    } while (account != nullptr);
  }

  // What a charge of `bytes` lacks under this account's own limit; 0: it fits.
  [[nodiscard]] std::size_t shortfall(std::size_t bytes) const noexcept {
    const std::size_t limit = this->limit();
    const std::size_t used = usage();
    const std::size_t room = used < limit ? limit - used : 0;
    if (bytes <= room) return 0;
    const std::size_t excess = used > limit ? used - limit : 0;
    const std::size_t missing = bytes - room;
    return missing > base::unlimited - excess ? base::unlimited : missing + excess;
  }

  // The account whose limit has no room for `bytes` now, nearest first; this
  // one when all have: the name for an error about a refused charge.
  [[nodiscard]] const basic_account& nearest_without_room(std::size_t bytes) const noexcept {
    for (const basic_account* account = this; account != nullptr; account = account->parent_) {
      if (account->shortfall(bytes) != 0) return *account;
    }
    return *this;
  }

  [[nodiscard]] std::string_view name() const noexcept { return name_.view(); }
  [[nodiscard]] const char* c_name() const noexcept { return name_.c_str(); }
  [[nodiscard]] basic_account* parent() const noexcept { return parent_; }  // nullptr: the root
  [[nodiscard]] std::uint32_t depth() const noexcept { return depth_; }     // 0: the root
  [[nodiscard]] tree_type& tree() const noexcept { return tree_; }

  [[nodiscard]] std::size_t usage() const noexcept { return get(usage_); }
  [[nodiscard]] std::size_t peak() const noexcept { return get(peak_); }
  [[nodiscard]] std::size_t limit() const noexcept { return get(limit_); }
  [[nodiscard]] std::size_t charges() const noexcept { return get(charges_); }        // made here
  [[nodiscard]] std::size_t discharges() const noexcept { return get(discharges_); }  // made here
  [[nodiscard]] std::size_t refusals() const noexcept { return get(refusals_); }  // by this limit

  // Binds charges that begin afterwards. A limit below usage refuses every
  // charge until usage has fallen.
  void set_limit(std::size_t bytes) noexcept { limit_.store(bytes, std::memory_order_relaxed); }

  // "process/server/cache", written to the end of `buffer`; too long a path
  // loses its beginning. Returns the part used.
  [[nodiscard]] std::string_view path(std::span<char> buffer) const noexcept;

  // The registrant owns `callback` and holds a reference to the account.
  void add_pressure_callback(pressure_callback& callback) noexcept {
    tree_.relief_.add(pressure_, callback);
  }

  // Waits for running invocations, unless called from inside one.
  void remove_pressure_callback(pressure_callback& callback) noexcept {
    tree_.relief_.remove(pressure_, callback);
  }

  [[nodiscard]] const pressure_list& pressure() const noexcept { return pressure_; }

 private:
  friend tree_type;

  // The root. Inlined always: see the tree's constructor.
  [[gnu::always_inline]] constexpr basic_account(tree_type& tree, account_name name) noexcept
      : references_(1), tree_(tree), in_use_(true), name_(name) {}

  template <class T>
  [[nodiscard]] static T get(const std::atomic<T>& counter) noexcept {
    return counter.load(std::memory_order_relaxed);
  }

  // Compare-exchange rather than add-and-undo: usage never passes the limit, not
  // even for a moment in which another charge would be refused for it.
  [[nodiscard]] bool add(std::size_t bytes) noexcept {
    const std::size_t limit = this->limit();
    std::size_t used = usage();
    do {
      if (used > limit || bytes > limit - used) return false;
    } while (!usage_.compare_exchange_weak(used, used + bytes, std::memory_order_relaxed));
    return true;
  }

  // True when usage became zero. Sequentially consistent, like `release`: of the
  // last discharge and the last release, at least one sees the other.
  [[nodiscard]] bool subtract(std::size_t bytes) noexcept {
    const std::size_t used = usage_.fetch_sub(bytes);
    if (used < bytes) [[unlikely]] {
      report_excess_discharge(name(), bytes, used);
    }
    return used == bytes;
  }

  // The account that refused, after its descendants' shares were taken back.
  [[nodiscard]] basic_account* add_to_path(std::size_t bytes) noexcept {
    basic_account* account = this;
    do {
      if (!account->add(bytes)) [[unlikely]] {
        undo_up_to(*account, bytes);
        return account;
      }
      account = account->parent_;
    } while (account != nullptr);
    return nullptr;
  }

  // No account of the path can end here: the caller keeps this one in use.
  void undo_up_to(const basic_account& end, std::size_t bytes) noexcept {
    for (basic_account* account = this; account != &end; account = account->parent_) {
      static_cast<void>(account->subtract(bytes));
    }
  }

  // Only after the whole path admitted the charge, so that a peak never shows
  // what was refused.
  void record_charge() noexcept {
    charges_.fetch_add(1, std::memory_order_relaxed);
    basic_account* account = this;
    do {
      account->raise_peak(account->usage());
      account = account->parent_;
    } while (account != nullptr);
  }

  void raise_peak(std::size_t candidate) noexcept {
    std::size_t highest = peak();
    while (highest < candidate &&
           !peak_.compare_exchange_weak(highest, candidate, std::memory_order_relaxed)) {
    }
  }

  [[gnu::cold, gnu::noinline]] bool charge_slow(basic_account* refusing,
                                                std::size_t bytes) noexcept;

  std::atomic<std::size_t> usage_{0};
  std::atomic<std::size_t> limit_{base::unlimited};
  std::atomic<std::size_t> peak_{0};
  basic_account* parent_ = nullptr;
  std::atomic<std::size_t> charges_{0};
  std::atomic<std::size_t> discharges_{0};
  std::atomic<std::size_t> refusals_{0};
  std::atomic<std::size_t> references_{0};  // owners, children, walks

  // -- Guarded by the tree's lock --------------------------------------------
  base::list_links<basic_account> links_{};  // among siblings, or in the list of free nodes
  tree_type& tree_;
  std::uint64_t serial_ = 0;  // of creation; ascending among siblings
  std::uint32_t depth_ = 0;
  bool in_use_ = false;
  base::list<basic_account, &basic_account::links_> children_;
  pressure_list pressure_;
  account_name name_;
};

// Each limit on the way up relieves once: the loop ends when a limit at or
// below one that was relieved refuses again.
template <class Os>
bool basic_account<Os>::charge_slow(basic_account* refusing, std::size_t bytes) noexcept {
  while (tree_.relief_.run(*refusing, bytes)) {
    basic_account* again = add_to_path(bytes);
    if (again == nullptr) {
      record_charge();
      return true;
    }
    const bool higher = again->depth_ < refusing->depth_;
    refusing = again;
    if (!higher) break;
  }
  refusing->refusals_.fetch_add(1, std::memory_order_relaxed);
  return false;
}

template <class Os>
std::string_view basic_account<Os>::path(std::span<char> buffer) const noexcept {
  std::size_t start = buffer.size();
  const auto put_before = [&](std::string_view part) {
    for (std::size_t at = part.size(); at != 0 && start != 0;) buffer[--start] = part[--at];
  };
  for (const basic_account* account = this; account != nullptr; account = account->parent_) {
    if (account != this) put_before("/");
    put_before(account->name());
  }
  return {buffer.data() + start, buffer.size() - start};
}

}  // namespace strata::core
