// A pool whose objects are found by keys, which may be stored anywhere, copied,
// written to files, and may outlive what they lead to. Also known as a slot map.
//
//   strata::keyed_pool<entity> entities({.name = "entities"});
//   strata::key<entity> hero = entities.insert("hero");
//   if (entity* found = entities.find(hero)) found->move();
//   entities.erase(hero);             // from now on find(hero) is nullptr, for ever
//   for (auto [key, each] : entities) each.draw();
//
// Objects do not move. Each key costs 16 bytes in a table beside the pool. A key is
// never made twice: where the generations of a table's entry are spent, the entry
// retires. With 32 bits that is after 4095 objects under one index; all keys of such
// a pool are spent after 2^32 inserts, and insert refuses then. With 64 bits nobody
// lives to see it.
//
// For one thread at a time, whatever the pool below.
#pragma once

#include <algorithm>
#include <concepts>
#include <cstddef>
#include <cstdint>
#include <iterator>
#include <memory>
#include <memory_resource>
#include <optional>
#include <utility>

#include <strata/account/account.hpp>
#include <strata/base/detail/diagnosis.hpp>
#include <strata/pool/detail/key_table.hpp>
#include <strata/pool/growing_pool.hpp>
#include <strata/pool/key.hpp>
#include <strata/pool/pool_concepts.hpp>
#include <strata/pool/pool_options.hpp>

namespace strata {

/// Owns its objects: erase, clear and the destructor end them. Objects may insert,
/// find and erase others in their constructors and destructors.
template <class T, class Key = key<T>, class Pool = growing_pool<T>>
requires std::same_as<typename Pool::value_type, T>
class keyed_pool {
 public:
  using value_type = T;
  using key_type = Key;
  using pool_type = Pool;

  /// An object and its key, as the iterators give them.
  template <class Value>
  struct item {
    Key key;
    Value& value;
  };

  template <class Value>
  class basic_iterator;
  using iterator = basic_iterator<T>;
  using const_iterator = basic_iterator<const T>;

  /// Effects: makes the pool; the table's memory comes from where the pool's does. It
  ///   is charged to an account "keys" below the pool's, if that has one.
  /// Throws: what the pool's constructor throws.
  explicit keyed_pool(const pool_options<T>& options = {})
      : pool_(options), table_(memory_beside(options.upstream), entries_max, Key::generation_max) {}

  /// Effects: makes the pool from `arguments`; the table's memory comes from `keys`.
  template <class... Arguments>
  requires std::constructible_from<Pool, Arguments...>
  explicit keyed_pool(std::pmr::memory_resource& keys, Arguments&&... arguments)
      : pool_(std::forward<Arguments>(arguments)...),
        table_({.name = {}, .limit = SIZE_MAX, .parent = nullptr, .upstream = &keys}, entries_max,
               Key::generation_max) {}

  keyed_pool(const keyed_pool&) = delete;
  keyed_pool& operator=(const keyed_pool&) = delete;
  ~keyed_pool() { clear(); }

  /// Returns: the key of a new object. No other object had it, nor will have it.
  /// Throws: what emplace of the pool throws; pool_exhausted when all keys are spent;
  ///   out_of_memory when the table cannot grow; what the constructor throws. Then
  ///   nothing has changed.
  /// Complexity: that of emplace; the table doubles now and then.
  template <class... Args>
  [[nodiscard]] Key insert(Args&&... args) {
    taken entry(table_);
    if (!entry) [[unlikely]] {
      table_.refuse(sizeof(T));
    }
    return entry.use(std::addressof(pool_.emplace(std::forward<Args>(args)...)));
  }

  /// Returns: as insert; the key of nothing where the pool or the table refuses.
  /// Throws: what the constructor throws.
  template <class... Args>
  [[nodiscard]] Key try_insert(Args&&... args) {
    taken entry(table_);
    if (!entry) return {};
    T* const object = pool_.try_emplace(std::forward<Args>(args)...);
    return object == nullptr ? Key{} : entry.use(object);
  }

  /// Returns: the object; nullptr when it was erased, and for the key of nothing.
  /// Complexity: constant: two comparisons.
  [[nodiscard]] T* find(Key key) noexcept {
    return static_cast<T*>(table_.find(key.index(), key.generation()));
  }
  [[nodiscard]] const T* find(Key key) const noexcept {
    return static_cast<const T*>(table_.find(key.index(), key.generation()));
  }
  [[nodiscard]] bool contains(Key key) const noexcept { return find(key) != nullptr; }

  /// Returns: the object.
  /// Requires: it was not erased. The program ends with a diagnosis otherwise.
  [[nodiscard]] T& at(Key key) noexcept {
    T* const object = find(key);
    if (object == nullptr) [[unlikely]] {
      detail::report_stale_key(key.index(), key.generation());
    }
    return *object;
  }
  [[nodiscard]] const T& at(Key key) const noexcept {
    return const_cast<keyed_pool&>(*this).at(key);
  }

