// Accounts: the tree of names under which this process holds memory.
//
//   strata::account server({.name = "server", .limit = 512 << 20});
//   strata::account cache({.name = "cache", .parent = &server});
//   strata::pressure_handler shrink(cache, [&](std::size_t) { return drop_old_entries(); });
//   strata::account_report(std::cerr);
//
// Every heap, arena and pool of strata charges an account for the pages and
// slabs it takes. A program may charge accounts of its own for what it takes
// elsewhere. All quantities are bytes. An account's usage includes its
// descendants'. Everything here is safe to call from any thread, unless stated.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <iosfwd>
#include <memory>
#include <optional>
#include <string_view>
#include <type_traits>

#include <strata/base/error.hpp>

namespace strata {

namespace detail {
struct account_node;  // opaque
struct pressure_registration;
}  // namespace detail

class account;

namespace detail {
account handle_to(account_node* node) noexcept;
}

/// What a new account is made from; every member may be left out.
struct account_options {
  std::string_view name;            ///< copied; cut to 63 bytes between UTF-8 characters
  std::size_t limit = SIZE_MAX;     ///< of usage; SIZE_MAX: none
  const account* parent = nullptr;  ///< nullptr: the root. Must not be moved from.
};

/// A handle to one account. Copies refer to the same account.
///
/// The account lives until its last handle and its last child are gone and all
/// that was charged is discharged; until then its ancestors go on counting what
/// it holds. A handle that was moved from may only be assigned to or destroyed.
/// Different handles may be used by different threads at once, and one handle by
/// several that do not assign to it.
class account {
 public:
  /// Effects: creates an account below `options.parent`.
  /// Throws: out_of_memory if the operating system refuses memory.
  /// Complexity: constant; takes a lock.
  explicit account(const account_options& options);

  /// Returns: what the constructor makes; nothing where it would throw.
  [[nodiscard]] static std::optional<account> try_create(const account_options& options) noexcept;

  account(const account& other) noexcept;
  account(account&& other) noexcept;
  account& operator=(const account& other) noexcept;
  account& operator=(account&& other) noexcept;
  ~account();

  /// Effects: adds `bytes` to the usage of this account and of each of its
  ///   ancestors, or to none. Before a limit refuses, the pressure handlers of
  ///   its account and of that account's ancestors run, and the charge is tried
  ///   once more; inside a handler they do not.
  /// Returns: whether the charge was admitted. Usage never exceeds a limit by a
  ///   charge, however many threads charge at once. A charge may be refused for
  ///   the sake of another one that is in flight and itself refused further up.
  /// Complexity: linear in the depth; lock-free unless refused.
  [[nodiscard]] bool charge(std::size_t bytes) noexcept;

  /// Effects: takes `bytes` back from this account and its ancestors.
  /// Requires: as many were charged here and not yet discharged; the program
  ///   ends with a diagnosis when usage would become negative.
  /// Complexity: linear in the depth; lock-free.
  void discharge(std::size_t bytes) noexcept;

  /// Effects: binds charges that begin from now on. A limit below usage takes
  ///   nothing away; it refuses until usage has fallen. SIZE_MAX: no limit.
  void set_limit(std::size_t bytes) noexcept;

  [[nodiscard]] std::size_t limit() const noexcept;
  /// Returns: bytes charged here and in all descendants, now.
  [[nodiscard]] std::size_t usage() const noexcept;
  /// Returns: the highest usage so far, refused charges not counted.
  [[nodiscard]] std::size_t peak() const noexcept;
  /// Returns: how many charges, here or in descendants, this limit has refused.
  [[nodiscard]] std::size_t refusals() const noexcept;

  /// Returns: the name as it was kept. Valid as long as the account.
  [[nodiscard]] std::string_view name() const noexcept;
  /// Returns: a handle to the parent; nothing for the root.
  [[nodiscard]] std::optional<account> parent() const noexcept;

  /// Returns: whether both are handles to one account.
  [[nodiscard]] friend bool operator==(const account& a, const account& b) noexcept {
    return a.node_ == b.node_;
  }

  /// Returns: the account behind the handle, for the library's own use.
  [[nodiscard]] detail::account_node* node() const noexcept { return node_; }

 private:
  friend account root_account() noexcept;
  friend account detail::handle_to(detail::account_node* node) noexcept;

  explicit account(detail::account_node* adopted) noexcept : node_(adopted) {}

  detail::account_node* node_;
};

/// Returns: the account of the whole process, named "process".
[[nodiscard]] account root_account() noexcept;

/// Asks the program for memory before an account refuses a charge.
///
/// Handlers of an account run by ascending order, then in the order of their
/// registration, until the account has room. They run on the thread whose charge
/// was refused, possibly on several threads at once, and never inside one
/// another on one thread. A handler may charge, discharge, allocate, and create
/// and destroy accounts and handlers, itself included. It must not wait for a
/// lock that a thread may hold while it charges or allocates.
class pressure_handler {
 public:
  /// Gets the bytes that are missing; gives back what it can and returns how
  /// many bytes about that was. An exception that leaves it ends the program.
  using function = std::function<std::size_t(std::size_t bytes_wanted)>;

  /// Effects: registers `run` with `where`, and keeps that account alive.
  /// Throws: std::bad_alloc.
  /// Complexity: linear in the handlers of the account; takes a lock.
  pressure_handler(account where, function run, int order = 0);

  pressure_handler(pressure_handler&& other) noexcept;
  pressure_handler& operator=(pressure_handler&& other) noexcept;

  /// Effects: removes the handler. Waits until it has ended on all other
  ///   threads; afterwards it never runs again.
  ~pressure_handler();

 private:
  std::unique_ptr<detail::pressure_registration> registration_;
};

/// One account as a visit saw it. The texts are valid during the call only.
/// Numbers are read one after the other while the program runs.
struct account_info {
  std::string_view name;
  std::string_view path;  ///< "process/server/cache"; beyond 1023 bytes its end
  std::size_t depth;      ///< 0: the root
  std::size_t usage;
  std::size_t peak;
  std::size_t limit;       ///< SIZE_MAX: none
  std::size_t charges;     ///< made on this very account
  std::size_t discharges;  ///< made on this very account
  std::size_t refusals;    ///< by this account's limit
};

namespace detail {
void visit_accounts(void (*visitor)(void* context, const account_info& info), void* context);
}

/// Effects: calls `visitor(const account_info&)` for every account, parents
///   before their children and siblings from the oldest to the youngest. No lock
///   is held: the visitor may do anything. Accounts that exist throughout are
///   visited once; accounts that are created meanwhile are not.
/// Throws: what the visitor throws.
template <class Visitor>
void visit_accounts(Visitor&& visitor) {
  using target = std::remove_reference_t<Visitor>;
  detail::visit_accounts(
      [](void* context, const account_info& info) { (*static_cast<target*>(context))(info); },
      const_cast<void*>(static_cast<const volatile void*>(std::addressof(visitor))));
}

/// Effects: writes the tree as a table, a line per account: name, usage, peak,
///   limit, refusals.
/// Throws: what the stream throws.
/// Returns: `out`.
std::ostream& account_report(std::ostream& out);

}  // namespace strata
