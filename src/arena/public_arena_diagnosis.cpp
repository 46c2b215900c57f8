// Fatal diagnoses of arenas and their checkpoints; see strata/base/detail/diagnosis.hpp.
#include <strata/base/detail/diagnosis.hpp>

#include "base/base.hpp"

namespace strata::detail {

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

}  // namespace strata::detail
