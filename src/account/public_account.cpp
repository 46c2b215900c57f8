// The public accounts, over the process's tree. Part of the C++ library, not of
// the malloc core: it may throw and allocate.
#include <strata/account/account.hpp>

#include <utility>

#include <strata/account/detail/account_access.hpp>

#include "account/handle.hpp"

namespace strata {
namespace {

using core::node_of;
using core::opaque;
using core::process_accounts;

core::account* create(const account_options& options) noexcept {
  core::account* parent = options.parent != nullptr ? node_of(*options.parent) : nullptr;
  return process_accounts().create(options.name, options.limit, parent);
}

detail::account_node* retained(core::account* node) noexcept {
  if (node != nullptr) process_accounts().retain(node);
  return opaque(node);
}

}  // namespace

// -- account -----------------------------------------------------------------

account::account(const account_options& options) : node_(opaque(create(options))) {
  if (node_ == nullptr) throw out_of_memory(options.name, sizeof(core::account));
}

std::optional<account> account::try_create(const account_options& options) noexcept {
  core::account* node = create(options);
  if (node == nullptr) return std::nullopt;
  return account(opaque(node));
}

account::account(const account& other) noexcept : node_(retained(node_of(other))) {}

account::account(account&& other) noexcept : node_(std::exchange(other.node_, nullptr)) {}

account& account::operator=(const account& other) noexcept { return *this = account(other); }

account& account::operator=(account&& other) noexcept {
  account taken(std::move(other));
  std::swap(node_, taken.node_);
  return *this;
}

account::~account() {
  if (node_ != nullptr) process_accounts().release(node_of(node_));
}

bool account::charge(std::size_t bytes) noexcept { return node_of(node_)->charge(bytes); }
void account::discharge(std::size_t bytes) noexcept { node_of(node_)->discharge(bytes); }
void account::set_limit(std::size_t bytes) noexcept { node_of(node_)->set_limit(bytes); }
std::size_t account::limit() const noexcept { return node_of(node_)->limit(); }
std::size_t account::usage() const noexcept { return node_of(node_)->usage(); }
std::size_t account::peak() const noexcept { return node_of(node_)->peak(); }
std::size_t account::refusals() const noexcept { return node_of(node_)->refusals(); }
std::string_view account::name() const noexcept { return node_of(node_)->name(); }

std::optional<account> account::parent() const noexcept {
  core::account* parent = node_of(node_)->parent();
  if (parent == nullptr) return std::nullopt;
  return account(retained(parent));
}

account detail::handle_to(account_node* node) noexcept { return account(retained(node_of(node))); }

account root_account() noexcept { return account(retained(&process_accounts().root())); }

// -- pressure_handler --------------------------------------------------------

struct detail::pressure_registration {
  pressure_registration(account registered_with, pressure_handler::function run, int order)
      : where(std::move(registered_with)),
        function(std::make_shared<pressure_handler::function>(std::move(run))) {
    callback.run = &invoke;
    callback.context = this;
    callback.order = order;
    node_of(where)->add_pressure_callback(callback);
  }
  ~pressure_registration() { node_of(where)->remove_pressure_callback(callback); }
  pressure_registration(const pressure_registration&) = delete;
  pressure_registration& operator=(const pressure_registration&) = delete;

  // The copy keeps the function alive when it destroys its own handler.
  static std::size_t invoke(void* context, std::size_t bytes_wanted) noexcept {
    const auto running = static_cast<pressure_registration*>(context)->function;
    return (*running)(bytes_wanted);
  }

  account where;
  std::shared_ptr<pressure_handler::function> function;
  core::pressure_callback callback;
};

pressure_handler::pressure_handler(account where, function run, int order)
    : registration_(std::make_unique<detail::pressure_registration>(std::move(where),
                                                                    std::move(run), order)) {}
pressure_handler::pressure_handler(pressure_handler&& other) noexcept = default;
pressure_handler& pressure_handler::operator=(pressure_handler&& other) noexcept = default;
pressure_handler::~pressure_handler() = default;

// -- Walking -----------------------------------------------------------------

void detail::visit_accounts(void (*visitor)(void* context, const account_info& info),
                            void* context) {
  process_accounts().visit([&](const core::account& node) {
    char buffer[1023];
    visitor(context, {.name = node.name(),
                      .path = node.path(buffer),
                      .depth = node.depth(),
                      .usage = node.usage(),
                      .peak = node.peak(),
                      .limit = node.limit(),
                      .charges = node.charges(),
                      .discharges = node.discharges(),
                      .refusals = node.refusals()});
  });
}

}  // namespace strata
