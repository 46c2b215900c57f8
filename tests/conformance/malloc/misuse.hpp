// The catalogue of planted errors that misuse.cpp commits one by one.
#pragma once

#include <functional>
#include <string>
#include <string_view>
#include <vector>

namespace misuse {

struct planted {
  std::string name;
  const char* diagnoses;  // what stderr may call it, separated by '|'
  std::function<void()> commit;
};

// Families: "double", "foreign", "interior", "sized", "realloc".
std::vector<planted> errors(std::string_view family);

}  // namespace misuse
