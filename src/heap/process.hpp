// Everything heaps do in one process: the domain they share, the process heap,
// the first-class heaps, which thread has which local heap, fork.
//
// The call tree, hot to cold:
//
//   allocate ------> list of the class (thread-local): take_smallest, take_small
//     allocate_slow -> local heap -> refill -> slab -> segment -> region -> OS
//                   -> large block
//   deallocate ----> one comparison -> the slab's own list
//     deallocate_slow -> own block of a closed slab
//                     -> another thread's block: outbox -> its slab -> mail
//                     -> large block
//                     -> diagnosis
#pragma once

#include <algorithm>
#include <atomic>
#include <cstddef>
#include <string_view>

#include "heap/basic_heap.hpp"
#include "heap/lookup.hpp"
#include "heap/malloc_redirection.hpp"
#include "heap/thread_front.hpp"

namespace strata::core {

template <class Config>
class basic_process {
 public:
  using os = typename Config::os;
  using heap = basic_heap<Config>;
  using local = basic_local_heap<Config>;
  using domain = basic_domain<os>;
  using account_type = basic_account<os>;
  using account_tree = basic_account_tree<os>;
  using front = thread_front<Config>;
  using allocation = typename local::allocation;

  constexpr explicit basic_process(account_tree& accounts) noexcept
      : domain_(accounts), process_heap_(domain_) {}
  basic_process(const basic_process&) = delete;
  basic_process& operator=(const basic_process&) = delete;

  // What one process has done for it: hooks take no argument.
  struct hooks {
    // Makes the system below ready and reads the settings.
    base::settings (*open)() noexcept;
    void (*end_thread)() noexcept;
    strata::os::fork_hooks fork;
  };

  // Once, however many threads begin together; later calls do nothing. The first
  // allocation asks the configuration to do it. False: the system refuses what
  // nothing can work without; the next call tries again.
  bool start(const hooks& chosen) noexcept;
  // What `start` does first, for who wants the handlers to be the program's first: the
  // C library then locks here last, behind handlers that may still allocate.
  void watch_forks(const hooks& chosen) noexcept;
  [[nodiscard]] bool started() const noexcept { return started_.load(std::memory_order_acquire); }

  // -- The process heap. Sizes are not checked by the caller. --------------------

  // What a list has at hand, for the smallest sizes; else what `otherwise(size)`
  // returns, so that callers choose what follows a refusal and the way here stays
  // free of it.
  template <class Otherwise>
  [[nodiscard, gnu::always_inline]] static void* take_smallest(std::size_t size,
                                                               Otherwise otherwise) {
    front& here = this_thread<Config>;
    std::size_t step = (size + linear_step - 1) / linear_step;
    base::forget_origin(step);
    if (step <= front::smallest_steps) [[likely]] {
      const std::size_t index = here.classes[step];
      if (block* found = here.lists[index]) [[likely]] {
        block* const next = found->next;
        base::forget_origin(found);  // so that it is where a result has to be
        here.lists[index] = next;
        found->key = nullptr;
        return found;
      }
    }
    return otherwise(size);
  }

  // The same for all small classes; a little longer.
  template <class Otherwise>
  [[nodiscard, gnu::always_inline]] static void* take_small(std::size_t size, Otherwise otherwise) {
    if (size <= small_max) [[likely]] {
      block*& list = this_thread<Config>.lists[small_class_of(size)];
      if (block* found = list) [[likely]] {
        list = found->next;
        found->key = nullptr;
        return found;
      }
    }
    return otherwise(size);
  }

  // The same for the medium classes, whose lists lie with the thread's local heap;
  // also what the thread freed into the slab at hand.
  template <class Otherwise>
  [[nodiscard, gnu::always_inline]] static void* take_medium(std::size_t size,
                                                             Otherwise otherwise) {
    local* const mine = this_thread<Config>.current;
    if (mine != nullptr && size - small_max - 1 < medium_max - small_max) [[likely]] {
      if (block* found = mine->take_at_hand(medium_class_of(size), size)) [[likely]] {
        found->key = nullptr;
        return found;
      }
    }
    return otherwise(size);
  }

  [[nodiscard, gnu::always_inline]] void* allocate(std::size_t size) noexcept {
    return take_smallest(size, [](std::size_t bytes) { return cold_allocate(bytes); });
  }

