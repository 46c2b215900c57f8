// A small ELF program made by hand, with everything that the doctor reads: a
// loader, a note, libraries, symbols under a hash table, versions. Small, so that
// a test can damage every byte of it.
#pragma once

#include <elf.h>

#include <cstring>
#include <string>
#include <string_view>
#include <vector>

namespace strata::test {

struct elf_recipe {
  std::string interpreter = "/lib64/ld-linux-x86-64.so.2";  // empty: none
  std::string note_name = "GNU";
  std::vector<std::string> needed = {"libc.so.6"};
  std::vector<std::string> imported = {"malloc"};
  std::vector<std::string> exported = {"main_hook"};
  std::string needed_version = "GLIBC_2.34";
  std::string provided_version = "MINE_1.0";
  bool gnu_hash = true;  // else the old one
};

class synthetic_elf {
 public:
  explicit synthetic_elf(const elf_recipe& recipe) : recipe_(recipe) {
    image_.resize(sizeof(Elf64_Ehdr) + segments_max * sizeof(Elf64_Phdr));
    if (!recipe.interpreter.empty()) add_segment(PT_INTERP, add_bytes(recipe.interpreter + '\0'));
    add_segment(PT_NOTE, add_note());
    add_tables();
    add_segment(PT_DYNAMIC, add_objects(dynamic_));
    add_segment(PT_LOAD, 0);
    finish();
  }

  [[nodiscard]] const std::string& image() const { return image_; }

 private:
  static constexpr std::size_t segments_max = 4;

  std::size_t add_bytes(std::string_view bytes) {
    image_.resize((image_.size() + 7) & ~std::size_t{7});
    const std::size_t at = image_.size();
    image_.append(bytes);
    return at;
  }

  template <class T>
  std::size_t add_objects(const std::vector<T>& objects) {
    return add_bytes({reinterpret_cast<const char*>(objects.data()), objects.size() * sizeof(T)});
  }

  std::size_t add_note() {
    const Elf64_Nhdr head{4, 4, 4};
    const std::string name = (recipe_.note_name + std::string(4, '\0')).substr(0, 4);
    return add_bytes(std::string(reinterpret_cast<const char*>(&head), sizeof head) + name +
                     "desc");
  }

  // From `at` to the end of what was added.
  void add_segment(Elf64_Word type, std::size_t at) {
    Elf64_Phdr segment{};
    segment.p_type = type;
    segment.p_offset = at;
    segment.p_vaddr = at;
    segment.p_filesz = image_.size() - at;
    segments_.push_back(segment);
  }

  Elf64_Word name(const std::string& text) {
    const std::size_t at = strings_.size();
    strings_ += text + '\0';
    return static_cast<Elf64_Word>(at);
  }

  void add_dynamic(Elf64_Sxword tag, std::size_t value) {
    Elf64_Dyn entry{};
    entry.d_tag = tag;
    entry.d_un.d_val = value;
    dynamic_.push_back(entry);
  }

  void add_symbol(const std::string& text, Elf64_Half section) {
    Elf64_Sym symbol{};
    symbol.st_name = name(text);
    symbol.st_info = ELF64_ST_INFO(STB_GLOBAL, STT_FUNC);
    symbol.st_shndx = section;
    symbols_.push_back(symbol);
  }

  void add_hash() {
    const auto count = static_cast<std::uint32_t>(symbols_.size());
    if (!recipe_.gnu_hash) {
      add_dynamic(DT_HASH, add_objects(std::vector<std::uint32_t>{1, count, 0, 0}));
      return;
    }
    // One bucket whose chain holds all that is exported; its end has the lowest bit.
    const auto first = static_cast<std::uint32_t>(1 + recipe_.imported.size());
    std::vector<std::uint32_t> table = {1, first, 1, 0, 0, 0, first < count ? first : 0};
    for (std::uint32_t i = first; i < count; ++i) table.push_back(i + 1 == count ? 1 : 0);
    add_dynamic(DT_GNU_HASH, add_objects(table));
  }

  void add_versions() {
    const Elf64_Verneed need{1, 1, name("libc.so.6"), sizeof(Elf64_Verneed), 0};
    const Elf64_Vernaux need_name{0, 0, 2, name(recipe_.needed_version), 0};
    add_dynamic(DT_VERNEED, add_objects(std::vector{need}));
    add_dynamic(DT_VERNEEDNUM, 1);
    add_objects(std::vector{need_name});
    const Elf64_Verdef provided{1, 0, 2, 1, 0, sizeof(Elf64_Verdef) + 4, 0};
    const Elf64_Verdaux provided_name{name(recipe_.provided_version), 0};
    add_dynamic(DT_VERDEF, add_objects(std::vector{provided}));
    add_dynamic(DT_VERDEFNUM, 1);
    add_objects(std::vector{provided_name});
  }

  void add_tables() {
    symbols_.emplace_back();
    for (const std::string& library : recipe_.needed) add_dynamic(DT_NEEDED, name(library));
    for (const std::string& symbol : recipe_.imported) add_symbol(symbol, SHN_UNDEF);
    for (const std::string& symbol : recipe_.exported) add_symbol(symbol, 7);
    add_dynamic(DT_SYMTAB, add_objects(symbols_));
    add_hash();
    add_versions();
    add_dynamic(DT_STRTAB, add_bytes(strings_));
    add_dynamic(DT_STRSZ, strings_.size());
    add_dynamic(DT_NULL, 0);
  }

  void finish() {
    Elf64_Ehdr head{};
    std::memcpy(head.e_ident, ELFMAG, SELFMAG);
    head.e_ident[EI_CLASS] = ELFCLASS64;
    head.e_ident[EI_DATA] = ELFDATA2LSB;
    head.e_type = ET_DYN;
    head.e_machine = EM_X86_64;
    head.e_phoff = sizeof head;
    head.e_phentsize = sizeof(Elf64_Phdr);
    head.e_phnum = static_cast<Elf64_Half>(segments_.size());
    std::memcpy(image_.data(), &head, sizeof head);
    std::memcpy(image_.data() + sizeof head, segments_.data(),
                segments_.size() * sizeof(Elf64_Phdr));
  }

  elf_recipe recipe_;
  std::string image_;
  std::string strings_ = std::string(1, '\0');
  std::vector<Elf64_Phdr> segments_;
  std::vector<Elf64_Dyn> dynamic_;
  std::vector<Elf64_Sym> symbols_;
};

}  // namespace strata::test
