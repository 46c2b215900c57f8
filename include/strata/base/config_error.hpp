// A contradiction in the options of something, found before anything is allocated: as a
// value, and as what constructors throw. Each kind of options has an enumeration of its
// own for what can be wrong, which is the template argument.
#pragma once

#include <stdexcept>
#include <string_view>

namespace strata {
namespace detail {

/// The words of a config_error, in place: making one needs no memory.
class config_words {
 public:
  config_words(std::string_view option, std::string_view why) noexcept;

  /// Returns: the option that is wrong, as it is written: "capacity".
  [[nodiscard]] std::string_view option() const noexcept { return option_; }
  /// Returns: one line: the option, what is wrong with it, and the values.
  [[nodiscard]] const char* what() const noexcept { return what_; }

 private:
  std::string_view option_;
  char what_[192] = {};
};

}  // namespace detail

template <class Problem>
class config_error : public detail::config_words {
 public:
  /// Requires: `option` is a literal.
  config_error(Problem problem, std::string_view option, std::string_view why) noexcept
      : config_words(option, why), problem_(problem) {}

  [[nodiscard]] Problem problem() const noexcept { return problem_; }

 private:
  Problem problem_;
};

/// What constructors throw for options that contradict themselves.
template <class Problem>
class invalid_config final : public std::invalid_argument {
 public:
  explicit invalid_config(const config_error<Problem>& error)
      : std::invalid_argument(error.what()), error_(error) {}

  [[nodiscard]] const config_error<Problem>& error() const noexcept { return error_; }

 private:
  config_error<Problem> error_;
};

namespace detail {

/// Returns: the options.
/// Throws: invalid_config when check(options) finds a contradiction.
template <class Options>
[[nodiscard]] const Options& valid(const Options& options) {
  if (const auto error = check(options)) throw invalid_config(*error);
  return options;
}

}  // namespace detail
}  // namespace strata
