// The memory control group, versions 2 and 1, at the usual mount points, and
// memory pressure.
//
// A process is in one group, and every ancestor's limit holds for it too. In a
// container the path that /proc/self/cgroup names may not exist below the
// mount; its ancestors, up to the mount itself, are looked at all the same.
#include "base/base.hpp"
#include "os/linux.hpp"
#include "os/linux_syscall.hpp"
#include "os/linux_text.hpp"

namespace strata::os {
namespace {

using linux_kernel::leading_number;
using linux_kernel::read_file;
using linux_kernel::slice;

using path_text = base::text<4096>;

// Where one version of the hierarchy keeps its numbers.
struct hierarchy {
  std::string_view mount;
  std::string_view limit_file;
  std::string_view usage_file;
};

constexpr hierarchy version_2 = {"/sys/fs/cgroup", "/memory.max", "/memory.current"};
constexpr hierarchy version_1 = {"/sys/fs/cgroup/memory", "/memory.limit_in_bytes",
                                 "/memory.usage_in_bytes"};

// Version 1 writes "no limit" as the largest multiple of a page.
constexpr std::uint64_t limit_max = std::uint64_t{1} << 62;

// This process's groups, as in /proc/self/cgroup: "7:cpu,memory:/path" in
// version 1, "0::/path" in version 2. Empty: not in one.
struct memberships {
  std::string_view version_1;
  std::string_view version_2;
};

bool names_memory(std::string_view controllers) noexcept {
  while (!controllers.empty()) {
    const std::size_t end = controllers.find(',');
    if (slice(controllers, 0, end) == "memory") return true;
    if (end == std::string_view::npos) break;
    controllers.remove_prefix(end + 1);
  }
  return false;
}

memberships parse_memberships(std::string_view text) noexcept {
  memberships found;
  while (!text.empty()) {
    const std::string_view line = linux_kernel::take_line(text);
    const std::size_t first = line.find(':');
    const std::size_t second = line.find(':', first + 1);
    if (second == std::string_view::npos) continue;
    const std::string_view controllers = slice(line, first + 1, second - first - 1);
    const std::string_view path = slice(line, second + 1, line.size());
    if (controllers.empty()) found.version_2 = path;
    if (names_memory(controllers)) found.version_1 = path;
  }
  return found;
}

std::optional<std::uint64_t> read_number(std::string_view directory, std::string_view group,
                                         std::string_view file) noexcept {
  path_text path;
  path.add(directory).add(group).add(file);
  char buffer[32];
  return leading_number(read_file(path.c_str(), buffer));
}

// "/a/b" to "/a" to "" (the mount itself).
std::string_view parent(std::string_view group) noexcept {
  const std::size_t slash = group.rfind('/');
  return slash == std::string_view::npos ? std::string_view{} : slice(group, 0, slash);
}

// The tightest limit on the way up, and the usage it is held against; without
// any limit, the usage of the innermost group that can be read.
group_memory tightest(const hierarchy& where, std::string_view group) noexcept {
  group_memory result = {SIZE_MAX, 0};
  if (group == "/") group = {};
  for (;; group = parent(group)) {
    const std::uint64_t limit =
        read_number(where.mount, group, where.limit_file).value_or(UINT64_MAX);
    const bool limited = limit < limit_max && limit < result.limit;
    if (limited) result.limit = limit;
    if (limited || result.usage == 0) {
      result.usage = read_number(where.mount, group, where.usage_file).value_or(0);
    }
    if (group.empty()) return result;
  }
}

// 12.34 percent, as "12.34", is 1234 hundredths.
std::uint32_t hundredths(std::string_view text) noexcept {
  const std::uint64_t whole = leading_number(text).value_or(0);
  const std::size_t point = text.find('.');
  const std::uint64_t part =
      point == std::string_view::npos ? 0 : leading_number(slice(text, point + 1, 2)).value_or(0);
  return static_cast<std::uint32_t>(whole * 100 + part);
}

}  // namespace

group_memory linux_os::group() noexcept {
  char buffer[4096];
  const memberships member = parse_memberships(read_file("/proc/self/cgroup", buffer));
  return member.version_1.empty() ? tightest(version_2, member.version_2)
                                  : tightest(version_1, member.version_1);
}

// Of the own group where the kernel keeps it, else of the whole machine.
memory_pressure linux_os::pressure() noexcept {
  char buffer[4096];
  const memberships member = parse_memberships(read_file("/proc/self/cgroup", buffer));
  path_text path;
  path.add(version_2.mount).add(member.version_2).add("/memory.pressure");
  char numbers[256];
  std::string_view text = read_file(path.c_str(), numbers);
  if (text.empty()) text = read_file("/proc/pressure/memory", numbers);
  return {.some = hundredths(linux_kernel::after(text, "some avg10=")),
          .full = hundredths(linux_kernel::after(text, "full avg10="))};
}

}  // namespace strata::os
