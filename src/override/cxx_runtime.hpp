// The C++ runtime, when there is one: operator new must call the new handler
// and throw, but the library runs under C programs too, so it must not need
// libstdc++ or libc++. Everything here is cold.
#pragma once

#include <cstddef>
#include <new>

namespace strata::core {

// What operator new does once the heap has refused: calls the new handler and
// tries again until there is none; then throws std::bad_alloc. Never returns
// nullptr.
[[nodiscard, gnu::cold, gnu::noinline]] void* new_after_refusal(std::size_t size,
                                                                std::size_t alignment);

// The same for the operators that take std::nothrow: nullptr where the other throws.
[[nodiscard, gnu::cold, gnu::noinline]] void* nothrow_new_after_refusal(
    std::size_t size, std::size_t alignment) noexcept;

// The nothrow operators of a program that replaced the throwing ones only.
[[nodiscard, gnu::cold, gnu::noinline]] void* nothrow_new_elsewhere(std::size_t size) noexcept;
[[nodiscard, gnu::cold, gnu::noinline]] void* nothrow_new_elsewhere(
    std::size_t size, std::align_val_t alignment) noexcept;

}  // namespace strata::core
