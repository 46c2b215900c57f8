// The symbol table of an ELF file, read from the file: it is not part of what
// the system loads.
//
//   header -> section headers -> the SHT_SYMTAB section -> symbols
//                                  sh_link -> string table: names
#include <elf.h>
#include <fcntl.h>
#include <link.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cstring>

#include "os/errno_guard.hpp"
#include "os/module_symbols.hpp"

namespace strata::os {
namespace {

using header = ElfW(Ehdr);
using section = ElfW(Shdr);
using symbol = ElfW(Sym);

class mapped_file {
 public:
  explicit mapped_file(const char* path) noexcept {
    const int file = ::open(path, O_RDONLY | O_CLOEXEC);
    if (file < 0) return;
    struct stat facts = {};
    if (::fstat(file, &facts) == 0 && facts.st_size > 0) {
      const auto size = static_cast<std::size_t>(facts.st_size);
      void* const mapped = ::mmap(nullptr, size, PROT_READ, MAP_PRIVATE, file, 0);
      if (mapped != MAP_FAILED) bytes_ = {static_cast<const char*>(mapped), size};
    }
    ::close(file);
  }
  ~mapped_file() {
    if (!bytes_.empty()) ::munmap(const_cast<char*>(bytes_.data()), bytes_.size());
  }
  mapped_file(const mapped_file&) = delete;
  mapped_file& operator=(const mapped_file&) = delete;

  // `count` of T from `offset` on; empty where the file does not have them.
  template <class T>
  [[nodiscard]] std::span<const T> at(std::uint64_t offset, std::uint64_t count) const noexcept {
    if (offset > bytes_.size() || count > (bytes_.size() - offset) / sizeof(T)) return {};
    if (offset % alignof(T) != 0) return {};
    return {reinterpret_cast<const T*>(bytes_.data() + offset), static_cast<std::size_t>(count)};
  }

 private:
  std::span<const char> bytes_;
};

std::span<const section> sections_of(const mapped_file& file) noexcept {
  const std::span<const header> first = file.at<header>(0, 1);
  if (first.empty() || std::memcmp(first[0].e_ident, ELFMAG, SELFMAG) != 0) return {};
  if (first[0].e_shentsize != sizeof(section)) return {};
  return file.at<section>(first[0].e_shoff, first[0].e_shnum);
}

bool holds(const symbol& each, std::uintptr_t address) noexcept {
  return (each.st_info & 0xf) == STT_FUNC && each.st_shndx != SHN_UNDEF &&
         address >= each.st_value && address - each.st_value < each.st_size;
}

// Names end with a zero; one that runs out of the table is none.
std::string_view name_at(std::span<const char> names, std::size_t offset) noexcept {
  if (offset >= names.size()) return {};
  const std::span<const char> rest = names.subspan(offset);
  const auto end = std::find(rest.begin(), rest.end(), '\0');
  if (end == rest.end()) return {};
  return {rest.data(), static_cast<std::size_t>(end - rest.begin())};
}

module_symbol find_in_table(const mapped_file& file, std::span<const section> sections,
                            const section& table, std::uintptr_t address,
                            std::span<char> buffer) noexcept {
  if (table.sh_link >= sections.size()) return {};
  const section& strings = sections[table.sh_link];
  const auto symbols = file.at<symbol>(table.sh_offset, table.sh_size / sizeof(symbol));
  const auto found =
      std::ranges::find_if(symbols, [&](const symbol& each) { return holds(each, address); });
  if (found == symbols.end()) return {};
  const std::string_view name =
      name_at(file.at<char>(strings.sh_offset, strings.sh_size), found->st_name);
  const std::size_t length = std::min(name.size(), buffer.size());
  std::copy_n(name.data(), length, buffer.data());
  return {{buffer.data(), length}, address - found->st_value};
}

}  // namespace

module_symbol find_in_module(const char* path, std::uintptr_t address,
                             std::span<char> buffer) noexcept {
  const errno_guard guard;
  const mapped_file file(path);
  const std::span<const section> sections = sections_of(file);
  const auto table = std::ranges::find(
      sections, static_cast<decltype(section::sh_type)>(SHT_SYMTAB), &section::sh_type);
  if (table == sections.end()) return {};
  return find_in_table(file, sections, *table, address, buffer);
}

}  // namespace strata::os
