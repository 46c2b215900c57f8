// What follows from the findings, and its two forms.
#pragma once

#include <nlohmann/json_fwd.hpp>
#include <string>

#include "doctor/finding.hpp"
#include "look.hpp"

namespace strata::tool {

// Raised whenever a key of the JSON form is renamed, removed or changes its meaning.
inline constexpr int diagnosis_schema_version = 1;

// No finding is a problem.
[[nodiscard]] bool works(const diagnosis& all);

// "strata will work for ./server, with 2 notes"
[[nodiscard]] std::string summary(const diagnosis& all);

[[nodiscard]] std::string text_diagnosis(const diagnosis& all, const look& shown);
[[nodiscard]] nlohmann::ordered_json json_diagnosis(const diagnosis& all);

}  // namespace strata::tool
