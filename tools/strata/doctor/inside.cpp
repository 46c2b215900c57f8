// Knowledge in tables: by names of libraries, by symbols, and by text in the file.
#include "doctor/inside.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <string_view>

namespace strata::tool {
namespace {

struct named_thing {
  std::string_view prefix;  // of a library's file name
  std::string_view name;
};

// Of the runtimes that replace malloc; the undefined behaviour one does not.
constexpr std::array sanitizer_libraries = {
    named_thing{"libasan.", "AddressSanitizer"},
    named_thing{"libclang_rt.asan", "AddressSanitizer"},
    named_thing{"libtsan.", "ThreadSanitizer"},
    named_thing{"libclang_rt.tsan", "ThreadSanitizer"},
    named_thing{"liblsan.", "LeakSanitizer"},
    named_thing{"libclang_rt.lsan", "LeakSanitizer"},
    named_thing{"libhwasan.", "HWAddressSanitizer"},
    named_thing{"libclang_rt.hwasan", "HWAddressSanitizer"},
    named_thing{"libclang_rt.msan", "MemorySanitizer"},
};

constexpr std::array sanitizer_symbols = {
    named_thing{"__asan_init", "AddressSanitizer"},
    named_thing{"__tsan_init", "ThreadSanitizer"},
    named_thing{"__msan_init", "MemorySanitizer"},
    named_thing{"__hwasan_init", "HWAddressSanitizer"},
    named_thing{"__lsan_init", "LeakSanitizer"},
};

constexpr std::array allocator_libraries = {
    named_thing{"libstrata_malloc", "strata"},
    named_thing{"libjemalloc", "jemalloc"},
    named_thing{"libtcmalloc", "tcmalloc"},
    named_thing{"libmimalloc", "mimalloc"},
    named_thing{"libtbbmalloc", "tbbmalloc"},
    named_thing{"libsnmalloc", "snmalloc"},
    named_thing{"librpmalloc", "rpmalloc"},
    named_thing{"libhoard", "Hoard"},
    named_thing{"libscudo", "Scudo"},
    named_thing{"libclang_rt.scudo", "Scudo"},
    named_thing{"libhardened_malloc", "hardened_malloc"},
    named_thing{"libmesh", "Mesh"},
    named_thing{"libltalloc", "ltalloc"},
    named_thing{"libc_malloc_debug", "glibc's malloc debugging"},
};

// What they print or read from the environment; these survive stripping.
constexpr std::array allocator_messages = {
    named_thing{"<jemalloc>: ", "jemalloc"},
    named_thing{"mimalloc: warning: ", "mimalloc"},
    named_thing{"TCMALLOC_", "tcmalloc"},
    named_thing{"Scudo ERROR: ", "Scudo"},
    named_thing{"PartitionAlloc", "PartitionAlloc"},
};

constexpr std::array malloc_family = {
    "malloc", "free", "calloc", "realloc", "posix_memalign", "aligned_alloc", "memalign",
};

struct runtime {
  std::string_view library;  // prefix of what it links; or
  std::string_view symbol;   // what it exports
  std::string_view name;
  std::string_view meaning;
  std::string_view advice;
};

constexpr std::array runtimes = {
    runtime{"libpython3", "PyObject_Malloc", "Python",
            "Python serves objects up to 512 bytes from pools of its own, cut from mapped arenas",
            "set PYTHONMALLOC=malloc to have strata serve them"},
    runtime{"libphp", "zend_startup", "PHP", "PHP serves scripts from a heap of its own",
            "set USE_ZEND_ALLOC=0 to have strata serve them"},
    runtime{"libnode", "node_module_register", "Node.js",
            "JavaScript objects live in V8's own heap; strata serves buffers and native parts",
            "nothing, but do not expect JavaScript objects in strata's figures"},
    runtime{"libjli", "JLI_Launch", "Java",
            "Java objects live in the virtual machine's own heap; strata serves native parts",
            "nothing, but do not expect Java objects in strata's figures"},
    runtime{"libmonosgen", "mono_jit_init", "Mono",
            "managed objects live in a heap of their own; strata serves native parts",
            "nothing, but do not expect managed objects in strata's figures"},
    runtime{"libruby", "ruby_init", "Ruby",
            "Ruby keeps small values in pages of its own; strata serves those pages and the rest",
            "nothing: strings, arrays and native parts come from strata"},
};

std::string_view file_name(std::string_view path) {
  return path.substr(path.rfind('/') + 1);  // npos + 1 is 0
}

template <std::size_t Count>
std::string by_library(const std::array<named_thing, Count>& table, std::string_view path) {
  for (const named_thing& thing : table) {
    if (file_name(path).starts_with(thing.prefix)) return std::string(thing.name);
  }
  return {};
}

bool exports(const elf_facts& facts, std::string_view symbol) {
  return facts.exported.contains(std::string(symbol));
}

bool needs(const elf_facts& facts, std::string_view prefix) {
  return std::ranges::any_of(facts.needed, [&](const std::string& library) {
    return file_name(library).starts_with(prefix);
  });
}

}  // namespace

std::string sanitizer_named_by(const std::string& library_path) {
  return by_library(sanitizer_libraries, library_path);
}

std::string sanitizer_in(const elf_facts& facts) {
  for (const std::string& library : facts.needed) {
    if (std::string name = sanitizer_named_by(library); !name.empty()) return name;
  }
  for (const named_thing& thing : sanitizer_symbols) {
    if (exports(facts, thing.prefix)) return std::string(thing.name);
  }
  return {};
}

std::string allocator_named_by(const std::string& library_path) {
  return by_library(allocator_libraries, library_path);
}

std::vector<std::string> own_malloc_functions(const elf_facts& facts) {
  std::vector<std::string> found;
  std::ranges::copy_if(malloc_family, std::back_inserter(found),
                       [&](const char* name) { return exports(facts, name); });
  return found;
}

bool defines_operator_new(const elf_facts& facts) {
  return exports(facts, "_Znwm") || exports(facts, "_Znam");
}

std::vector<std::string> allocators_by_message(const file_bytes& file) {
  constexpr std::size_t step = 1 << 20;
  constexpr std::size_t overlap = 64;  // a message may lie across two steps
  constexpr std::uint64_t searched_max = std::uint64_t{512} << 20;
  std::vector<std::string> found;
  for (std::uint64_t at = 0; at < std::min(file.size(), searched_max); at += step) {
    const std::string text = file.read_text(at, step + overlap);
    for (const named_thing& message : allocator_messages) {
      std::string name(message.name);
      if (std::ranges::find(found, name) != found.end()) continue;
      if (text.find(message.prefix) != std::string::npos) found.push_back(std::move(name));
    }
  }
  return found;
}

findings notes_on_runtimes(const elf_facts& facts) {
  findings notes;
  if (facts.go) {
    notes.push_back({"own heap", verdict::note,
                     "built by Go: Go's objects live in its own heap, strata serves C code alone",
                     "nothing, but do not expect Go objects in strata's figures"});
  }
  for (const runtime& known : runtimes) {
    if (!needs(facts, known.library) && !exports(facts, known.symbol)) continue;
    notes.push_back(
        {"own heap", verdict::note, std::string(known.meaning), std::string(known.advice)});
  }
  return notes;
}

}  // namespace strata::tool
