// A trace for people and for other programs: its events one by one, and its sizes
// and lifetimes.
#pragma once

#include <nlohmann/json.hpp>
#include <string>

#include "trace/profile.hpp"
#include "trace/trace_reader.hpp"

namespace strata::trace {

// One JSON object per line and event, in order, to stdout.
void dump(const recorded_trace& trace, std::pmr::memory_resource* memory);

// Eight groups of sizes per doubling.
[[nodiscard]] std::string profile_table(const trace_profile& profile);

// Every size by itself.
[[nodiscard]] nlohmann::ordered_json profile_json(const trace_profile& profile);

}  // namespace strata::trace
