// The smallest C++ program that uses the library: the C interface serves it as well.
#include <strata/strata.h>

#include <iostream>
#include <string_view>

int main() {
  const std::string_view version = strata_version();
  if (!version.starts_with("0.1.")) {
    std::cerr << "strata_version() is " << version << '\n';
    return 1;
  }
}
