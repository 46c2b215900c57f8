#include "base/fatal.hpp"

#include <atomic>

#include "base/text.hpp"

namespace strata::base {
namespace {

constinit std::atomic<const fatal_hooks*> hooks{nullptr};

using message = text<640>;

void write(std::string_view text) noexcept {
  const fatal_hooks* const set = hooks.load(std::memory_order_acquire);
  if (set != nullptr && set->write != nullptr) set->write(text);
}

[[noreturn]] void die() noexcept {
  const fatal_hooks* const set = hooks.load(std::memory_order_acquire);
  if (set != nullptr && set->die != nullptr) set->die();
  __builtin_trap();
}

}  // namespace

void set_fatal_hooks(const fatal_hooks* replacement) noexcept {
  hooks.store(replacement, std::memory_order_release);
}

void provide_fatal_hooks(const fatal_hooks& fallback) noexcept {
  const fatal_hooks* none = nullptr;
  hooks.compare_exchange_strong(none, &fallback, std::memory_order_acq_rel);
}

void warn(std::string_view what) noexcept {
  write(message{}.add("strata: warning: ").add(what).add("\n").view());
}

void fatal(std::string_view name, std::string_view what) noexcept {
  write(message{}.add("strata: fatal: ").add(name).add(": ").add(what).add("\n").view());
  die();
}

void fatal_check(std::string_view what, const place& where) noexcept {
  fatal("broken invariant", message{}
                                .add(what)
                                .add(" [")
                                .add(where.file)
                                .add(":")
                                .add_decimal(where.line)
                                .add("]; the heap was probably overwritten")
                                .view());
}

void report_double_free(const void* block, std::size_t block_size) noexcept {
  fatal("double free", message{}
                           .add("the block at ")
                           .add_pointer(block)
                           .add(" (")
                           .add_decimal(block_size)
                           .add(" bytes) is already free; two owners, or an owner that kept its "
                                "pointer, freed it")
                           .view());
}

void report_foreign_free(const void* pointer) noexcept {
  fatal("foreign free", message{}
                            .add("the pointer ")
                            .add_pointer(pointer)
                            .add(" was not allocated here; it comes from another allocator, the "
                                 "stack, static data, or was never initialised")
                            .view());
}

void report_interior_free(const void* pointer, const void* block, std::size_t block_size) noexcept {
  fatal("interior free", message{}
                             .add("the pointer ")
                             .add_pointer(pointer)
                             .add(" lies inside the block at ")
                             .add_pointer(block)
                             .add(" (")
                             .add_decimal(block_size)
                             .add(" bytes); free must be given the address that malloc returned")
                             .view());
}

void report_misaligned_free(const void* pointer) noexcept {
  fatal("misaligned free", message{}
                               .add("the pointer ")
                               .add_pointer(pointer)
                               .add(" is not 16-byte aligned, so no allocation returned it")
                               .view());
}

void report_free_of_unused(const void* pointer) noexcept {
  fatal("invalid free", message{}
                            .add("the pointer ")
                            .add_pointer(pointer)
                            .add(" lies in memory that holds no live block; it was freed before, "
                                 "or never allocated")
                            .view());
}

void report_size_mismatch(const void* block, std::size_t given, std::size_t actual) noexcept {
  fatal("sized free", message{}
                          .add("the block at ")
                          .add_pointer(block)
                          .add(" has ")
                          .add_decimal(actual)
                          .add(" usable bytes but was freed with a size of ")
                          .add_decimal(given)
                          .add("; the object was deleted through a wrong type or size")
                          .view());
}

void report_corrupted_link(const void* block, std::size_t block_size) noexcept {
  fatal("corrupted free block", message{}
                                    .add("the free block at ")
                                    .add_pointer(block)
                                    .add(" (")
                                    .add_decimal(block_size)
                                    .add(" bytes) was written to after it was freed")
                                    .view());
}

void report_reentry() noexcept {
  fatal("reentry",
        "a signal handler called the allocator while it had interrupted the allocator in the same "
        "thread; malloc and free are not safe in signal handlers");
}

void report_wrong_heap(const void* block, std::string_view heap) noexcept {
  fatal("wrong heap", message{}
                          .add("the block at ")
                          .add_pointer(block)
                          .add(" does not belong to the heap '")
                          .add(heap)
                          .add("' it was returned to")
                          .view());
}

void report_scope_order(bool same_thread) noexcept {
  fatal("malloc scope",
        same_thread ? "a malloc scope ended while one that began inside it had not; scopes of a "
                      "thread end in the reverse order of their beginning, and once"
                    : "a malloc scope ended on another thread than the one it began on; it directs "
                      "that thread's malloc, so it must end there");
}

void report_heap_in_scope(std::string_view heap, std::size_t scopes) noexcept {
  fatal("heap in use", message{}
                           .add("the heap '")
                           .add(heap)
                           .add("' was destroyed or reset while ")
                           .add_decimal(scopes)
                           .add(" malloc scopes of a thread direct malloc into it; end them first")
                           .view());
}

}  // namespace strata::base
