// What a registrant adds to an account to be asked for memory before the
// account refuses: a node that the registrant owns, and the list of an account.
//
// Invariant of the list: ascending order, then ascending sequence, which is
// the order of registration. Not synchronised: the tree's lock guards it.
#pragma once

#include <atomic>
#include <climits>
#include <cstddef>
#include <cstdint>

#include "base/base.hpp"

namespace strata::core {

struct pressure_callback {
  // Gives memory back if it can; returns about how many bytes. Runs on the
  // thread whose charge was refused, on several such threads at once, without
  // any lock of this layer. It may charge, discharge, allocate, add callbacks and
  // remove callbacks, itself included.
  std::size_t (*run)(void* context, std::size_t bytes_wanted) noexcept = nullptr;
  void* context = nullptr;
  int order = 0;

  // -- The layer's own -------------------------------------------------------
  base::list_links<pressure_callback> links{};
  std::uint64_t sequence = 0;             // of registration; 0: never registered
  std::atomic<std::uint32_t> running{0};  // invocations now; removal sleeps on it
};

// A place in an account's list that outlives the callback that stood there.
struct pressure_position {
  int order = INT_MIN;
  std::uint64_t sequence = 0;

  [[nodiscard]] bool before(const pressure_callback& callback) const noexcept {
    return order != callback.order ? order < callback.order : sequence < callback.sequence;
  }
};

class pressure_list {
 public:
  constexpr pressure_list() noexcept = default;

  // Requires callback.sequence to be larger than any in the list.
  void add(pressure_callback& callback) noexcept {
    pressure_callback* successor = callbacks_.front();
    while (successor != nullptr && successor->order <= callback.order) {
      successor = callbacks::next(*successor);
    }
    if (successor == nullptr) {
      callbacks_.push_back(callback);
    } else if (successor == callbacks_.front()) {
      callbacks_.push_front(callback);
    } else {
      insert_between(*successor->links.previous, callback, *successor);
    }
  }

  void remove(pressure_callback& callback) noexcept { callbacks_.remove(callback); }

  // The first callback behind `position` that was registered before `sequence_end`.
  [[nodiscard]] pressure_callback* next(pressure_position position,
                                        std::uint64_t sequence_end) const noexcept {
    pressure_callback* callback = callbacks_.front();
    while (callback != nullptr &&
           (!position.before(*callback) || callback->sequence >= sequence_end)) {
      callback = callbacks::next(*callback);
    }
    return callback;
  }

  [[nodiscard]] bool empty() const noexcept { return callbacks_.empty(); }

  [[nodiscard]] bool invariant() const noexcept {
    pressure_position position;
    for (auto* callback = callbacks_.front(); callback != nullptr;
         callback = callbacks::next(*callback)) {
      if (!position.before(*callback)) return false;
      position = {callback->order, callback->sequence};
    }
    return callbacks_.invariant();
  }

 private:
  using callbacks = base::list<pressure_callback, &pressure_callback::links>;

  static void insert_between(pressure_callback& previous, pressure_callback& callback,
                             pressure_callback& next) noexcept {
    callback.links = {&next, &previous};
    previous.links.next = &callback;
    next.links.previous = &callback;
  }

  callbacks callbacks_;
};

}  // namespace strata::core
