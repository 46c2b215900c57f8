// What an instrument found: figures with names, as JSON for machines. A name ends
// in its unit ("malloc_p99_ns"), so that a figure cannot lose it.
#pragma once

#include <nlohmann/json.hpp>
#include <string>

namespace strata::bench {

struct findings {
  std::string program;
  nlohmann::ordered_json options = nlohmann::ordered_json::object();  // what was measured
  nlohmann::ordered_json figures = nlohmann::ordered_json::object();  // name: number
};

// To a file, or to stdout for "-". Throws std::runtime_error when that fails.
void write_json(const findings& found, const std::string& path);

// Adds "--json FILE"; `path` stays empty without it.
class json_option {
 public:
  template <class Parser>
  void add_to(Parser& parser) {
    parser
        .add_option("--json", path_,
                    "Write the figures as JSON; - is stdout, which then gets no table")
        ->type_name("FILE");
  }

  // Prints `text` unless stdout gets the JSON, and writes the JSON if asked to.
  void show(const findings& found, const std::string& text) const;

 private:
  std::string path_;
};

}  // namespace strata::bench
