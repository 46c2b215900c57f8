// The object_type of a C++ type, made from what the type says of itself. All of it may
// be left out:
//
//   struct cons {
//     static constexpr const char* object_name = "cons";      // else the name in the source
//     static constexpr std::uint32_t object_id = 3;           // else 0
//     void trace(strata::object_visitor& visitor) const;      // see strata::visit
//     void finalise() noexcept;                               // see object_type
//     std::size_t object_size() const noexcept;               // where objects differ in size
//     ...
//   };
//
// `drop` is the destructor, where it does anything.
#pragma once

#include <array>
#include <concepts>
#include <cstddef>
#include <cstdint>
#include <string_view>
#include <type_traits>

#include <strata/object/object_header.hpp>

namespace strata {

namespace detail {

// What a compiler calls this function ends with "T = the::type]".
template <class T>
[[nodiscard]] constexpr std::string_view text_with_type() noexcept {
  const std::string_view text = __PRETTY_FUNCTION__;
  const std::size_t begin = text.find("T = ") + 4;
  return text.substr(begin, text.find_first_of(";]", begin) - begin);
}

template <class T>
struct type_text {
  static constexpr std::string_view name = text_with_type<T>();
  static constexpr auto characters = [] {
    std::array<char, name.size() + 1> out{};
    for (std::size_t at = 0; at < name.size(); ++at) out[at] = name[at];
    return out;
  }();
};

template <class T>
[[nodiscard]] constexpr const char* object_name_of() noexcept {
  if constexpr (requires { T::object_name; }) {
    return T::object_name;
  } else {
    return type_text<T>::characters.data();
  }
}

template <class T>
[[nodiscard]] constexpr std::uint32_t object_id_of() noexcept {
  if constexpr (requires { T::object_id; }) {
    return T::object_id;
  } else {
    return 0;
  }
}

template <class T>
concept traced_object = requires(const T& object, object_visitor& visitor) {
  object.trace(visitor);
};
template <class T>
concept finalised_object = requires(T& object) {
  object.finalise();
};
template <class T>
concept sized_object = requires(const T& object) {
  { object.object_size() } -> std::convertible_to<std::size_t>;
};

template <class T>
constexpr object_type make_object_type() noexcept {
  static_assert(std::is_nothrow_destructible_v<T>);
  object_type type{};
  type.name = object_name_of<T>();
  type.size = sizeof(T);
  type.alignment = alignof(T);
  type.id = object_id_of<T>();
  if constexpr (sized_object<T>) {
    type.size_of = [](const void* object) -> std::size_t {
      return static_cast<const T*>(object)->object_size();
    };
  }
  if constexpr (!std::is_trivially_destructible_v<T>) {
    type.drop = [](void* object) { static_cast<T*>(object)->~T(); };
  }
  if constexpr (traced_object<T>) {
    type.trace = [](const void* object, object_visitor* visitor) {
      static_cast<const T*>(object)->trace(*visitor);
    };
  }
  if constexpr (finalised_object<T>) {
    type.finalise = [](void* object) { static_cast<T*>(object)->finalise(); };
  }
  return type;
}

}  // namespace detail

/// The one of T; the same object everywhere in the program.
template <class T>
inline constexpr object_type object_type_of = detail::make_object_type<T>();

/// Returns: whether the object is a T, made by a heap's make.
template <class T>
[[nodiscard]] bool is_object_of(const void* object) noexcept {
  return header_of(object).type == &object_type_of<T>;
}

}  // namespace strata