  [[gnu::always_inline]] void deallocate(void* pointer) noexcept {
    slab& record = domain_.slabs.find(pointer);
    if (!is_own_block(record, pointer, Config::token())) [[unlikely]] {
      return cold_deallocate(pointer);
    }
    free_valid(record, static_cast<block*>(pointer));
  }

  // `size`: what the program believes to have asked for. A block may have been
  // shrunk in place, so that only a size above its own is a mistake.
  [[gnu::always_inline]] void deallocate_sized(void* pointer, std::size_t size) noexcept {
    slab& record = domain_.slabs.find(pointer);
    if (!is_own_block(record, pointer, Config::token())) [[unlikely]] {
      return cold_deallocate_sized(pointer, size);
    }
    if (size > class_size(record.size_class)) [[unlikely]] {
      base::report_size_mismatch(pointer, size, class_size(record.size_class));
    }
    free_valid(record, static_cast<block*>(pointer));
  }

  // For blocks that nothing resizes: exactly the size that was asked for. What is
  // not an open slab's, or of a size that `accepted` lacks for its class, goes
  // through `otherwise(pointer, size)`.
  template <class Otherwise>
  [[gnu::always_inline]] void deallocate_exact(void* pointer, std::size_t size,
                                               const size_ranges& accepted,
                                               Otherwise otherwise) noexcept {
    slab& record = domain_.slabs.find(pointer);
    if (!is_own_block(record, pointer, Config::token()) ||
        !accepted.contain(record.size_class, size)) [[unlikely]] {
      return otherwise(pointer, size);
    }
    free_valid(record, static_cast<block*>(pointer));
  }
  [[gnu::always_inline]] void deallocate_exact(void* pointer, std::size_t size) noexcept {
    deallocate_exact(pointer, size, served_sizes, cold_deallocate_exact);
  }

  void* allocate_slow(std::size_t size) noexcept;
  [[nodiscard]] void* allocate_zeroed(std::size_t size) noexcept;
  [[nodiscard]] void* allocate_aligned(std::size_t size, std::size_t alignment) noexcept;

  // -- Any heap's blocks -----------------------------------------------------------

  void deallocate_slow(void* pointer) noexcept;
  void deallocate_slow_sized(void* pointer, std::size_t size) noexcept;
  void deallocate_slow_exact(void* pointer, std::size_t size) noexcept;
  // Requires a live block and size > 0. nullptr: refused, the block is as it was.
  [[nodiscard]] void* reallocate(void* pointer, std::size_t size) noexcept;
  [[nodiscard]] std::size_t usable_size(const void* pointer) noexcept {
    return usable_bytes(find_block(domain_, pointer));
  }
  bool try_expand(void* pointer, std::size_t size) noexcept;
  // nullptr: not a block of a heap here.
  [[nodiscard]] heap* heap_of(const void* pointer) noexcept;

  // -- First-class heaps -------------------------------------------------------------

  // `parent` nullptr: the root account. nullptr: the system refuses.
  [[nodiscard]] heap* create_heap(std::string_view name, std::size_t limit,
                                  account_type* parent) noexcept;
  void destroy_heap(heap& ending) noexcept;
  [[nodiscard]] void* allocate_from(heap& from, std::size_t size, std::size_t alignment) noexcept;
  [[nodiscard]] void* allocate_zeroed_from(heap& from, std::size_t size) noexcept;
  // What such a heap keeps: little, because thousands of them are normal.
  [[nodiscard]] retention first_class_retention() const noexcept {
    constexpr std::size_t retain_floor = 64 * base::kib;
    return retention_of(std::min(retain_floor, domain_.settings.retain_min)).forgetful();
  }

  // -- Malloc scopes: process_scopes.hpp ---------------------------------------------------

  // Directs the calling thread's share of the interface of the process heap into
  // another heap, until left. False: refused, and nothing changed.
  bool enter_scope(heap& into, malloc_redirection& scope) noexcept;
  void leave_scope(const malloc_redirection& scope) noexcept;

  // -- The whole process ----------------------------------------------------------------

  std::size_t purge() noexcept;
  // For the program's pump or the background thread: what time says should go.
  std::size_t purge_aged() noexcept;
  void lower_address_space(std::size_t limit) noexcept { domain_.lower_address_space(limit); }
  // Brings the calling thread's caches and posted blocks home.
  void flush_thread() noexcept;