  /// Effects: destroys the object. Its key leads to nothing before the destructor runs.
  /// Returns: whether there was one.
  bool erase(Key key) noexcept {
    T* const object = find(key);
    if (object == nullptr) return false;
    table_.free(key.index());
    pool_.release(object);
    return true;
  }

  /// Effects: erases everything. Keys of before stay stale.
  /// Complexity: linear in the keys ever in use at once.
  void clear() noexcept {
    for (std::uint32_t i = table_.next_in_use(0); i < table_.made();
         i = table_.next_in_use(i + 1)) {
      T* const object = static_cast<T*>(table_.object(i));
      table_.free(i);
      pool_.release(object);
    }
  }

  /// Effects: makes room for that many keys in all.
  /// Throws: as insert.
  void reserve_keys(std::size_t keys) {
    if (!table_.reserve(keys)) table_.refuse(sizeof(T));
  }

  [[nodiscard]] std::size_t size() const noexcept { return table_.live(); }
  [[nodiscard]] bool empty() const noexcept { return size() == 0; }
  /// Returns: how many indices have spent all their generations.
  [[nodiscard]] std::size_t retired() const noexcept { return table_.retired(); }

  /// Items by ascending index, which is the order of addresses as well where slots
  /// are reused last in, first out. Inserting and erasing, the object at hand too,
  /// leaves iterators valid; what is inserted meanwhile may be met or not.
  [[nodiscard]] iterator begin() noexcept { return iterator(table_); }
  [[nodiscard]] const_iterator begin() const noexcept { return const_iterator(table_); }
  [[nodiscard]] std::default_sentinel_t end() const noexcept { return {}; }

  /// Returns: the pool, to reserve, shrink and look into. Objects that it makes or
  ///   releases itself have no keys, and must not be those that have.
  [[nodiscard]] Pool& pool() noexcept { return pool_; }
  [[nodiscard]] const Pool& pool() const noexcept { return pool_; }

  /// Returns: whether the table agrees with itself and with the pool.
  [[nodiscard]] bool verify() const noexcept {
    return table_.invariant() && pool_.size() >= table_.live();
  }

 private:
  // The last index stays unused where it would be the table's mark for none.
  static constexpr std::size_t entries_max =
      std::min<std::size_t>(std::size_t{Key::index_max} + 1, detail::key_table::none);

  // An entry that goes back to the table unless it is put to use, so that a
  // constructor may throw, or insert others.
  class taken {
   public:
    explicit taken(detail::key_table& table) noexcept : table_(table), index_(table.take()) {}
    ~taken() {
      if (index_ != detail::key_table::none) table_.put_back(index_);
    }
    taken(const taken&) = delete;
    taken& operator=(const taken&) = delete;

    explicit operator bool() const noexcept { return index_ != detail::key_table::none; }

    Key use(T* object) noexcept {
      const std::uint32_t index = std::exchange(index_, detail::key_table::none);
      return Key(index, table_.use(index, object));
    }

   private:
    detail::key_table& table_;
    std::uint32_t index_;
  };

  detail::pool_memory_options memory_beside(std::pmr::memory_resource* upstream) {
    detail::pool_memory_options memory{
        .name = {}, .limit = SIZE_MAX, .parent = nullptr, .upstream = upstream};
    if constexpr (requires { pool_.account(); }) {
      parent_ = pool_.account();
      if (parent_) memory = {"keys", SIZE_MAX, &*parent_, upstream};
    }
    return memory;
  }

  Pool pool_;
  std::optional<strata::account> parent_;  // of the account of the table
  detail::key_table table_;
};

template <class T, class Key, class Pool>
requires std::same_as<typename Pool::value_type, T>
template <class Value>
class keyed_pool<T, Key, Pool>::basic_iterator {
 public:
  using iterator_concept = std::forward_iterator_tag;
  using value_type = item<Value>;
  using difference_type = std::ptrdiff_t;

  basic_iterator() noexcept = default;

  [[nodiscard]] item<Value> operator*() const noexcept {
    return {Key(index_, table_->generation(index_)), *static_cast<T*>(table_->object(index_))};
  }
  basic_iterator& operator++() noexcept {
    index_ = table_->next_in_use(index_ + 1);
    return *this;
  }
  basic_iterator operator++(int) noexcept {  // NOLINT(cert-dcl21-cpp): const keeps from moving
    basic_iterator before = *this;
    ++*this;
    return before;
  }

  [[nodiscard]] bool operator==(const basic_iterator& other) const noexcept {
    return index_ == other.index_;
  }
  [[nodiscard]] bool operator==(std::default_sentinel_t) const noexcept {
    return index_ >= table_->made();
  }

 private:
  friend class keyed_pool;
  explicit basic_iterator(const detail::key_table& table) noexcept
      : table_(&table), index_(table.next_in_use(0)) {}

  const detail::key_table* table_ = nullptr;
  std::uint32_t index_ = 0;
};

}  // namespace strata
