// The tree of accounts: creation, reference counts, walking, fork. Charging
// does not come here; see node.hpp.
//
// One lock guards the shape of the tree, the free nodes and the callbacks. No
// code of anybody else runs under it, so it may be taken from anywhere.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>

#include "account/node.hpp"
#include "account/relief.hpp"
#include "account/storage.hpp"
#include "base/base.hpp"

namespace strata::core {

template <class Os>
class basic_account_tree {
 public:
  using account_type = basic_account<Os>;

  // Inlined always, because g++ leaves constexpr functions out of explicit instantiations,
  // and where it does not optimise they are missed.
  [[gnu::always_inline]] constexpr explicit basic_account_tree(
      std::string_view root_name = "process") noexcept
      : relief_(lock_), root_(*this, account_name(root_name)) {}
  basic_account_tree(const basic_account_tree&) = delete;
  basic_account_tree& operator=(const basic_account_tree&) = delete;

  [[nodiscard]] account_type& root() noexcept { return root_; }

  // A new account with one reference, the caller's. `parent` nullptr: the root.
  // Requires that the parent stays referenced meanwhile. Returns nullptr when
  // the OS refuses memory. The memory of the node itself is not charged.
  [[nodiscard]] account_type* create(std::string_view name, std::size_t limit,
                                     account_type* parent) noexcept;

  // Requires that the account is referenced already.
  void retain(account_type* account) noexcept {
    account->references_.fetch_add(1, std::memory_order_relaxed);
  }

  // The account ends when nobody refers to it, it has no children and nothing is
  // charged: what is still charged stays so, here and in its ancestors, until
  // it is discharged.
  void release(account_type* account) noexcept {
    if (account->references_.fetch_sub(1) == 1 && account->usage_.load() == 0) collect(*account);
  }

  // Calls `visitor(const account_type&)` for each account, parents before their
  // children and siblings by age. No lock is held meanwhile: the visitor may do
  // anything, and the tree may change. Accounts that exist throughout are
  // visited exactly once, accounts created meanwhile never.
  template <class Visitor>
  void visit(Visitor&& visitor) {
    for (walk position(*this); !position.at_end(); position.advance()) {
      visitor(static_cast<const account_type&>(position.account()));
    }
  }

  // True when every link and count agrees. Requires that nobody charges or discharges.
  [[nodiscard]] bool invariant() noexcept;

  // Memory for nodes.
  [[nodiscard]] std::size_t metadata_bytes() const noexcept { return storage_.committed_bytes(); }

  // Around fork, in the thread that forks. Charges that other threads are in the
  // middle of stay half done in the child.
  void prepare_fork(bool patient) noexcept { lock_.prepare_fork(patient); }
  void parent_after_fork() noexcept { lock_.parent_after_fork(); }
  void child_after_fork() noexcept;

 private:
  friend account_type;
  class walk;

  // Ends `account` if nothing needs it, then its ancestors likewise.
  [[gnu::cold, gnu::noinline]] void collect(account_type& account) noexcept;

  // -- With the lock held ----------------------------------------------------

  // The account behind `account` in a walk that began when `serial_end` was next.
  [[nodiscard]] static account_type* successor(account_type& account,
                                               std::uint64_t serial_end) noexcept;
  [[nodiscard]] static bool node_invariant(const account_type& account) noexcept;

  base::mutex<Os> lock_;
  relief<Os> relief_;
  account_type root_;
  node_storage<Os, account_type, &account_type::links_> storage_;
  std::uint64_t serial_next_ = 1;
};

// A place in a walk over the tree. The reference it holds keeps the account, and
// thereby its way to the root, linked.
template <class Os>
class basic_account_tree<Os>::walk {
 public:
  explicit walk(basic_account_tree& tree) noexcept : tree_(tree), account_(&tree.root_) {
    const base::lock_guard guard(tree_.lock_);
    serial_end_ = tree_.serial_next_;
    tree_.retain(account_);
  }
  ~walk() {
    if (!at_end()) tree_.release(account_);
  }
  walk(const walk&) = delete;
  walk& operator=(const walk&) = delete;

  [[nodiscard]] bool at_end() const noexcept { return account_ == nullptr; }
  [[nodiscard]] account_type& account() const noexcept { return *account_; }

