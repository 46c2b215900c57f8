// A plug-in with a copy of the library in it.
#include <strata/context/context.hpp>

#pragma GCC visibility push(default)
extern "C" {

const void* plugin_variable() { return &strata::detail::innermost_scope; }

std::pmr::memory_resource* plugin_current() { return strata::context::current_resource(); }

std::pmr::memory_resource* plugin_temp() { return strata::context::temp_resource(); }

// Calls the host back inside a scope of the plug-in's.
void plugin_with(std::pmr::memory_resource& resource, void (*call)(void*), void* context) {
  strata::context::with_allocator(resource, [&] { call(context); });
}

}  // extern "C"
#pragma GCC visibility pop
