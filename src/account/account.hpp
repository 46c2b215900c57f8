// The account layer: the tree of named accounts, which says who holds memory.
// Everything that takes pages charges one node; a node's usage includes its
// descendants', so the root's is the process's. It knows base and os only.
//
//   name       a copied name of bounded size
//   pressure   what a registrant adds to an account, and its order
//   relief     runs pressure callbacks, and removes them safely
//   node       one account: counters, limit, charge and discharge
//   storage    pages for nodes; no malloc
//   tree       creation, reference counts, walking, fork
//
//   charge --- fits everywhere ----------------------------------> true    hot
//      \------ refused --> relief --> once more --> true or false          cold
//   discharge --- somebody still needs the node -----------------> done    hot
//      \--------- last bytes of a node without owner --> collect           cold
#pragma once

#include "account/name.hpp"
#include "account/node.hpp"
#include "account/pressure.hpp"
#include "account/relief.hpp"
#include "account/storage.hpp"
#include "account/tree.hpp"
#include "os/os.hpp"

namespace strata::core {

using account = basic_account<os::platform>;
using account_tree = basic_account_tree<os::platform>;

extern template class basic_account<os::platform>;
extern template class basic_account_tree<os::platform>;

// The tree of this process. Usable before main and after static destruction.
extern constinit account_tree the_accounts;

[[nodiscard]] inline account_tree& process_accounts() noexcept { return the_accounts; }

}  // namespace strata::core