  void advance() noexcept {
    account_type* passed = account_;
    tree_.lock_.lock();
    account_ = successor(*passed, serial_end_);
    if (account_ != nullptr) tree_.retain(account_);
    tree_.lock_.unlock();
    tree_.release(passed);
  }

 private:
  basic_account_tree& tree_;
  account_type* account_;
  std::uint64_t serial_end_ = 0;
};

template <class Os>
auto basic_account_tree<Os>::create(std::string_view name, std::size_t limit,
                                    account_type* parent) noexcept -> account_type* {
  if (parent == nullptr) parent = &root_;
  const account_name copied_name(name);
  const base::lock_guard guard(lock_);
  account_type* account = storage_.allocate(*this);
  if (account == nullptr) return nullptr;
  account->limit_.store(limit, std::memory_order_relaxed);
  account->peak_.store(0, std::memory_order_relaxed);
  account->charges_.store(0, std::memory_order_relaxed);
  account->discharges_.store(0, std::memory_order_relaxed);
  account->refusals_.store(0, std::memory_order_relaxed);
  account->references_.store(1, std::memory_order_relaxed);
  account->parent_ = parent;
  account->serial_ = serial_next_++;
  account->depth_ = parent->depth_ + 1;
  account->in_use_ = true;
  account->name_ = copied_name;
  retain(parent);
  parent->children_.push_back(*account);
  return account;
}

// Asks again under the lock, because since the caller looked the account may
// have got a reference from a walk, or have ended and begun anew.
template <class Os>
void basic_account_tree<Os>::collect(account_type& account) noexcept {
  const base::lock_guard guard(lock_);
  account_type* ending = &account;
  while (ending->in_use_ && ending->references_.load() == 0 && ending->usage_.load() == 0) {
    base::debug_check([&] { return ending->children_.empty(); }, "children refer to an account");
    base::debug_check([&] { return ending->pressure_.empty(); },
                      "an account ends before a pressure callback on it was removed");
    account_type* parent = ending->parent_;
    ending->in_use_ = false;
    parent->children_.remove(*ending);
    storage_.free(*ending);
    parent->references_.fetch_sub(1);
    ending = parent;
  }
}

template <class Os>
auto basic_account_tree<Os>::successor(account_type& account, std::uint64_t serial_end) noexcept
    -> account_type* {
  const auto old_enough = [&](const account_type* candidate) {
    return candidate != nullptr && candidate->serial_ < serial_end;
  };
  if (account_type* child = account.children_.front(); old_enough(child)) return child;
  for (account_type* up = &account; up != nullptr; up = up->parent_) {
    if (account_type* sibling = up->links_.next; old_enough(sibling)) return sibling;
  }
  return nullptr;
}

template <class Os>
bool basic_account_tree<Os>::node_invariant(const account_type& account) noexcept {
  std::size_t children = 0;
  std::size_t usage = 0;
  std::uint64_t serial = account.serial_;  // a parent is older than its children
  for (const account_type* child = account.children_.front(); child != nullptr;
       child = child->links_.next) {
    if (child->parent_ != &account || child->depth_ != account.depth_ + 1) return false;
    if (child->serial_ <= serial) return false;
    serial = child->serial_;
    usage += child->usage();
    ++children;
  }
  return account.in_use_ && account.children_.invariant() && account.pressure_.invariant() &&
         account.references_.load() >= children && account.usage() >= usage &&
         account.peak() >= account.usage();
}

template <class Os>
bool basic_account_tree<Os>::invariant() noexcept {
  const base::lock_guard guard(lock_);
  if (!relief_.invariant()) return false;
  for (account_type* account = &root_; account != nullptr;
       account = successor(*account, serial_next_)) {
    if (!node_invariant(*account)) return false;
  }
  return true;
}

// While the fork interrupted an operation of the tree on this very thread, the
// lists are that operation's.
template <class Os>
void basic_account_tree<Os>::child_after_fork() noexcept {
  const bool interrupted = lock_.interrupted_by_fork();
  lock_.child_after_fork();
  if (!interrupted) relief_.child_after_fork();
}

}  // namespace strata::core
