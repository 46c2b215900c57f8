// What can be wrong with memory of another process, as a value: nothing that it holds
// may end the program that looks at it.
#pragma once

#include <cstdint>
#include <string_view>
#include <utility>
#include <variant>

namespace strata {

enum class attach_problem {
  refused,          ///< the system does not map or open the file
  not_fixed,        ///< no file in memory whose size is sealed: it could shrink under us
  foreign,          ///< does not begin as what it should be
  other_version,    ///< made by a version with another layout
  wrong_size,       ///< sizes that contradict each other
  outside,          ///< the offset does not lead to room for it in the region
  wrong_positions,  ///< positions that no process following the rules leaves behind
  taken,            ///< others hold all the ends, or the system knows no claims
};

/// Why something could not be attached.
class attach_error {
 public:
  /// Effects: composes the line, without allocating: with neither value where both are 0,
  ///   and with `found` alone where more than one value is expected, 0 here.
  attach_error(attach_problem problem, std::uint64_t found, std::uint64_t expected) noexcept;

  [[nodiscard]] attach_problem problem() const noexcept { return problem_; }
  /// Returns: one line: what is wrong, and the values.
  [[nodiscard]] const char* what() const noexcept { return what_; }

 private:
  attach_problem problem_;
  char what_[160] = {};
};

/// Either a T or the reason why there is none.
template <class T>
class attached {
 public:
  // NOLINTBEGIN(google-explicit-constructor): what a function returns is one or the other
  attached(T&& value) noexcept : state_(std::in_place_index<0>, std::move(value)) {}
  attached(const attach_error& error) noexcept : state_(std::in_place_index<1>, error) {}
  // NOLINTEND(google-explicit-constructor)

  [[nodiscard]] explicit operator bool() const noexcept { return state_.index() == 0; }

  /// Requires: there is one.
  [[nodiscard]] T& operator*() noexcept { return *std::get_if<0>(&state_); }
  [[nodiscard]] T* operator->() noexcept { return std::get_if<0>(&state_); }
  /// Requires: there is none.
  [[nodiscard]] const attach_error& error() const noexcept { return *std::get_if<1>(&state_); }

 private:
  std::variant<T, attach_error> state_;
};

}  // namespace strata
