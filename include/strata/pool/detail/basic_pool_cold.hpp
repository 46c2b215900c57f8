// The functions of basic_pool that are rarely called: the beginning, the end,
// refusals, mistakes, and what only some policies need. Not for programs.
#pragma once

#include <strata/base/detail/diagnosis.hpp>
#include <strata/pool/basic_pool.hpp>

namespace strata {

template <class T, class Store, class... Policies>
detail::pool_settings basic_pool<T, Store, Policies...>::settings_of(
    const options_type& options) noexcept {
  using strategy = typename traits::strategy;
  // Side memory of 64 slots, so that bits count as what they are; rounded up.
  const std::size_t side = (Store::block_type::side_bytes(64) + 63) / 64;
  return {.name = options.name,
          .limit = options.limit,
          .parent = options.parent,
          .capacity = options.capacity,
          .maximum = options.maximum,
          .growth = &options.growth,
          .retain = options.retain,
          .alignment = options.alignment,
          .upstream = options.upstream,
          .pre_initialise = options.pre_initialise,
          .has_initialiser = options.initialiser != nullptr,
          .has_reset = options.reset != nullptr,
          .keeps = options.drop == drop_strategy::keep,
          .slot_bytes = traits::slot_bytes,
          .side_bytes = side,
          .slot_alignment = traits::slot_alignment,
          .alignment_max = Store::alignment_max,
          .slots_max = strategy::slots_max,
          .grows = Store::grows,
          .recycles = traits::recycles,
          .default_constructible = std::is_default_constructible_v<T>};
}

template <class T, class Store, class... Policies>
std::optional<pool_config_error> basic_pool<T, Store, Policies...>::check(
    const options_type& options) noexcept {
  return detail::check(settings_of(options));
}

template <class T, class Store, class... Policies>
auto basic_pool<T, Store, Policies...>::checked(const options_type& options)
    -> const options_type& {
  if (const auto error = check(options)) throw invalid_pool_config(*error);
  return options;
}

template <class T, class Store, class... Policies>
auto basic_pool<T, Store, Policies...>::make_fallback(const policies_type& policies)
    -> fallback_type {
  if constexpr (traits::falls_back) {
    return fallback_type(std::get<heap_fallback>(policies).from);
  } else {
    (void)policies;
    return {};
  }
}

template <class T, class Store, class... Policies>
basic_pool<T, Store, Policies...>::basic_pool(const options_type& options,
                                              std::tuple<Policies...> policies)
    : store_(settings_of(checked(options))),
      policies_(std::move(policies)),
      recipe_(options),
      fallback_(make_fallback(policies_)) {
  if constexpr (traits::recycles) {
    store_.set_retire([](typename Store::block_type& block) noexcept { retire(block); });
    if constexpr (!Store::grows) prepare()(store_.block());
  }
  if constexpr (Store::grows) {
    if (!provide(options.capacity)) refuse(options.capacity);
    store_.keep_capacity(options.capacity);
  }
}

template <class T, class Store, class... Policies>
basic_pool<T, Store, Policies...>::~basic_pool() {
  handles_.check(this, size());
  if constexpr (traits::ends || traits::falls_back || traits::recycles) clear();
  const_cast<volatile bool&>(dead_) = true;  // the compiler knows that this is the end
}

// What a new block goes through before its slots are handed out.
template <class T, class Store, class... Policies>
auto basic_pool<T, Store, Policies...>::prepare() {
  return [this](typename Store::block_type& block) {
    if constexpr (traits::recycles) {
      if (!recipe_.pre_initialise) return;
      for (std::size_t index = 0; index < block.capacity(); ++index) {
        block.fill_kept(index, [&](void* where) { recipe_.make(where); });
      }
    } else {
      (void)block;
      (void)this;
    }
  };
}

template <class T, class Store, class... Policies>
void basic_pool<T, Store, Policies...>::retire(typename Store::block_type& block) noexcept {
  block.for_each_kept([&](std::byte* slot) {
    if (!block.take_kept(block.index_of(slot))) return;
    std::destroy_at(std::launder(reinterpret_cast<T*>(slot)));
  });
}

template <class T, class Store, class... Policies>
T* basic_pool<T, Store, Policies...>::take_kept(std::byte* slot) noexcept {
  if constexpr (traits::falls_back) {
    if (!store_.owns(slot)) return nullptr;
  }
  auto& block = store_.block_of(slot);
  return block.take_kept(block.index_of(slot)) ? std::launder(reinterpret_cast<T*>(slot)) : nullptr;
}

template <class T, class Store, class... Policies>
bool basic_pool<T, Store, Policies...>::provide_more(std::size_t count) {
  return count <= store_.maximum() - store_.size() && provide(store_.size() + count);
}

template <class T, class Store, class... Policies>
std::byte* basic_pool<T, Store, Policies...>::take_elsewhere() noexcept {
  if constexpr (traits::falls_back) {
    if (std::byte* const block = fallback_.try_take(); block != nullptr) {
      if constexpr (traits::counts) {
        ++counters_.fallbacks;
        counters_.note_use(size());
      }
      return block;
    }
  }
  if constexpr (traits::counts) ++counters_.failures;
  return nullptr;
}

template <class T, class Store, class... Policies>
void basic_pool<T, Store, Policies...>::release_elsewhere(T* object) noexcept {
  if (object == nullptr) return;
  if (const_cast<const volatile bool&>(dead_)) detail::report_dead_pool(this, object);
  if constexpr (Store::grows) {
    if (const auto place = store_.begin_release_elsewhere(object); place != nullptr) {
      end_object(object);
      return store_.template end_release<false>(place, reinterpret_cast<std::byte*>(object));
    }
  }
  if constexpr (traits::falls_back) {
    if (fallback_.remove(object)) {
      on_release(*object);
      drop(object);
      fallback_.free(object);
      return;
    }
  }
  if (store_.owns_slot(object)) detail::report_double_release(name(), object);
  detail::report_foreign_release(name(), object);
}

template <class T, class Store, class... Policies>
void basic_pool<T, Store, Policies...>::put_back(std::byte* slot) noexcept {
  if constexpr (traits::falls_back) {
    if (fallback_.remove(slot)) return fallback_.free(slot);
  }
  const auto place = store_.template begin_release<false>(slot);
  store_.template end_release<false>(place, slot);
}

template <class T, class Store, class... Policies>
void basic_pool<T, Store, Policies...>::drop(T* object) noexcept {
  if constexpr (traits::has_drop_hook) {
    const auto ask = [&](auto& hook) {
      if constexpr (drop_hook<std::remove_reference_t<decltype(hook)>, T>) hook.drop(*object);
    };
    std::apply([&](auto&... hook) { (ask(hook), ...); }, policies_);
  } else {
    std::destroy_at(object);
  }
}

template <class T, class Store, class... Policies>
template <class Hook>
void basic_pool<T, Store, Policies...>::on_acquire(Hook& hook, T& object) {
  if constexpr (acquire_hook<Hook, T>) hook.on_acquire(object);
}

template <class T, class Store, class... Policies>
void basic_pool<T, Store, Policies...>::on_release(T& object) noexcept {
  const auto ask = [&](auto& hook) {
    if constexpr (release_hook<std::remove_reference_t<decltype(hook)>, T>) hook.on_release(object);
  };
  std::apply([&](auto&... hook) { (ask(hook), ...); }, policies_);
}

template <class T, class Store, class... Policies>
bool basic_pool<T, Store, Policies...>::owns(const void* address) const noexcept {
  if constexpr (traits::falls_back) {
    if (fallback_.owns(address)) return true;
  }
  return store_.owns(address);
}

template <class T, class Store, class... Policies>
std::size_t basic_pool<T, Store, Policies...>::size() const noexcept {
  if constexpr (traits::falls_back) {
    return store_.size() + fallback_.size();
  } else {
    return store_.size();
  }
}

template <class T, class Store, class... Policies>
void basic_pool<T, Store, Policies...>::refuse(std::size_t wanted) const {
  if (store_.refused_bytes() != 0) store_.memory().refuse(store_.refused_bytes());
  if (Store::grows && wanted > store_.maximum() - store_.size()) {
    throw pool_maximum_exceeded(name(), maximum(), size(), wanted, traits::slot_bytes);
  }
  throw pool_exhausted(name(), capacity(), size(), wanted, traits::slot_bytes);
}

}  // namespace strata
