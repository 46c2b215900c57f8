// Objects in strata::arena: made, destroyed, and ended by the arena itself, in order and
// whatever their constructors and destructors do.
#include <strata/arena/arena.hpp>

#include <gtest/gtest.h>
#include <strata/base/error.hpp>

#include <memory_resource>
#include <span>
#include <string>
#include <vector>

#include "counting_upstream.hpp"
#include "support/opaque.hpp"

namespace strata::test {
namespace {

struct counted {
  explicit counted(std::vector<int>* ended = nullptr, int number = 0)
      : ended_(ended), number_(number) {}
  counted(const counted&) = delete;
  counted& operator=(const counted&) = delete;
  ~counted() {
    if (ended_ != nullptr) ended_->push_back(number_);
  }
  std::vector<int>* ended_;
  int number_;
};

TEST(arena_objects, objects_are_made_and_destroyed) {
  arena objects;
  auto* const text = objects.make<std::string>(100u, 'x');
  EXPECT_EQ(text->size(), 100u);
  const std::span<long> zeros = objects.make_array<long>(1000);
  for (const long each : zeros) EXPECT_EQ(each, 0);
  const std::size_t before = objects.allocated();
  objects.destroy(objects.make_array<std::string>(10));
  EXPECT_EQ(objects.allocated(), before);
  objects.destroy(text);
  EXPECT_THROW((void)objects.make_array<long>(opaque(SIZE_MAX / 8 + 2)), out_of_memory);
}

TEST(arena_objects, registered_destructors_run_newest_first) {
  std::vector<int> ended;
  {
    arena owning;
    (void)owning.make_registered<counted>(&ended, 1);
    (void)owning.make_registered<counted>(&ended, 2);
    (void)owning.make<counted>(&ended, 99);  // not asked for
    const auto array = owning.make_registered_array<std::string>(3);
    array[1].assign(100, 'x');  // a leak would be reported
    owning.reset();
    EXPECT_EQ(ended, (std::vector<int>{2, 1}));
    (void)owning.make_registered<counted>(&ended, 3);
  }
  EXPECT_EQ(ended, (std::vector<int>{2, 1, 3}));
}

TEST(arena_objects, a_destructor_may_use_the_arena) {
  struct nested {
    explicit nested(arena& of) : memory(of), text(1000, 'x', &of) {}
    ~nested() { (void)memory.make_registered<std::string>(100u, 'y'); }
    arena& memory;
    std::pmr::string text;
  };
  counting_upstream upstream;
  arena owning({.upstream = &upstream});
  (void)owning.make_registered<nested>(owning);
  owning.reset(arena_keep::none());
  EXPECT_EQ(upstream.live(), 0u);
  EXPECT_EQ(owning.allocated(), 0u);
}

TEST(arena_objects, a_constructor_that_throws_takes_nothing) {
  struct thrower {
    thrower() { throw 42; }
    ~thrower() { ADD_FAILURE() << "was never made"; }
  };
  arena careful;
  (void)opaque(careful.allocate(16));
  const std::size_t before = careful.allocated();
  EXPECT_THROW((void)careful.make<thrower>(), int);
  EXPECT_THROW((void)careful.make_registered<thrower>(), int);
  EXPECT_THROW((void)careful.make_array<thrower>(3), int);
  EXPECT_EQ(careful.allocated(), before);
}

TEST(arena_objects, an_object_that_cannot_be_registered_is_not_made) {
  std::vector<int> ended;
  counting_upstream upstream;
  arena full({.upstream = &upstream, .chunk_bytes = 1024, .chunk_bytes_max = 1024});
  (void)opaque(full.allocate(1));
  upstream.fail(1, true);
  while (full.remaining() != sizeof(counted)) (void)opaque(full.allocate(16));
  EXPECT_THROW((void)full.make_registered<counted>(&ended, 1), out_of_memory);
  EXPECT_EQ(ended, (std::vector<int>{1}));
  EXPECT_EQ(full.remaining(), sizeof(counted));
}

}  // namespace
}  // namespace strata::test
