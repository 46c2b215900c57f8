// Symbols, as the dynamic linker knows them.
#include <dlfcn.h>

#include "os/symbols.hpp"

namespace strata::os {

void* find_symbol(const char* name) noexcept { return ::dlsym(RTLD_DEFAULT, name); }

}  // namespace strata::os
