// Fatal diagnoses of fiber memory: arenas, messages and their rings, fiber-local
// variables; see strata/base/detail/diagnosis.hpp.
#include <strata/base/detail/diagnosis.hpp>

#include "base/base.hpp"

namespace strata::detail {

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

void report_commit_without_room(std::uint64_t bytes, std::uint64_t reserved) noexcept {
  fatal("commit without room", base::text<256>{}
                                   .add("a message of ")
                                   .add_decimal(bytes)
                                   .add(" bytes was committed to a message ring where room for ")
                                   .add_decimal(reserved)
                                   .add(" is reserved; call try_reserve before each commit, "
                                        "for at least as many")
                                   .view());
}

void report_no_message_to_pop() noexcept {
  fatal("no message to pop",
        "a message was popped that front did not return since the last pop; call front before "
        "each pop, and pop only where it returned a message");
}

}  // namespace strata::detail
