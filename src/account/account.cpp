// The account tree of this process, and the layer's code that is needed once.
#include "account/account.hpp"

namespace strata::core {

constinit account_tree the_accounts;

template class basic_account<os::platform>;
template class basic_account_tree<os::platform>;

void report_excess_discharge(std::string_view name, std::size_t bytes, std::size_t usage) noexcept {
  base::fatal("excess discharge",
              base::text<256>{}
                  .add("account \"")
                  .add(name)
                  .add("\" gives back ")
                  .add_decimal(bytes)
                  .add(" bytes but holds only ")
                  .add_decimal(usage)
                  .add("; the same bytes were discharged twice, or under another account")
                  .view());
}

}  // namespace strata::core
