// A file that is opened before a long run, so that a wrong path is noticed first,
// and written after it. "-" is stdout.
#pragma once

#include <string>
#include <string_view>

namespace strata::tool {

class output_file {
 public:
  // Throws failure when `path` cannot be written.
  explicit output_file(const std::string& path);
  ~output_file();
  output_file(const output_file&) = delete;
  output_file& operator=(const output_file&) = delete;

  void write(std::string_view text) const;  // throws failure

 private:
  std::string path_;
  int descriptor_;
  bool owned_;
};

}  // namespace strata::tool
