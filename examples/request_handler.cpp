// A request handler on an arena: whatever a request allocates, containers of the
// standard library included, ends with the request. The chunks stay for the next
// one, as many as recent requests needed.
#include <strata/arena/arena.hpp>

#include <algorithm>
#include <cstdio>
#include <map>
#include <memory_resource>
#include <string>
#include <string_view>
#include <vector>

namespace {

using text = std::pmr::string;

struct request {
  explicit request(strata::arena& memory) : headers(&memory), path(&memory) {}

  std::pmr::map<text, text> headers;
  std::pmr::vector<text> path;
};

// "GET /a/b" and lines of "name: value".
request parse(std::string_view raw, strata::arena& memory) {
  request parsed(memory);
  const std::string_view first = raw.substr(0, raw.find('\n'));
  for (std::size_t at = first.find('/'); at < first.size();) {
    const std::size_t next = std::min(first.find('/', at + 1), first.size());
    parsed.path.emplace_back(first.substr(at + 1, next - at - 1));
    at = next;
  }
  raw.remove_prefix(std::min(first.size() + 1, raw.size()));
  while (!raw.empty()) {
    const std::string_view line = raw.substr(0, raw.find('\n'));
    const std::size_t colon = line.find(": ");
    if (colon != std::string_view::npos) {
      parsed.headers.emplace(line.substr(0, colon), line.substr(colon + 2));
    }
    raw.remove_prefix(std::min(line.size() + 1, raw.size()));
  }
  return parsed;
}

text answer(const request& from, strata::arena& memory) {
  text body("you asked for", &memory);
  for (const text& step : from.path) body.append(" / ").append(step);
  const auto host = from.headers.find(text("Host", &memory));
  if (host != from.headers.end()) body.append(" of ").append(host->second);
  return body;
}

void handle(std::string_view raw, strata::arena& memory, bool print) {
  const request parsed = parse(raw, memory);
  const text body = answer(parsed, memory);
  if (print) std::printf("%s (%zu bytes)\n", body.c_str(), memory.allocated());
}

}  // namespace

int main() {
  strata::arena memory({.name = "requests", .limit = 16 << 20});
  const std::string_view raw[] = {
      "GET /documents/arenas\nHost: example.org\nAccept: text/plain\nX-Trace: 0123456789abcdef",
      "GET /\nHost: example.org",
      "GET /a/long/path/to/somewhere/else\nUser-Agent: example",
  };
  for (int i = 0; i < 1000; ++i) {
    handle(raw[i % 3], memory, i < 3);
    memory.reset(strata::arena_keep::recent_peak());
  }

  const strata::arena_statistics now = memory.statistics();
  std::printf("1000 requests: %zu bytes at most, %zu reserved\n", now.peak, now.reserved);
  return now.allocated == 0 ? 0 : 1;
}
