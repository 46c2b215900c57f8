// How mistakes, calls and leaks are put into words, and where they are written.
#include "adaptor/checked_report.hpp"

#include <ostream>
#include <string>
#include <unordered_map>

#include "base/base.hpp"
#include "os/os.hpp"

namespace strata {
namespace core {
namespace {

using line = base::text<640>;

line& add_count(line& out, std::size_t count, std::string_view thing) noexcept {
  return out.add_decimal(count).add(" ").add(thing).add(count == 1 ? "" : "s");
}

void add_place(line& out, const void* return_address) noexcept {
  char name[400];
  const os::code_place place = os::locate(return_address, name);
  if (place.function.empty()) {
    out.add_pointer(return_address);
  } else {
    out.add(place.function).add("+").add_hex(place.function_offset);
  }
  if (!place.module.empty()) {
    out.add(" (").add(place.module).add("+").add_hex(place.module_offset).add(")");
  }
}

// `name` adds what is at a return address to a line.
template <class Namer>
void describe_stack(std::string_view title, call_stack calls, const text_sink& sink,
                    const Namer& name) {
  if (calls.empty()) return;
  sink(line{}.add("  ").add(title).add(":\n").view());
  for (std::size_t i = 0; i < calls.size(); ++i) {
    line out;
    name(out.add("    #").add_decimal(i).add(" "), calls[i]);
    sink(out.add("\n").view());
  }
}

// Naming reads files, and the stacks of a report share most of their calls.
class known_places {
 public:
  void add(line& out, const void* return_address) {
    std::string& text = texts_[return_address];
    if (text.empty()) text = symbol_of(return_address);
    out.add(text);
  }

 private:
  std::unordered_map<const void*, std::string> texts_;
};

}  // namespace

void describe_calls(const debug_error& error, const text_sink& sink) {
  describe_stack("found in", error.found, sink, add_place);
  describe_stack("freed in", error.freed, sink, add_place);
  describe_stack("allocated in", error.allocated, sink, add_place);
}

void describe_leaks(std::string_view resource, std::span<const leak_site> sites,
                    const text_sink& sink) {
  leak_site sum;
  for (const leak_site& site : sites) {
    sum.blocks += site.blocks;
    sum.bytes += site.bytes;
  }
  line head;
  head.add("strata: '").add(resource).add("' holds ");
  add_count(head, sum.bytes, "byte").add(" in ");
  add_count(head, sum.blocks, "block").add(", from ");
  sink(add_count(head, sites.size(), "call site").add("\n").view());
  known_places places;
  const auto name = [&](line& out, const void* address) { places.add(out, address); };
  for (const leak_site& site : sites) {
    line title;
    add_count(title, site.bytes, "byte").add(" in ");
    add_count(title, site.blocks, "block");
    if (site.allocated.empty()) {
      sink(line{}.add("  ").add(title.view()).add("\n").view());
    } else {
      describe_stack(title.add(", allocated in").view(), site.allocated, sink, name);
    }
  }
}

void end_because_of(const debug_error& error) noexcept {
  const text_sink sink = [](std::string_view text) { os::platform::write_error(text); };
  sink("strata: fatal: ");
  sink(name_of(error.kind));
  sink(": ");
  describe(error, sink);
  sink("\n");
  describe_calls(error, sink);
  os::platform::die();
}

void checked_output::write(std::string_view text) noexcept {
  const std::lock_guard lock(mutex_);
  try {
    if (stream_ != nullptr) {
      *stream_ << text;
      return;
    }
  } catch (...) {
    stream_ = nullptr;  // one that throws is not asked again
  }
  os::platform::write_error(text);
}

}  // namespace core

std::ostream& operator<<(std::ostream& out, const debug_error& error) {
  const core::text_sink sink = [&out](std::string_view text) { out << text; };
  out << name_of(error.kind) << ": ";
  core::describe(error, sink);
  out << '\n';
  core::describe_calls(error, sink);
  return out;
}

std::string symbol_of(const void* return_address) {
  core::line text;
  core::add_place(text, return_address);
  return std::string(text.view());
}

}  // namespace strata
