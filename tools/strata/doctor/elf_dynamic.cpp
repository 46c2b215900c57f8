// The tables are found as the loader finds them, by the addresses in the dynamic
// segment, since section headers may be stripped. The number of symbols stands
// nowhere: it follows from the hash table.
#include "doctor/elf_dynamic.hpp"

#include <algorithm>
#include <array>
#include <cstring>
#include <string_view>
#include <utility>

namespace strata::tool {
namespace {

// Thrown and caught in this file only: a table that is not where it should be.
struct broken {
  const char* what;
};

// Bounds the work, whatever the file says: in bytes of names, where an entry of a
// list is worth some. The largest known programs spend a tenth of it.
class budget {
 public:
  static constexpr std::uint64_t list_entry = 64;

  void spend(std::uint64_t bytes) {
    if (bytes > left_) throw broken{"its tables are larger than those of any real program"};
    left_ -= bytes;
  }

 private:
  std::uint64_t left_ = std::uint64_t{256} << 20;
};

class dynamic_reader {
 public:
  dynamic_reader(const file_bytes& file, std::span<const Elf64_Phdr> segments, elf_facts& facts)
      : file_(file), segments_(segments), facts_(facts) {}

  void read(const Elf64_Phdr& dynamic) {
    entries_ = file_.read_array<Elf64_Dyn>(dynamic.p_offset, dynamic.p_filesz / sizeof(Elf64_Dyn));
    if (entries_.empty()) throw broken{"its dynamic segment lies outside of it"};
    entries_.erase(std::ranges::find(entries_, DT_NULL, &Elf64_Dyn::d_tag), entries_.end());
    read_strings();
    for (const Elf64_Dyn& entry : entries_) {
      if (entry.d_tag == DT_NEEDED) facts_.needed.push_back(string_at(entry.d_un.d_val));
    }
    read_symbols();
    read_needed_versions();
    read_provided_versions();
  }

 private:
  [[nodiscard]] std::optional<std::uint64_t> value_of(std::int64_t tag) const {
    const auto found = std::ranges::find(entries_, tag, &Elf64_Dyn::d_tag);
    if (found == entries_.end()) return std::nullopt;
    return found->d_un.d_val;
  }

  // The place in the file of what is loaded at an address.
  [[nodiscard]] std::uint64_t offset_of(std::uint64_t address) const {
    for (const Elf64_Phdr& segment : segments_) {
      if (segment.p_type != PT_LOAD || address < segment.p_vaddr) continue;
      if (address - segment.p_vaddr >= segment.p_filesz) continue;
      return segment.p_offset + (address - segment.p_vaddr);
    }
    throw broken{"its dynamic segment leads outside of what is loaded"};
  }

  template <class T>
  [[nodiscard]] T object_at(std::uint64_t offset) const {
    const auto object = file_.read_object<T>(offset);
    if (!object) throw broken{"one of its tables ends too early"};
    return *object;
  }

  template <class T>
  [[nodiscard]] std::vector<T> array_at(std::uint64_t offset, std::uint64_t count) const {
    if (count == 0) return {};
    std::vector<T> array = file_.read_array<T>(offset, count);
    if (array.empty()) throw broken{"one of its tables ends too early"};
    return array;
  }

  void read_strings() {
    const auto address = value_of(DT_STRTAB);
    const auto bytes = value_of(DT_STRSZ);
    if (address && bytes) strings_ = array_at<char>(offset_of(*address), *bytes);
  }

  [[nodiscard]] std::string string_at(std::uint64_t index) {
    if (index >= strings_.size()) throw broken{"a name lies outside of its table"};
    const auto begin = strings_.begin() + static_cast<std::ptrdiff_t>(index);
    const auto end = std::find(begin, strings_.end(), '\0');
    if (end == strings_.end()) throw broken{"a name does not end"};
    budget_.spend(static_cast<std::uint64_t>(end - begin) + sizeof(std::string));
    return {begin, end};
  }

