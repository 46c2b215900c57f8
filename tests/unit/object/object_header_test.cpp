#include <strata/object/object_header.hpp>

#include <strata/object/detail/object_chunk.hpp>
#include <strata/object/object_type_of.hpp>

#include <gtest/gtest.h>

#include <cstddef>
#include <cstdint>
#include <string_view>

namespace strata {
namespace {

struct plain_thing {
  int value;
};

struct named_thing {
  static constexpr const char* object_name = "thing";
  static constexpr std::uint32_t object_id = 7;
  ~named_thing() {}  // NOLINT(*-use-equals-default): does something, as far as the type knows
  void trace(object_visitor&) const {}
  void finalise() noexcept {}
  [[nodiscard]] std::size_t object_size() const noexcept { return 99; }
};

TEST(object_header, lies_right_in_front_of_its_object) {
  struct {
    object_header header;
    std::byte object[16];
  } memory{};
  EXPECT_EQ(object_of(memory.header), memory.object);
  EXPECT_EQ(&header_of(memory.object), &memory.header);
}

TEST(object_type, says_only_what_the_cpp_type_says) {
  const object_type& type = object_type_of<plain_thing>;
  EXPECT_TRUE(std::string_view(type.name).ends_with("plain_thing")) << type.name;
  EXPECT_EQ(type.size, sizeof(plain_thing));
  EXPECT_EQ(type.alignment, alignof(plain_thing));
  EXPECT_EQ(type.id, 0);
  EXPECT_EQ(type.size_of, nullptr);
  EXPECT_EQ(type.drop, nullptr);
  EXPECT_EQ(type.trace, nullptr);
  EXPECT_EQ(type.finalise, nullptr);
}

TEST(object_type, says_all_that_the_cpp_type_says) {
  const object_type& type = object_type_of<named_thing>;
  EXPECT_STREQ(type.name, "thing");
  EXPECT_EQ(type.id, 7);
  EXPECT_NE(type.drop, nullptr);
  EXPECT_NE(type.trace, nullptr);
  EXPECT_NE(type.finalise, nullptr);
  const named_thing thing;
  EXPECT_EQ(type.size_of(&thing), 99);
}

TEST(object_classes, the_smallest_stride_that_fits_serves_every_size) {
  for (std::size_t bytes = 1; bytes <= detail::object_stride_largest; ++bytes) {
    const std::size_t index = detail::object_class_of(bytes);
    ASSERT_LT(index, detail::object_classes);
    ASSERT_GE(detail::object_stride_of(index), bytes);
    if (index != 0) {
      ASSERT_LT(detail::object_stride_of(index - 1), bytes);
    }
  }
}

TEST(object_classes, an_alignment_divides_the_stride) {
  for (std::size_t alignment = 16; alignment <= 8192; alignment *= 2) {
    for (std::size_t bytes = 1; bytes <= 9000; bytes += 7) {
      const std::size_t index = detail::object_class_for(bytes, alignment);
      if (index == detail::object_classes) continue;
      ASSERT_EQ(detail::object_stride_of(index) % alignment, 0);
      ASSERT_GE(detail::object_stride_of(index), bytes + object_header_bytes);
    }
  }
  EXPECT_LT(detail::object_class_for(64, 64), detail::object_classes);
}

TEST(object_links, hold_48_bits_of_address_beside_the_flags) {
  object_header header{};
  header.flags = object_alone | object_finalised | object_own_bits;
  auto* const far = reinterpret_cast<object_header*>(std::uintptr_t{0xfedcba987650});
  detail::link_to(header, far);
  EXPECT_EQ(detail::linked(header), far);
  EXPECT_EQ(header.flags & ~detail::link_in_flags,
            object_alone | object_finalised | object_own_bits);
  detail::link_to(header, nullptr);
  EXPECT_EQ(header.count, 0);
  EXPECT_EQ(header.flags, object_alone | object_finalised | object_own_bits);
}

}  // namespace
}  // namespace strata