  void end_thread() noexcept;
  void prepare_fork() noexcept;
  void parent_after_fork() noexcept;
  void child_after_fork() noexcept;

  template <class Visitor>
  void for_each_heap(Visitor visit) noexcept {
    base::lock_guard guard(heaps_lock_);
    visit(process_heap_);
    for (heap* at = heaps_.front(); at != nullptr; at = heap_list::next(*at)) visit(*at);
  }

  [[nodiscard]] heap& process_heap() noexcept { return process_heap_; }
  [[nodiscard]] domain& shared() noexcept { return domain_; }

 private:
  using heap_list = base::list<heap, &heap::links>;

  // Requires a block that this thread owns, of an open slab.
  [[gnu::always_inline]] void free_valid(slab& record, block* freed) noexcept {
    if (freed->key == &record) [[unlikely]]
      return cold_free_suspect(record, freed);
    push_free(record, freed);
    if (--record.used == 0) [[unlikely]]
      cold_retire(record);
  }

  // The hot path's ways out. They are static, so that the hot path need not keep
  // the address of the process at hand.
  [[gnu::noinline]] static void* cold_allocate(std::size_t size) noexcept {
    return take_small(size, [](std::size_t bytes) {
      return take_medium(bytes,
                         [](std::size_t most) { return Config::instance().allocate_slow(most); });
    });
  }
  // Every free of a medium block comes here.
  [[gnu::noinline]] static void cold_deallocate(void* pointer) noexcept {
    Config::instance().deallocate_slow(pointer);
  }
  [[gnu::cold, gnu::noinline]] static void cold_deallocate_sized(void* pointer,
                                                                 std::size_t size) noexcept {
    Config::instance().deallocate_slow_sized(pointer, size);
  }
  [[gnu::noinline]] static void cold_deallocate_exact(void* pointer, std::size_t size) noexcept {
    Config::instance().deallocate_slow_exact(pointer, size);
  }
  [[gnu::cold, gnu::noinline]] static void cold_free_suspect(slab& record, block* freed) noexcept {
    Config::instance().free_suspect(record, freed);
  }
  [[gnu::cold, gnu::noinline]] static void cold_retire(slab& record) noexcept {
    owner_of(record).retire_slab(record);
  }

  // The local heap whose header the record points to.
  [[nodiscard]] static local& owner_of(const slab& record) noexcept {
    return *static_cast<local*>(base::racy_load(record.owner));
  }
  [[nodiscard]] static heap& large_owner_of(const slab& record) noexcept {
    return *static_cast<heap*>(base::racy_load(record.owner));
  }

  bool start_alone(const hooks& chosen) noexcept;
  [[nodiscard]] slab* own_medium_slab(const void* pointer) noexcept;
  static void free_medium(slab& head, block* freed) noexcept;
  [[gnu::noinline]] void free_other(void* pointer) noexcept;
  void free_suspect(slab& record, block* freed) noexcept;
  void free_remote(local& owner, slab& record, block* freed) noexcept;
  void free_block(slab& head, void* pointer) noexcept;

  [[nodiscard]] allocation allocate_class(heap& from, std::size_t index, std::size_t size) noexcept;
  [[nodiscard]] void* allocate_bytes(heap& from, std::size_t size, std::size_t alignment,
                                     bool zeroed) noexcept;
  // What the calling thread's malloc allocates from.
  [[nodiscard]] heap& thread_heap() noexcept {
    const local* current = this_thread<Config>.current;
    return current == nullptr ? process_heap_ : *current->home();
  }
  void direct_into(local& next) noexcept;
  void abandon_scopes() noexcept;
  [[nodiscard]] local* local_of(heap& which) noexcept;
  [[nodiscard]] local* bind(heap& which) noexcept;
  void bury_dead_locals() noexcept;
  void take_apart(heap& ending) noexcept;
  void mark_ghosts(heap& of) noexcept;
  [[nodiscard]] slab& find_shared_block(void* pointer) noexcept;
  [[nodiscard]] void* move_block(slab& head, void* pointer, std::size_t size) noexcept;
  [[nodiscard]] retention retention_of(std::size_t floor) const noexcept;

  domain domain_;
  heap process_heap_;
  heap_list heaps_;
  typename Config::mutex heaps_lock_;
  typename Config::mutex start_lock_;
  std::atomic<bool> started_{false};
  std::atomic<bool> watches_forks_{false};
  hooks hooks_{};
};

}  // namespace strata::core
