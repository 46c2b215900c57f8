// The head of the file and its segments. What the dynamic segment leads to is
// in elf_dynamic.
#include "doctor/elf_file.hpp"

#include <elf.h>
#include <fmt/format.h>

#include <cstring>
#include <optional>

#include "doctor/elf_dynamic.hpp"

namespace strata::tool {
namespace {

constexpr std::size_t interpreter_bytes_max = 4096;
constexpr std::size_t note_bytes_max = 64 << 10;

elf_refusal damaged(std::string_view what) {
  return {true, fmt::format("is truncated or damaged: {}", what)};
}

// A path that ends where its segment does.
std::optional<std::string> read_interpreter(const file_bytes& file, const Elf64_Phdr& segment) {
  if (segment.p_filesz < 2 || segment.p_filesz > interpreter_bytes_max) return std::nullopt;
  std::string path = file.read_text(segment.p_offset, segment.p_filesz);
  if (path.size() != segment.p_filesz || path.back() != '\0') return std::nullopt;
  path.resize(std::strlen(path.c_str()));
  if (path.empty()) return std::nullopt;
  return path;
}

constexpr std::uint64_t padded(std::uint64_t bytes) { return (bytes + 3) & ~std::uint64_t{3}; }

// Notes: a head, a name and a description, each padded to 4 bytes.
bool has_go_note(const file_bytes& file, const Elf64_Phdr& segment) {
  if (segment.p_filesz > note_bytes_max) return false;
  const std::string notes = file.read_text(segment.p_offset, segment.p_filesz);
  std::uint64_t at = 0;
  while (at + sizeof(Elf64_Nhdr) <= notes.size()) {
    Elf64_Nhdr head{};
    std::memcpy(&head, notes.data() + at, sizeof head);
    at += sizeof head;
    if (std::string_view(notes).substr(at, 4) == std::string_view("Go\0\0", 4)) return true;
    at += padded(head.n_namesz) + padded(head.n_descsz);
  }
  return false;
}

class reader {
 public:
  explicit reader(const file_bytes& file) : file_(file) {}

  std::variant<elf_facts, elf_refusal> read() {
    if (auto refusal = read_identity()) return *refusal;
    if (facts_.bits == 32 || facts_.big_endian) return facts_;
    if (auto refusal = read_head()) return *refusal;
    if (auto refusal = read_segments()) return *refusal;
    return facts_;
  }

 private:
  std::optional<elf_refusal> read_identity() {
    const std::string identity = file_.read_text(0, EI_NIDENT + 4);
    if (!identity.starts_with(ELFMAG)) return elf_refusal{false, "is no ELF file"};
    if (identity.size() < EI_NIDENT + 4) return damaged("its head is missing");
    const auto byte = [&](std::size_t at) { return static_cast<unsigned char>(identity[at]); };
    if (byte(EI_CLASS) != ELFCLASS32 && byte(EI_CLASS) != ELFCLASS64) {
      return damaged("it is neither of 32 nor of 64 bits");
    }
    facts_.bits = byte(EI_CLASS) == ELFCLASS64 ? 64 : 32;
    facts_.big_endian = byte(EI_DATA) == ELFDATA2MSB;
    const auto half = [&](std::size_t at) {
      return facts_.big_endian ? byte(at) << 8U | byte(at + 1) : byte(at + 1) << 8U | byte(at);
    };
    facts_.type = static_cast<unsigned>(half(EI_NIDENT));
    facts_.machine = static_cast<unsigned>(half(EI_NIDENT + 2));
    return std::nullopt;
  }

  std::optional<elf_refusal> read_head() {
    const auto head = file_.read_object<Elf64_Ehdr>(0);
    if (!head) return damaged("its head is incomplete");
    if (head->e_phnum == 0) return std::nullopt;
    if (head->e_phentsize != sizeof(Elf64_Phdr)) return damaged("its segments have an odd size");
    segments_ = file_.read_array<Elf64_Phdr>(head->e_phoff, head->e_phnum);
    if (segments_.empty()) return damaged("its table of segments lies outside of it");
    return std::nullopt;
  }

  std::optional<elf_refusal> read_segments() {
    for (const Elf64_Phdr& segment : segments_) {
      if (segment.p_type == PT_INTERP) {
        auto path = read_interpreter(file_, segment);
        if (!path) return damaged("the path of its loader is unreadable");
        facts_.interpreter = *path;
      } else if (segment.p_type == PT_NOTE) {
        facts_.go = facts_.go || has_go_note(file_, segment);
      } else if (segment.p_type == PT_DYNAMIC && !facts_.dynamic) {
        facts_.dynamic = true;
        if (auto reason = read_dynamic(file_, segments_, segment, facts_)) return damaged(*reason);
      }
    }
    return std::nullopt;
  }

  const file_bytes& file_;
  elf_facts facts_;
  std::vector<Elf64_Phdr> segments_;
};

}  // namespace

std::variant<elf_facts, elf_refusal> read_elf(const file_bytes& file) {
  return reader(file).read();
}

std::string machine_name(unsigned machine) {
  switch (machine) {
    case EM_X86_64:
      return "x86-64";
    case EM_386:
      return "i386";
    case EM_AARCH64:
      return "AArch64";
    case EM_ARM:
      return "ARM";
    case EM_RISCV:
      return "RISC-V";
    case EM_PPC64:
      return "POWER";
    case EM_S390:
      return "S/390";
    default:
      return fmt::format("machine {}", machine);
  }
}

}  // namespace strata::tool
