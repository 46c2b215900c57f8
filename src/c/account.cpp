// Accounts in C. A handle is the node itself; what keeps it is a reference count.
#include <strata/account/account.hpp>

#include <memory>
#include <new>
#include <string_view>

#include "c/error.hpp"
#include "c/handles.hpp"

using namespace strata::c_interface;
namespace core = strata::core;

struct strata_pressure_handler {
  strata::pressure_handler registered;
};

namespace {

constexpr const char* null_account = "strata: the account is NULL";

core::account& node_of(const strata_account* handle) noexcept {
  return *account_of(const_cast<strata_account*>(handle));
}

std::size_t limit_in_c(std::size_t limit) noexcept {
  return limit == strata::base::unlimited ? 0 : limit;
}

std::size_t limit_from_c(std::size_t limit) noexcept {
  return limit == 0 ? strata::base::unlimited : limit;
}

strata_account_info info_of(const core::account& node, const char* path) noexcept {
  return {.account = handle_of(const_cast<core::account&>(node)),
          .name = node.c_name(),
          .path = path,
          .depth = node.depth(),
          .usage = node.usage(),
          .peak = node.peak(),
          .limit = limit_in_c(node.limit()),
          .charges = node.charges(),
          .discharges = node.discharges(),
          .refusals = node.refusals(),
          .later = {}};
}

// Calls `each(node, path)` until it returns false, and says whether it never did. The
// path ends in a zero.
template <class Each>
bool visit_until(Each&& each) {
  bool going = true;
  core::process_accounts().visit([&](const core::account& node) {
    if (!going) return;
    char buffer[1024];
    buffer[1023] = '\0';
    going = each(node, node.path({buffer, 1023}));
  });
  return going;
}

}  // namespace

strata_account* strata_account_create(const strata_account_options* options) {
  const strata_account_options given = options == nullptr ? strata_account_options{} : *options;
  if (asks_for_more(given.later)) return fail_argument(unknown_options);
  core::account* const created = core::process_accounts().create(
      given.name == nullptr ? "" : given.name, limit_from_c(given.limit), account_of(given.parent));
  return created == nullptr ? fail_memory() : handle_of(*created);
}

strata_account* strata_root_account() { return handle_of(core::process_accounts().root()); }

strata_account* strata_account_find(const char* path) {
  if (path == nullptr) return fail_argument("strata: the path is NULL");
  strata_account* found = nullptr;
  const std::string_view wanted = path;
  visit_until([&](const core::account& node, std::string_view its_path) {
    if (its_path != wanted) return true;
    found = strata_account_retain(handle_of(const_cast<core::account&>(node)));
    return false;
  });
  return found;
}

strata_account* strata_account_retain(strata_account* account) {
  if (account == nullptr) return fail_argument(null_account);
  core::process_accounts().retain(account_of(account));
  return account;
}

void strata_account_release(strata_account* account) {
  if (account != nullptr) core::process_accounts().release(account_of(account));
}

int strata_account_charge(strata_account* account, size_t bytes) {
  if (account == nullptr) return failed(fail_argument(null_account));
  return node_of(account).charge(bytes) ? 1 : failed(fail_memory());
}

void strata_account_discharge(strata_account* account, size_t bytes) {
  if (account == nullptr) {
    fail_argument(null_account);
    return;
  }
  node_of(account).discharge(bytes);
}

int strata_account_set_limit(strata_account* account, size_t bytes) {
  if (account == nullptr) return failed(fail_argument(null_account));
  node_of(account).set_limit(limit_from_c(bytes));
  return 1;
}

size_t strata_account_usage(const strata_account* account) {
  if (account == nullptr) return failed<std::size_t>(fail_argument(null_account));
  return node_of(account).usage();
}

size_t strata_account_limit(const strata_account* account) {
  if (account == nullptr) return failed<std::size_t>(fail_argument(null_account));
  return limit_in_c(node_of(account).limit());
}

strata_account* strata_account_parent(const strata_account* account) {
  if (account == nullptr) return fail_argument(null_account);
  core::account* const parent = node_of(account).parent();
  return parent == nullptr ? nullptr : handle_of(*parent);
}

int strata_account_get_info(const strata_account* account, strata_account_info* into) {
  if (account == nullptr) return failed(fail_argument(null_account));
  if (into == nullptr) return failed(fail_argument("strata: there is no place for the account"));
  *into = info_of(node_of(account), nullptr);
  return 1;
}

int strata_accounts_walk(strata_account_visitor* visitor, void* context) {
  if (visitor == nullptr) return failed(fail_argument(null_visitor));
  const bool all = visit_until([&](const core::account& node, std::string_view path) {
    const strata_account_info info = info_of(node, path.data());
    return visitor(context, &info) != 0;
  });
  return all ? 1 : 0;
}

strata_pressure_handler* strata_pressure_handler_create(strata_account* account,
                                                        strata_pressure_function* run,
                                                        void* context, int order) {
  if (account == nullptr) return fail_argument(null_account);
  if (run == nullptr) return fail_argument(null_function);
  try {
    return new strata_pressure_handler{strata::pressure_handler(
        *kept_account(account),
        [=](std::size_t bytes_wanted) { return run(context, bytes_wanted); }, order)};
  } catch (const std::bad_alloc&) {
    return fail_memory();
  }
}

void strata_pressure_handler_destroy(strata_pressure_handler* handler) { delete handler; }