  // The last chain of the last bucket ends with the last symbol. Symbols that are
  // only imported come before all that are hashed, and may be all there are.
  [[nodiscard]] std::uint64_t symbols_by_gnu_hash(std::uint64_t table) {
    enum : std::size_t { buckets, first_symbol, bloom_words };
    const auto head = object_at<std::array<std::uint32_t, 4>>(table);
    const std::uint64_t bucket_table = table + sizeof head + std::uint64_t{8} * head[bloom_words];
    const auto starts = array_at<std::uint32_t>(bucket_table, head[buckets]);
    const std::uint64_t chains = bucket_table + std::uint64_t{4} * head[buckets];
    std::uint64_t last = 0;
    for (const std::uint32_t start : starts) last = std::max<std::uint64_t>(last, start);
    if (last < head[first_symbol]) return head[first_symbol];
    while ((object_at<std::uint32_t>(chains + 4 * (last - head[first_symbol])) & 1U) == 0) {
      budget_.spend(budget::list_entry);
      ++last;
    }
    return last + 1;
  }

  [[nodiscard]] std::uint64_t symbol_count() {
    if (const auto address = value_of(DT_GNU_HASH)) return symbols_by_gnu_hash(offset_of(*address));
    const auto address = value_of(DT_HASH);
    if (!address) return 0;
    return object_at<std::array<std::uint32_t, 2>>(offset_of(*address))[1];
  }

  void read_symbols() {
    const auto address = value_of(DT_SYMTAB);
    if (!address) return;
    for (const Elf64_Sym& symbol : array_at<Elf64_Sym>(offset_of(*address), symbol_count())) {
      const bool defined = symbol.st_shndx != SHN_UNDEF;
      if (defined && ELF64_ST_BIND(symbol.st_info) != STB_LOCAL) {
        facts_.exported.insert(string_at(symbol.st_name));
      }
    }
  }

  // Lists whose entries lead on by a distance: a distance of 0 ends one, and so
  // does its count, so a list that runs in a circle ends as well.
  template <class Entry, class Visit>
  void walk(std::uint64_t offset, std::uint64_t count, std::uint32_t Entry::*next, Visit visit) {
    for (; count > 0; --count) {
      budget_.spend(budget::list_entry);
      const Entry entry = object_at<Entry>(offset);
      visit(entry, offset);
      if (entry.*next == 0) return;
      offset += entry.*next;
    }
  }

  void read_needed_versions() {
    const auto address = value_of(DT_VERNEED);
    if (!address) return;
    walk(offset_of(*address), value_of(DT_VERNEEDNUM).value_or(0), &Elf64_Verneed::vn_next,
         [&](const Elf64_Verneed& library, std::uint64_t at) {
           const std::string name = string_at(library.vn_file);
           walk(at + library.vn_aux, library.vn_cnt, &Elf64_Vernaux::vna_next,
                [&](const Elf64_Vernaux& version, std::uint64_t) {
                  // A weak reference may stay unresolved.
                  if ((version.vna_flags & VER_FLG_WEAK) != 0) return;
                  facts_.needed_versions.push_back({name, string_at(version.vna_name)});
                });
         });
  }

  // The first name of an entry is the version's; others are its predecessors'.
  void read_provided_versions() {
    const auto address = value_of(DT_VERDEF);
    if (!address) return;
    walk(offset_of(*address), value_of(DT_VERDEFNUM).value_or(0), &Elf64_Verdef::vd_next,
         [&](const Elf64_Verdef& version, std::uint64_t at) {
           const auto name = object_at<Elf64_Verdaux>(at + version.vd_aux);
           facts_.provided_versions.insert(string_at(name.vda_name));
         });
  }

  const file_bytes& file_;
  std::span<const Elf64_Phdr> segments_;
  elf_facts& facts_;
  budget budget_;
  std::vector<Elf64_Dyn> entries_;
  std::vector<char> strings_;
};

}  // namespace

std::optional<std::string> read_dynamic(const file_bytes& file,
                                        std::span<const Elf64_Phdr> segments,
                                        const Elf64_Phdr& dynamic, elf_facts& facts) {
  try {
    dynamic_reader(file, segments, facts).read(dynamic);
  } catch (const broken& problem) {
    return problem.what;
  }
  return std::nullopt;
}

}  // namespace strata::tool
