// Call stacks by the unwinder of the C++ ABI, which needs no frame pointers, and
// names by the modules' files and the dynamic linker.
#include "os/call_stack.hpp"

#include <cxxabi.h>
#include <dlfcn.h>
#include <link.h>
#include <unwind.h>

#include <algorithm>
#include <cstdint>
#include <cstdlib>
#include <memory>

#include "os/errno_guard.hpp"
#include "os/module_symbols.hpp"

namespace strata::os {
namespace {

struct walk {
  const void* caller;
  std::span<void*> frames;
  std::size_t count = 0;
  bool entered = false;  // whether the frame of `caller` was seen

  void visit(void* address) noexcept {
    if (!entered && address == caller) {
      entered = true;
      count = 0;
    }
    if (count < frames.size()) frames[count++] = address;
  }

  [[nodiscard]] bool done() const noexcept { return entered && count == frames.size(); }
};

_Unwind_Reason_Code visit_frame(_Unwind_Context* context, void* state) noexcept {
  walk& stack = *static_cast<walk*>(state);
  const auto address = static_cast<std::uintptr_t>(_Unwind_GetIP(context));
  if (address == 0) return _URC_END_OF_STACK;
  stack.visit(reinterpret_cast<void*>(address));
  return stack.done() ? _URC_END_OF_STACK : _URC_NO_REASON;
}

struct freer {
  void operator()(char* text) const noexcept { std::free(text); }
};

std::string_view copy(std::string_view name, std::span<char> buffer) noexcept {
  const std::size_t length = std::min(name.size(), buffer.size());
  std::copy_n(name.data(), length, buffer.data());
  return {buffer.data(), length};
}

std::string_view readable(const char* symbol, std::span<char> buffer) noexcept {
  int status = 0;
  const std::unique_ptr<char, freer> name(abi::__cxa_demangle(symbol, nullptr, nullptr, &status));
  return copy(status == 0 && name != nullptr ? name.get() : symbol, buffer);
}

// The dynamic linker names the program by an empty path.
const char* path_of(const link_map& module) noexcept {
  return module.l_name[0] != '\0' ? module.l_name : "/proc/self/exe";
}

// What a module exports the dynamic linker knows; for the rest, its file is read.
// A function nearby that is exported is not taken for one that is not.
void name(code_place& place, const Dl_info& info, const link_map& module, std::uintptr_t call,
          std::span<char> buffer) noexcept {
  char symbol[1024];  // mangled names are long
  const std::span<char> room(symbol, sizeof symbol - 1);
  const module_symbol found = find_in_module(path_of(module), call - module.l_addr, room);
  if (!found.name.empty()) {
    symbol[found.name.size()] = '\0';
    place.function = readable(symbol, buffer);
    place.function_offset = found.offset;
  } else if (info.dli_sname != nullptr) {
    place.function = readable(info.dli_sname, buffer);
    place.function_offset = call - reinterpret_cast<std::uintptr_t>(info.dli_saddr);
  }
}

}  // namespace

std::size_t capture_call_stack(const void* caller, std::span<void*> frames) noexcept {
  const errno_guard guard;
  walk stack{.caller = caller, .frames = frames};
  if (!frames.empty()) _Unwind_Backtrace(visit_frame, &stack);
  return stack.count;
}

code_module module_of(const void* return_address) noexcept {
  const errno_guard guard;
  const std::uintptr_t call = reinterpret_cast<std::uintptr_t>(return_address) - 1;
  Dl_info info{};
  void* entry = nullptr;
  if (::dladdr1(reinterpret_cast<const void*>(call), &info, &entry, RTLD_DL_LINKMAP) == 0) {
    return {};
  }
  return {info.dli_fname, call - static_cast<const link_map*>(entry)->l_addr};
}

code_place locate(const void* return_address, std::span<char> buffer) noexcept {
  const errno_guard guard;
  const std::uintptr_t call = reinterpret_cast<std::uintptr_t>(return_address) - 1;
  code_place found{};
  Dl_info info{};
  void* entry = nullptr;
  if (::dladdr1(reinterpret_cast<const void*>(call), &info, &entry, RTLD_DL_LINKMAP) == 0) {
    return found;
  }
  const link_map& module = *static_cast<const link_map*>(entry);
  found.module = info.dli_fname;
  found.module_offset = call - module.l_addr;
  name(found, info, module, call, buffer);
  return found;
}

}  // namespace strata::os
