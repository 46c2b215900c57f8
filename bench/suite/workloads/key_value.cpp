// A key-value store: strings as keys and values in a hash table, read, written,
// appended to and deleted.
#include <string>
#include <unordered_map>

#include "failure.hpp"
#include "text.hpp"
#include "workload.hpp"

namespace strata::suite {
namespace {

constexpr std::size_t keys = 200'000;

class store {
 public:
  void step() {
    const std::string key = key_of(random_.below(keys));
    const std::size_t what = random_.below(100);
    if (what < 50) {
      read(key);
    } else if (what < 80) {
      write(key);
    } else if (what < 90) {
      append(key);
    } else {
      values_.erase(key);
    }
  }

  [[nodiscard]] std::uint64_t sum() const { return sum_.value(); }

 private:
  // Values consist of the key's tenth letter, a digit, and end in a dot.
  static std::string key_of(std::size_t number) {
    return "customer:" + std::to_string(number) + ":address";
  }

  void read(const std::string& key) {
    const auto found = values_.find(key);
    if (found == values_.end()) return;
    const std::string copy = found->second;
    require(copy.front() == key[9] && copy.back() == '.', "key_value: a value changed");
    sum_.add(copy.size());
  }

  void write(const std::string& key) {
    std::string value(random_.between(10, 300), key[9]);
    value.back() = '.';
    values_.insert_or_assign(key, std::move(value));
  }

  void append(const std::string& key) {
    const auto found = values_.find(key);
    if (found == values_.end()) return;
    found->second.append(random_.between(1, 100), '.');
    if (found->second.size() > 1'000) values_.erase(found);
  }

  std::unordered_map<std::string, std::string> values_;
  random_numbers random_{12};
  checksum sum_;
};

outcome run(const parameters& work) {
  store everything;
  for (std::size_t i = 0, end = work.count(3'000'000); i < end; ++i) everything.step();
  return {everything.sum()};
}

}  // namespace

extern const workload key_value = {
    .name = "key_value",
    .summary = "A hash table of strings, read, written, appended to and deleted",
    .threaded = false,
    .run = run,
};

}  // namespace strata::suite
