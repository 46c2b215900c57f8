// The functions of basic_pool that make and end objects. Not for programs.
#pragma once

#include <strata/base/detail/diagnosis.hpp>
#include <strata/pool/basic_pool.hpp>

namespace strata {

// Until it is told that all went well, a slot goes back when it ends.
template <class T, class Store, class... Policies>
class basic_pool<T, Store, Policies...>::unfinished {
 public:
  unfinished(basic_pool& pool, std::byte* slot) noexcept : pool_(pool), slot_(slot) {}
  unfinished(const unfinished&) = delete;
  unfinished& operator=(const unfinished&) = delete;
  ~unfinished() {
    if (slot_ == nullptr) return;
    if (object_ != nullptr) pool_.drop(object_);
    pool_.put_back(slot_);
  }

  T* made(T* object) noexcept { return object_ = object; }
  void finish() noexcept { slot_ = nullptr; }

 private:
  basic_pool& pool_;
  std::byte* slot_;
  T* object_ = nullptr;
};

template <class T, class Store, class... Policies>
template <class Make>
T* basic_pool<T, Store, Policies...>::acquire(Make&& make) {
  std::byte* slot = store_.take(prepare());
  if (slot == nullptr) [[unlikely]] {
    slot = take_elsewhere();
    if (slot == nullptr) return nullptr;
  }
  return finish(slot, make);
}

template <class T, class Store, class... Policies>
template <class Make>
T* basic_pool<T, Store, Policies...>::finish(std::byte* slot, Make&& make) {
  T* object = nullptr;
  if constexpr (noexcept(make(slot)) && !traits::has_acquire_hook) {
    object = make(slot);
  } else {
    unfinished guard(*this, slot);
    object = guard.made(make(slot));
    std::apply([&](auto&... hook) { (on_acquire(hook, *object), ...); }, policies_);
    guard.finish();
  }
  if constexpr (traits::counts) {
    ++counters_.allocations;
    if constexpr (!Store::knows_peak) counters_.note_use(size());
  }
  return object;
}

template <class T, class Store, class... Policies>
template <class... Arguments>
T& basic_pool<T, Store, Policies...>::emplace(Arguments&&... arguments) {
  T* const object = try_emplace(std::forward<Arguments>(arguments)...);
  if (object == nullptr) [[unlikely]] {
    refuse(1);
  }
  return *object;
}

template <class T, class Store, class... Policies>
template <class... Arguments>
T* basic_pool<T, Store, Policies...>::try_emplace(Arguments&&... arguments) {
  constexpr bool nothrow = detail::makes_nothrow<T, Arguments...>;
  return acquire([&](std::byte* slot) noexcept(nothrow) {
    if constexpr (traits::recycles) {
      if (T* const kept = take_kept(slot); kept != nullptr) drop(kept);
    }
    return detail::construct<T>(slot, std::forward<Arguments>(arguments)...);
  });
}

template <class T, class Store, class... Policies>
T& basic_pool<T, Store, Policies...>::allocate() {
  T* const object = try_allocate();
  if (object == nullptr) [[unlikely]] {
    refuse(1);
  }
  return *object;
}

template <class T, class Store, class... Policies>
T* basic_pool<T, Store, Policies...>::try_allocate() {
  if constexpr (traits::recycles) {
    return acquire([&](std::byte* slot) {
      T* const kept = take_kept(slot);
      return kept != nullptr ? kept : recipe_.make(slot);
    });
  } else {
    return acquire([](std::byte* slot) noexcept(std::is_nothrow_default_constructible_v<T>) {
      return ::new (static_cast<void*>(slot)) T;
    });
  }
}

template <class T, class Store, class... Policies>
void basic_pool<T, Store, Policies...>::allocate_batch(std::span<T*> into) {
  if (!try_allocate_batch(into)) refuse(into.size());
}

template <class T, class Store, class... Policies>
bool basic_pool<T, Store, Policies...>::try_allocate_batch(std::span<T*> into) {
  struct rollback {
    basic_pool& pool;
    std::span<T*> all;
    std::size_t made = 0;

    ~rollback() {
      if (made == all.size()) return;
      while (made != 0) pool.release(all[--made]);
      for (T*& object : all) object = nullptr;
    }
  } undo{*this, into};
  if (into.size() > available() && !provide_more(into.size())) {
    if constexpr (!traits::falls_back) {
      if constexpr (traits::counts) ++counters_.failures;
      return false;
    }
  }
  for (; undo.made != into.size(); ++undo.made) {
    into[undo.made] = try_allocate();
    if (into[undo.made] == nullptr) return false;
  }
  return true;
}

template <class T, class Store, class... Policies>
void basic_pool<T, Store, Policies...>::release(T* object) noexcept {
  const auto place = store_.template begin_release<traits::checks>(object);
  if (place == nullptr) [[unlikely]] {
    release_elsewhere(object);
    return;
  }
  end_object(object);
  store_.template end_release<traits::checks>(place, reinterpret_cast<std::byte*>(object));
}

template <class T, class Store, class... Policies>
void basic_pool<T, Store, Policies...>::end_object(T* object) noexcept {
  on_release(*object);
  if constexpr (traits::recycles) {
    if (recipe_.keep(*object)) {
      auto& block = store_.block_of(object);
      block.set_kept(block.index_of(object));
      return;
    }
  }
  drop(object);
}

template <class T, class Store, class... Policies>
void basic_pool<T, Store, Policies...>::clear() noexcept {
  store_.for_each_block([&](auto& block) {
    block.for_each_live(
        [&](std::byte* slot) { release(std::launder(reinterpret_cast<T*>(slot))); });
  });
  if constexpr (traits::falls_back) {
    fallback_.for_each([&](std::byte* slot) { release(std::launder(reinterpret_cast<T*>(slot))); });
  }
}

template <class T, class Store, class... Policies>
template <class Visitor>
void basic_pool<T, Store, Policies...>::for_each(Visitor&& visit) {
  const auto visit_slot = [&](std::byte* slot) {
    visit(*std::launder(reinterpret_cast<T*>(slot)));
  };
  store_.for_each_block([&](auto& block) { block.for_each_live(visit_slot); });
  if constexpr (traits::falls_back) fallback_.for_each(visit_slot);
}

template <class T, class Store, class... Policies>
template <class Visitor>
void basic_pool<T, Store, Policies...>::for_each(Visitor&& visit) const {
  const auto visit_slot = [&](std::byte* slot) {
    visit(std::as_const(*std::launder(reinterpret_cast<T*>(slot))));
  };
  store_.for_each_block([&](const auto& block) { block.for_each_live(visit_slot); });
  if constexpr (traits::falls_back) fallback_.for_each(visit_slot);
}

}  // namespace strata

#include <strata/pool/detail/basic_pool_cold.hpp>
