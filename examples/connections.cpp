// Connections of a server, which several threads share: each request keeps its
// connection alive, and the table that finds connections again does not.
#include <strata/pool/counted_pool.hpp>
#include <strata/pool/shared_handle.hpp>

#include <atomic>
#include <cstdio>
#include <map>
#include <mutex>
#include <string>
#include <thread>
#include <utility>
#include <vector>

struct connection {
  explicit connection(std::string from) : peer(std::move(from)) {}
  ~connection() { std::printf("%s: closed after %d requests\n", peer.c_str(), served.load()); }

  std::string peer;
  std::atomic<int> served{0};
};

using connections = strata::counted_pool<connection, strata::atomic_counts>;
using client = strata::shared_handle<connection, strata::atomic_counts>;
using observer = strata::weak_handle<connection, strata::atomic_counts>;

// Finds a connection again as long as somebody still uses it.
class directory {
 public:
  void add(const client& one) {
    const std::lock_guard lock(mutex_);
    by_peer_[one->peer] = one;
  }
  client find(const std::string& peer) {
    const std::lock_guard lock(mutex_);
    const auto found = by_peer_.find(peer);
    return found == by_peer_.end() ? nullptr : found->second.lock();
  }

 private:
  std::mutex mutex_;
  std::map<std::string, observer> by_peer_;
};

int main() {
  connections pool({.name = "connections", .limit = 1 << 20});
  directory known;

  client alice = pool.make("alice");
  known.add(alice);

  std::vector<std::thread> workers;
  workers.reserve(4);
  for (int i = 0; i < 4; ++i) {
    workers.emplace_back([request = alice] { ++request->served; });
  }
  for (std::thread& worker : workers) worker.join();

  const bool found = known.find("alice") == alice;
  alice.reset();  // the last owner: the connection closes here
  const bool gone = known.find("alice") == nullptr;

  std::printf("%zu slots still in use\n", pool.size());  // the directory observes one
  return found && gone ? 0 : 1;
}
