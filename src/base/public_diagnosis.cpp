// Fatal diagnoses of the public templates; see strata/detail/diagnosis.hpp.
#include <strata/detail/diagnosis.hpp>

#include <charconv>
#include <cstdio>
#include <cstdlib>
#include <iterator>

#include "base/fatal.hpp"
#include "base/text.hpp"

namespace strata::detail {
namespace {

void write_to_stderr(std::string_view text) noexcept {
  std::fwrite(text.data(), 1, text.size(), stderr);
}

void abort_program() noexcept { std::abort(); }

constexpr base::fatal_hooks voice{.write = write_to_stderr, .die = abort_program};

}  // namespace

void fatal(std::string_view name, std::string_view what) noexcept {
  base::provide_fatal_hooks(voice);
  base::fatal(name, what);
}

// -- Handles and keys ---------------------------------------------------------

void report_foreign_object(const void* object) noexcept {
  fatal("foreign object", base::text<256>{}
                              .add("the object at ")
                              .add_pointer(object)
                              .add(" does not lie in the pool that the handle names; it comes "
                                   "from another pool, or from no pool")
                              .view());
}

void report_pool_ended_first(const void* pool, std::size_t slots) noexcept {
  fatal("pool ended before its handles",
        base::text<256>{}
            .add("handles still refer to ")
            .add_decimal(slots)
            .add(" slots of the pool at ")
            .add_pointer(pool)
            .add("; declare the pool before what holds its handles, or reset the handles first")
            .view());
}

void report_slot_ended_first(const void* object, std::size_t shared, std::size_t weak) noexcept {
  fatal("slot ended before its handles",
        base::text<256>{}
            .add("the pool took back the object at ")
            .add_pointer(object)
            .add(" while ")
            .add_decimal(shared)
            .add(" shared and ")
            .add_decimal(weak)
            .add(" weak handles refer to it; do not clear or release behind the handles' back")
            .view());
}

void report_dead_handle(const void* counts) noexcept {
  fatal("dead handle", base::text<256>{}
                           .add("a handle refers to the counts at ")
                           .add_pointer(counts)
                           .add(", which know no handle any more; its bytes were copied, it was "
                                "destroyed twice, or its slot was overwritten")
                           .view());
}

void report_too_many_handles(const void* counts) noexcept {
  fatal("too many handles", base::text<256>{}
                                .add("2147483648 handles refer to one object, whose counts lie at ")
                                .add_pointer(counts)
                                .add("; handles are lost without being destroyed")
                                .view());
}

void report_stale_key(std::size_t index, std::size_t generation) noexcept {
  fatal("stale key", base::text<256>{}
                         .add("nothing lives under the key with index ")
                         .add_decimal(index)
                         .add(" and generation ")
                         .add_decimal(generation)
                         .add("; its object was erased, or the key comes from another pool. "
                              "find() tells without ending the program")
                         .view());
}

// -- Adaptors -------------------------------------------------------------------

void report_more_freed_than_given(std::string_view resource, void* block, std::size_t bytes,
                                  std::size_t given) noexcept {
  fatal("more freed than given out", base::text<512>{}
                                         .add("\"")
                                         .add(resource)
                                         .add("\" gets ")
                                         .add_decimal(bytes)
                                         .add(" bytes back, at ")
                                         .add_pointer(block)
                                         .add(", but has only ")
                                         .add_decimal(given)
                                         .add(" given out; the size is wrong, or a block was "
                                              "given back twice or is of another resource")
                                         .view());
}

void report_pages_in_use(std::string_view kind, std::string_view account,
                         std::size_t blocks) noexcept {
  fatal("pages in use", base::text<512>{}
                            .add("the ")
                            .add(kind)
                            .add(" resource of account \"")
                            .add(account)
                            .add("\" ends while ")
                            .add_decimal(blocks)
                            .add(" of its blocks live; destroy what stands on it first")
                            .view());
}

void report_bad_probability(double value) noexcept {
  char number[32];
  const std::to_chars_result end = std::to_chars(std::begin(number), std::end(number), value);
  fatal("bad probability", base::text<256>{}
                               .add("a failing resource was given ")
                               .add({number, static_cast<std::size_t>(end.ptr - number)})
                               .add(", which is not between 0 and 1; write per cent as hundredths")
                               .view());
}

void report_missing_callback(std::string_view function) noexcept {
  fatal("missing callback", base::text<256>{}
                                .add("a callback resource was given no function \"")
                                .add(function)
                                .add("\"; it needs both, and one that does nothing may do")
                                .view());
}

void report_misaligned_by_callback(const void* block, std::size_t alignment) noexcept {
  fatal("misaligned callback block",
        base::text<256>{}
            .add("a callback resource was asked for a multiple of ")
            .add_decimal(alignment)
            .add(" and its function returned ")
            .add_pointer(block)
            .add("; the function must heed the alignment, or return nullptr")
            .view());
}

// -- Bump regions ---------------------------------------------------------------

void report_broken_canary(std::string_view region, std::string_view line, const void* at,
                          std::string_view cause) noexcept {
  fatal("broken canary", base::text<512>{}
                             .add("in the bump region \"")
                             .add(region)
                             .add("\", ")
                             .add(line)
                             .add(" was overwritten at ")
                             .add_pointer(at)
                             .add("; ")
                             .add(cause)
                             .view());
}

void report_no_block_of_region(std::string_view region, void* pointer) noexcept {
  fatal("foreign free", base::text<320>{}
                            .add("the pointer ")
                            .add_pointer(pointer)
                            .add(" is no block of the bump region \"")
                            .add(region)
                            .add("\"; it comes from elsewhere, lies inside a block, or its block "
                                 "was deallocated before or ended with a rewind or reset")
                            .view());
}

void report_region_double_free(std::string_view region, const void* block,
                               std::size_t bytes) noexcept {
  fatal("double free", base::text<320>{}
                           .add("the block at ")
                           .add_pointer(block)
                           .add(" (")
                           .add_decimal(bytes)
                           .add(" bytes) of the bump region \"")
                           .add(region)
                           .add("\" was deallocated before; two owners, or an owner that kept its "
                                "pointer, did it")
                           .view());
}

void report_region_sized_free(std::string_view region, const void* block, std::size_t given,
                              std::size_t actual) noexcept {
  fatal("sized free", base::text<320>{}
                          .add("the block at ")
                          .add_pointer(block)
                          .add(" of the bump region \"")
                          .add(region)
                          .add("\" has ")
                          .add_decimal(actual)
                          .add(" bytes but was deallocated with a size of ")
                          .add_decimal(given)
                          .add("; give the size that was asked for")
                          .view());
}

void report_foreign_position(std::string_view region) noexcept {
  fatal("foreign position", base::text<256>{}
                                .add("the bump region \"")
                                .add(region)
                                .add("\" cannot be rewound to a place outside of it; the position "
                                     "was marked in another region")
                                .view());
}

void report_guard_hit(std::string_view kind, std::string_view name, const void* at,
                      std::size_t distance, bool below) noexcept {
  fatal("guard hit",
        base::text<512>{}
            .add("the address ")
            .add_pointer(at)
            .add(" was touched, ")
            .add_decimal(distance)
            .add(below ? " bytes below the start of the " : " bytes beyond the end of the ")
            .add(kind)
            .add(" \"")
            .add(name)
            .add("\"; an index or a length is wrong there")
            .view());
}

void report_wrong_thread(const void* pool, std::uintptr_t owner, std::uintptr_t user) noexcept {
  fatal("wrong thread", base::text<256>{}
                            .add("the pool at ")
                            .add_pointer(pool)
                            .add(" belongs to thread ")
                            .add_hex(owner)
                            .add(" and was used by thread ")
                            .add_hex(user)
                            .add("; give each thread its own, or use thread_safe_pool")
                            .view());
}

// -- Arenas ---------------------------------------------------------------------

void report_foreign_checkpoint(std::string_view arena, const void* of,
                               const void* given_to) noexcept {
  fatal("foreign checkpoint", base::text<320>{}
                                  .add("the arena '")
                                  .add(arena)
                                  .add("' at ")
                                  .add_pointer(given_to)
                                  .add(" was given a checkpoint of the arena at ")
                                  .add_pointer(of)
                                  .add("; two arenas were mixed up, or it was never set")
                                  .view());
}

void report_ended_checkpoint(std::string_view arena, std::size_t depth, std::size_t open) noexcept {
  fatal("ended checkpoint", base::text<320>{}
                                .add("the checkpoint at depth ")
                                .add_decimal(depth)
                                .add(" of the arena '")
                                .add(arena)
                                .add("', which has ")
                                .add_decimal(open)
                                .add(" open, has ended: the arena was reset, or rewound to an "
                                     "outer checkpoint first; end the inner one before")
                                .view());
}

void report_no_block_of_arena(std::string_view arena, const void* pointer,
                              std::size_t bytes) noexcept {
  fatal("foreign free", base::text<320>{}
                            .add("the ")
                            .add_decimal(bytes)
                            .add(" bytes at ")
                            .add_pointer(pointer)
                            .add(" are no block of the arena '")
                            .add(arena)
                            .add("'; it ended with a rewind or reset, was deallocated before, or "
                                 "has another size")
                            .view());
}

void report_foreign_growth(std::string_view arena, std::size_t expected,
                           std::size_t found) noexcept {
  fatal("foreign growth", base::text<320>{}
                              .add("the arena '")
                              .add(arena)
                              .add("' has ")
                              .add_decimal(found)
                              .add(" bytes allocated where its checkpoint left ")
                              .add_decimal(expected)
                              .add("; somebody else allocated there, and would lose it at the "
                                   "rewind; give them an arena of their own")
                              .view());
}

// -- Pools --------------------------------------------------------------------------

void report_double_release(std::string_view pool, const void* object) noexcept {
  fatal("double release",
        base::text<256>{}
            .add("the object at ")
            .add_pointer(object)
            .add(" of pool \"")
            .add(pool)
            .add("\" does not live; two owners, or an owner that kept its pointer, "
                 "released it")
            .view());
}

void report_foreign_release(std::string_view pool, const void* object) noexcept {
  fatal("foreign release", base::text<256>{}
                               .add("no object of pool \"")
                               .add(pool)
                               .add("\" begins at ")
                               .add_pointer(object)
                               .add("; it is of another pool, or the pointer leads into an object")
                               .view());
}

void report_dead_pool(const void* pool, const void* object) noexcept {
  fatal("dead pool", base::text<256>{}
                         .add("the object at ")
                         .add_pointer(object)
                         .add(" was released to the pool at ")
                         .add_pointer(pool)
                         .add(", which was destroyed before, and its objects with it; let the pool "
                              "live longer")
                         .view());
}

// -- Objects --------------------------------------------------------------------

namespace {

std::string_view type_name(const char* name) noexcept { return name == nullptr ? "object" : name; }

}  // namespace

void report_dead_reference(const char* type, const void* object) noexcept {
  fatal("dead reference", base::text<512>{}
                              .add("a reference to the ")
                              .add(type_name(type))
                              .add(" at ")
                              .add_pointer(object)
                              .add(" was copied or dropped when nothing referred to it any more; "
                                   "one was dropped twice, or used without being counted")
                              .view());
}

void warn_too_many_references(const char* type, const void* object) noexcept {
  base::provide_fatal_hooks(voice);
  base::warn(base::text<512>{}
                 .add("more references were made to the ")
                 .add(type_name(type))
                 .add(" at ")
                 .add_pointer(object)
                 .add(" than can be counted; it never ends from now on. References are lost "
                      "without being dropped")
                 .view());
}

void report_objects_alive(std::string_view heap, std::size_t objects, const char* type) noexcept {
  fatal("object heap ended before its objects",
        base::text<512>{}
            .add("the object heap \"")
            .add(heap)
            .add("\" ends while ")
            .add_decimal(objects)
            .add(" of its objects live, a ")
            .add(type_name(type))
            .add(" among them; drop the references first, collect cycles, or let the heap "
                 "discard them by its options")
            .view());
}

void report_first_weak_elsewhere(const char* type, const void* object) noexcept {
  fatal("weak reference on another thread",
        base::text<512>{}
            .add("the first weak reference to the ")
            .add(type_name(type))
            .add(" at ")
            .add_pointer(object)
            .add(" was made on another thread than its heap's; make one there, and copy it")
            .view());
}

// -- Stacks ---------------------------------------------------------------------

void report_double_put(std::string_view pool, const void* top) noexcept {
  fatal("double put", base::text<320>{}
                          .add("the stack with its top at ")
                          .add_pointer(top)
                          .add(" was put back into the pool \"")
                          .add(pool)
                          .add("\" before; two owners, or an owner that kept it, did it")
                          .view());
}

void report_foreign_stack(std::string_view pool, const void* top) noexcept {
  fatal("foreign stack", base::text<320>{}
                             .add("what is put into the pool \"")
                             .add(pool)
                             .add("\" is none of its stacks; its top is said to be at ")
                             .add_pointer(top)
                             .add(". It comes from another pool, its size was changed, or the "
                                  "words above its top were overwritten")
                             .view());
}

void report_stack_canary(std::string_view pool, std::string_view fiber, const void* end,
                         std::size_t size) noexcept {
  fatal("broken stack canary", base::text<512>{}
                                   .add(fiber.empty() ? "a fiber" : "the fiber \"")
                                   .add(fiber)
                                   .add(fiber.empty() ? "" : "\"")
                                   .add(" wrote beyond the end of its stack of ")
                                   .add_decimal(size)
                                   .add(" bytes, at ")
                                   .add_pointer(end)
                                   .add(", in the pool \"")
                                   .add(pool)
                                   .add("\"; recurse less, or raise stack_bytes")
                                   .view());
}

void report_stacks_in_use(std::string_view pool, std::size_t stacks) noexcept {
  fatal("stacks in use", base::text<320>{}
                             .add("the stack pool \"")
                             .add(pool)
                             .add("\" ends while ")
                             .add_decimal(stacks)
                             .add(" of its stacks are in use; end the fibers on them first")
                             .view());
}

// -- Fiber memory -----------------------------------------------------------------

void report_fiber_arenas_in_use(std::string_view pool, std::size_t arenas) noexcept {
  fatal("fiber arenas in use", base::text<320>{}
                                   .add("the fiber arenas \"")
                                   .add(pool)
                                   .add("\" end while ")
                                   .add_decimal(arenas)
                                   .add(" of them are in use; end the fibers that own them first")
                                   .view());
}

void report_messages_in_use(std::string_view pool, std::size_t messages) noexcept {
  fatal("messages in use", base::text<320>{}
                               .add("the message pool \"")
                               .add(pool)
                               .add("\" ends while ")
                               .add_decimal(messages)
                               .add(" of its buffers are in use; end all that refers to them first")
                               .view());
}

void report_slice_outside(std::size_t begin, std::size_t bytes, std::size_t size) noexcept {
  fatal("slice outside of its message", base::text<256>{}
                                            .add("a slice of ")
                                            .add_decimal(bytes)
                                            .add(" bytes from ")
                                            .add_decimal(begin)
                                            .add(" on does not lie in a message of ")
                                            .add_decimal(size)
                                            .add(" bytes; an offset or a length is wrong")
                                            .view());
}

void report_message_too_small(std::size_t bytes, std::size_t capacity) noexcept {
  fatal("message buffer too small", base::text<256>{}
                                        .add("a message buffer with room for ")
                                        .add_decimal(capacity)
                                        .add(" bytes cannot have ")
                                        .add_decimal(bytes)
                                        .add("; get a larger one and copy, or ask capacity()")
                                        .view());
}

void report_no_fiber_storage(const void* variable) noexcept {
  fatal("no fiber storage",
        base::text<256>{}
            .add("the fiber-local variable at ")
            .add_pointer(variable)
            .add(" was asked for its value where no fiber's storage is current; put a "
                 "fiber_storage_scope around the switch into the fiber, or ask with find()")
            .view());
}

}  // namespace strata::detail
