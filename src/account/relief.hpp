// Runs pressure callbacks, and lets them be added and removed at any time.
//
// A callback runs without the lock, so that it may do what it likes. What keeps
// it alive meanwhile is `pressure_callback::running`: removal sleeps until it is
// zero. What keeps the place in the list is a pressure_position, a value, so
// that the list may change in any way during the run.
//
// Every thread that runs callbacks has one `run_record`, on its stack. It tells
// a removal that comes from inside the callback itself, which must not wait,
// and a charge that is refused inside a callback, which must not run callbacks
// again.
//
// Invariant: for each callback, `running` is the number of records that name it.
#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>

#include "account/pressure.hpp"
#include "base/base.hpp"

namespace strata::core {

template <class Os>
class relief {
 public:
  constexpr explicit relief(base::mutex<Os>& lock) noexcept : lock_(lock) {}

  void add(pressure_list& list, pressure_callback& callback) noexcept {
    const base::lock_guard guard(lock_);
    callback.sequence = sequence_next_++;
    list.add(callback);
  }

  // On return the callback runs nowhere, except in the caller itself, and never
  // runs again.
  void remove(pressure_list& list, pressure_callback& callback) noexcept {
    lock_.lock();
    list.remove(callback);
    run_record* mine = record_of(Os::thread_token());
    if (mine != nullptr && mine->callback == &callback) finish(*mine);
    for (std::uint32_t running = callback.running.load(std::memory_order_relaxed); running != 0;
         running = callback.running.load(std::memory_order_relaxed)) {
      lock_.unlock();
      Os::wait(callback.running, running);
      lock_.lock();
    }
    lock_.unlock();
  }

  // Runs the callbacks of `refusing` and then of its ancestors until `refusing`
  // has room for `bytes`. False: this thread is inside a callback, nothing ran.
  template <class Account>
  [[nodiscard, gnu::cold, gnu::noinline]] bool run(Account& refusing, std::size_t bytes) noexcept {
    run_record record{Os::thread_token(), nullptr, {}};
    std::uint64_t sequence_end;  // callbacks added from now on are left for the next time
    {
      const base::lock_guard guard(lock_);
      if (record_of(record.thread) != nullptr) return false;
      records_.push_back(record);
      sequence_end = sequence_next_;
    }
    for (auto* account = &refusing; account != nullptr && refusing.shortfall(bytes) != 0;
         account = account->parent()) {
      run_list(account->pressure(), record, sequence_end, refusing, bytes);
    }
    const base::lock_guard guard(lock_);
    records_.remove(record);
    return true;
  }

  // The other threads, which may have been inside callbacks, do not exist in
  // the child; so no lock is needed either.
  void child_after_fork() noexcept {
    const std::uintptr_t me = Os::thread_token();
    for (run_record *next, *record = records_.front(); record != nullptr; record = next) {
      next = records::next(*record);
      if (record->thread == me) continue;
      if (record->callback != nullptr) finish(*record);
      records_.remove(*record);
    }
  }

  [[nodiscard]] bool invariant() const noexcept { return records_.invariant(); }

 private:
  struct run_record {
    std::uintptr_t thread;
    pressure_callback* callback;  // running now; nullptr: between two, or it removed itself
    base::list_links<run_record> links;
  };
  using records = base::list<run_record, &run_record::links>;

  template <class Account>
  void run_list(const pressure_list& list, run_record& record, std::uint64_t sequence_end,
                const Account& refusing, std::size_t bytes) noexcept {
    pressure_position position;
    for (std::size_t wanted; (wanted = refusing.shortfall(bytes)) != 0;) {
      pressure_callback* callback = begin_next(list, position, record, sequence_end);
      if (callback == nullptr) return;
      callback->run(callback->context, wanted);  // may end the callback's life
      const base::lock_guard guard(lock_);
      if (record.callback != nullptr) finish(record);
    }
  }

  [[nodiscard]] pressure_callback* begin_next(const pressure_list& list,
                                              pressure_position& position, run_record& record,
                                              std::uint64_t sequence_end) noexcept {
    const base::lock_guard guard(lock_);
    pressure_callback* callback = list.next(position, sequence_end);
    if (callback == nullptr) return nullptr;
    position = {callback->order, callback->sequence};
    callback->running.fetch_add(1, std::memory_order_relaxed);
    record.callback = callback;
    return callback;
  }

  // -- With the lock held ----------------------------------------------------

  [[nodiscard]] run_record* record_of(std::uintptr_t thread) const noexcept {
    run_record* record = records_.front();
    while (record != nullptr && record->thread != thread) record = records::next(*record);
    return record;
  }

  // Wakes with the lock held: a removal returns, and the callback's memory may
  // go, only after it got the lock again.
  static void finish(run_record& record) noexcept {
    pressure_callback& callback = *record.callback;
    record.callback = nullptr;
    callback.running.fetch_sub(1, std::memory_order_relaxed);
    Os::wake(callback.running);
  }

  base::mutex<Os>& lock_;
  records records_;
  std::uint64_t sequence_next_ = 1;
};

}  // namespace strata::core
