// How the public templates end a program that made a mistake: one named
// diagnosis on stderr that says what, where and the likely cause. Each is a
// function of its own, declared here and defined in a public_*diagnosis.cpp: of its
// layer, or of src/base/ where several layers make it.
// What a user's inlined code passes on is no pointer to const where it may point to
// nothing initialised: g++ would warn.
// Not for programs.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>

namespace strata::detail {

/// Effects: writes `strata: fatal: NAME: WHAT` to stderr and aborts.
[[noreturn, gnu::cold]] void fatal(std::string_view name, std::string_view what) noexcept;

/// Effects: writes WHAT as a warning to stderr; the program goes on.
[[gnu::cold]] void warn(std::string_view what) noexcept;

// -- Of several layers ----------------------------------------------------------

[[noreturn, gnu::cold]] void report_more_freed_than_given(std::string_view resource, void* block,
                                                          std::size_t bytes,
                                                          std::size_t given) noexcept;
[[noreturn, gnu::cold]] void report_pages_in_use(std::string_view kind, std::string_view account,
                                                 std::size_t blocks) noexcept;
[[noreturn, gnu::cold]] void report_too_many_handles(const void* counts) noexcept;

// -- Handles and keys ---------------------------------------------------------

[[noreturn, gnu::cold]] void report_foreign_object(const void* object) noexcept;
[[noreturn, gnu::cold]] void report_pool_ended_first(const void* pool, std::size_t slots) noexcept;
[[noreturn, gnu::cold]] void report_slot_ended_first(const void* object, std::size_t shared,
                                                     std::size_t weak) noexcept;
[[noreturn, gnu::cold]] void report_dead_handle(const void* counts) noexcept;
[[noreturn, gnu::cold]] void report_stale_key(std::size_t index, std::size_t generation) noexcept;

// -- Adaptors -------------------------------------------------------------------

[[noreturn, gnu::cold]] void report_bad_probability(double value) noexcept;
[[noreturn, gnu::cold]] void report_missing_callback(std::string_view function) noexcept;
[[noreturn, gnu::cold]] void report_misaligned_by_callback(const void* block,
                                                           std::size_t alignment) noexcept;

// -- Bump regions -----------------------------------------------------------------

[[noreturn, gnu::cold]] void report_broken_canary(std::string_view region, std::string_view line,
                                                  const void* at, std::string_view cause) noexcept;
[[noreturn, gnu::cold]] void report_no_block_of_region(std::string_view region,
                                                       void* pointer) noexcept;
[[noreturn, gnu::cold]] void report_region_double_free(std::string_view region, const void* block,
                                                       std::size_t bytes) noexcept;
[[noreturn, gnu::cold]] void report_region_sized_free(std::string_view region, const void* block,
                                                      std::size_t given,
                                                      std::size_t actual) noexcept;
[[noreturn, gnu::cold]] void report_foreign_position(std::string_view region) noexcept;
[[noreturn, gnu::cold]] void report_guard_hit(std::string_view kind, std::string_view name,
                                              const void* at, std::size_t distance,
                                              bool below) noexcept;

// -- Pools --------------------------------------------------------------------------

[[noreturn, gnu::cold]] void report_double_release(std::string_view pool,
                                                   const void* object) noexcept;
[[noreturn, gnu::cold]] void report_foreign_release(std::string_view pool,
                                                    const void* object) noexcept;
[[noreturn, gnu::cold]] void report_dead_pool(const void* pool, const void* object) noexcept;

// -- Shared pools -----------------------------------------------------------------

[[noreturn, gnu::cold]] void report_wrong_thread(const void* pool, std::uintptr_t owner,
                                                 std::uintptr_t user) noexcept;

// -- Arenas ---------------------------------------------------------------------

[[noreturn, gnu::cold]] void report_foreign_checkpoint(std::string_view arena, const void* of,
                                                       const void* given_to) noexcept;
[[noreturn, gnu::cold]] void report_ended_checkpoint(std::string_view arena, std::size_t depth,
                                                     std::size_t open) noexcept;
[[noreturn, gnu::cold]] void report_no_block_of_arena(std::string_view arena, const void* pointer,
                                                      std::size_t bytes) noexcept;
[[noreturn, gnu::cold]] void report_foreign_growth(std::string_view arena, std::size_t expected,
                                                   std::size_t found) noexcept;

// -- Objects --------------------------------------------------------------------

[[noreturn, gnu::cold]] void report_dead_reference(const char* type, const void* object) noexcept;
[[gnu::cold]] void warn_too_many_references(const char* type, const void* object) noexcept;
[[noreturn, gnu::cold]] void report_objects_alive(std::string_view heap, std::size_t objects,
                                                  const char* type) noexcept;
[[noreturn, gnu::cold]] void report_first_weak_elsewhere(const char* type,
                                                         const void* object) noexcept;

// -- Stacks ---------------------------------------------------------------------

[[noreturn, gnu::cold]] void report_double_put(std::string_view pool, const void* top) noexcept;
[[noreturn, gnu::cold]] void report_foreign_stack(std::string_view pool, const void* top) noexcept;
[[noreturn, gnu::cold]] void report_stack_canary(std::string_view pool, std::string_view fiber,
                                                 const void* end, std::size_t size) noexcept;
[[noreturn, gnu::cold]] void report_stacks_in_use(std::string_view pool,
                                                  std::size_t stacks) noexcept;

// -- Fiber memory -----------------------------------------------------------------

[[noreturn, gnu::cold]] void report_fiber_arenas_in_use(std::string_view pool,
                                                        std::size_t arenas) noexcept;
[[noreturn, gnu::cold]] void report_messages_in_use(std::string_view pool,
                                                    std::size_t messages) noexcept;
[[noreturn, gnu::cold]] void report_slice_outside(std::size_t begin, std::size_t bytes,
                                                  std::size_t size) noexcept;
[[noreturn, gnu::cold]] void report_message_too_small(std::size_t bytes,
                                                      std::size_t capacity) noexcept;
[[noreturn, gnu::cold]] void report_no_fiber_storage(const void* variable) noexcept;

// -- Message rings ------------------------------------------------------------------

[[noreturn, gnu::cold]] void report_commit_without_room(std::uint64_t bytes,
                                                        std::uint64_t reserved) noexcept;
[[noreturn, gnu::cold]] void report_no_message_to_pop() noexcept;

// -- Compacting arenas ------------------------------------------------------------

[[noreturn, gnu::cold]] void report_bad_relocation(std::string_view arena,
                                                   std::size_t alignment) noexcept;
[[noreturn, gnu::cold]] void report_pinned_erased(std::string_view arena, const void* object,
                                                  std::size_t pins) noexcept;
[[noreturn, gnu::cold]] void report_pinned_at_end(std::string_view arena,
                                                  std::size_t pins) noexcept;

// -- Cycle collectors ---------------------------------------------------------------

[[noreturn, gnu::cold]] void report_two_collectors(std::string_view heap) noexcept;
[[noreturn, gnu::cold]] void report_roots_at_end(std::string_view heap, std::size_t roots) noexcept;
[[noreturn, gnu::cold]] void report_heap_under_collector(std::string_view heap) noexcept;

}  // namespace strata::detail
