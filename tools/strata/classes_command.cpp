// `strata classes`: the size classes as they were compiled in, with the waste that
// each of them can cause.
#include <fmt/format.h>
#include <unistd.h>
#include <CLI/CLI.hpp>

#include <cstdio>
#include <memory>
#include <nlohmann/json.hpp>
#include <vector>

#include "command.hpp"
#include "heap/size_classes.hpp"
#include "look.hpp"
#include "quantity.hpp"

namespace strata::tool {
namespace {

struct class_facts {
  std::size_t index;
  std::size_t block_bytes;
  std::size_t spacing_bytes;      // from the class below
  std::size_t worst_waste_bytes;  // of the smallest request that this class serves
  std::size_t slab_bytes;
  std::size_t blocks_per_slab;
  std::size_t tail_bytes;  // of a slab, too short for a block
};

class_facts facts_of(std::size_t index) {
  const std::size_t block = core::class_size(index);
  const std::size_t slab = core::slab_bytes(index);
  const std::size_t spacing = block - core::class_size(index - 1);
  return {index, block, spacing, spacing - 1, slab, slab / block, slab % block};
}

std::vector<class_facts> all_classes() {
  std::vector<class_facts> all;
  for (std::size_t index = 1; index < core::class_count; ++index) all.push_back(facts_of(index));
  return all;
}

void print_text(const std::vector<class_facts>& all) {
  const look shown = look_of(STDOUT_FILENO);
  fmt::print("{}\n",
             shown.strong(fmt::format("{:>5}{:>12}{:>10}{:>13}{:>12}{:>8}{:>12}", "CLASS", "BLOCK",
                                      "SPACING", "WORST WASTE", "SLAB", "BLOCKS", "TAIL WASTE")));
  for (const class_facts& one : all) {
    fmt::print("{:>5}{:>12}{:>10}{:>13}{:>12}{:>8}{:>12}\n", one.index, grouped(one.block_bytes),
               grouped(one.spacing_bytes), percent(one.worst_waste_bytes, one.block_bytes),
               grouped(one.slab_bytes), one.blocks_per_slab,
               percent(one.tail_bytes, one.slab_bytes));
  }
}

void print_json(const std::vector<class_facts>& all) {
  auto listed = nlohmann::ordered_json::array();
  for (const class_facts& one : all) {
    listed.push_back({{"class", one.index},
                      {"block_bytes", one.block_bytes},
                      {"spacing_bytes", one.spacing_bytes},
                      {"worst_waste_bytes", one.worst_waste_bytes},
                      {"slab_bytes", one.slab_bytes},
                      {"blocks_per_slab_count", one.blocks_per_slab},
                      {"tail_waste_bytes", one.tail_bytes}});
  }
  const nlohmann::ordered_json made = {
      {"kind", "strata.classes"}, {"schema_version", 1}, {"classes", listed}};
  fmt::print("{}\n", made.dump(2));
}

action configure(CLI::App& parser) {
  const auto as_json = std::make_shared<bool>(false);
  parser.add_flag("--json", *as_json, "Print JSON");
  return [as_json](const std::vector<std::string>&) {
    if (*as_json) {
      print_json(all_classes());
    } else {
      print_text(all_classes());
    }
    return 0;
  };
}

}  // namespace

const command classes_command = {
    .name = "classes",
    .summary = "List the size classes and the waste that each can cause",
    .examples =
        "Examples:\n"
        "  strata classes\n"
        "  strata classes --json | jq '.classes[] | select(.block_bytes > 65536)'",
    .takes_program = false,
    .configure = configure,
};

}  // namespace strata::tool
