// What is concluded from the dynamic loader's own list.
#include "compare/preload_effect.hpp"

#include <gtest/gtest.h>

#include "written_file.hpp"

namespace strata::tool::compare {
namespace {

std::string bound_to(const std::string& file) {
  return "   77:\tbinding file /lib/libc.so.6 [0] to " + file +
         " [0]: normal symbol `malloc' [GLIBC_2.2.5]\n";
}

preload_effect effect_of(const std::string& list, const contender& allocator) {
  const written_file file("\tlinux-vdso.so.1 (0x00007f)\n" + list);
  return read_effect(file.path(), "prog", allocator);
}

TEST(preload_effect, a_library_that_serves_malloc_takes_effect) {
  const written_file library("");
  const contender mine{"mine", library.path()};
  const preload_effect effect = effect_of(bound_to(library.path()), mine);
  EXPECT_EQ(effect.problem, "");
  EXPECT_EQ(effect.remark, "");
}

TEST(preload_effect, another_malloc_is_a_problem) {
  const written_file library("");
  const contender mine{"mine", library.path()};
  EXPECT_EQ(effect_of(bound_to("./prog"), mine).problem,
            "malloc of prog comes from ./prog in spite of it");
  EXPECT_EQ(effect_of("", mine).problem, "prog asks for no malloc that could be replaced");
}

TEST(preload_effect, a_refusal_of_the_loader_is_passed_on) {
  EXPECT_EQ(effect_of("ERROR: ld.so: object '/x.so' from LD_PRELOAD cannot be preloaded (wrong ELF "
                      "class: ELFCLASS32): ignored.\n",
                      {"mine", "/x.so"})
                .problem,
            "the loader refuses it: wrong ELF class: ELFCLASS32");
}

TEST(preload_effect, what_is_called_glibc_may_be_another) {
  EXPECT_EQ(effect_of(bound_to("/lib/libc.so.6"), {"glibc", {}}).remark, "");
  EXPECT_EQ(effect_of(bound_to("/lib/libjemalloc.so.2"), {"glibc", {}}).remark,
            "malloc of prog is not glibc's but comes from /lib/libjemalloc.so.2");
}

}  // namespace
}  // namespace strata::tool::compare
