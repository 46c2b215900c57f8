// A heap of counted objects, for one thread: as the runtime of a language embeds it.
//
//   strata::object_heap<> heap({.name = "interpreter", .limit = 1 << 30});
//   strata::ref<cons> pair = heap.make<cons>(first, rest);
//
// Objects have a header of 16 bytes, and lie in free lists by size, in front of chunks
// of 64 KiB; making one and dropping the last reference to it are a handful of
// instructions. What dies while another object ends waits for it, so that a list of any
// length and a tree of any depth end in one frame of the stack; step_objects bounds how
// many do so at once. More: docs/guide/objects.md.
#pragma once

#include <algorithm>
#include <concepts>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <type_traits>
#include <utility>
#include <vector>

#include <strata/account/account.hpp>
#include <strata/base/detail/construct.hpp>
#include <strata/base/detail/make_objects.hpp>
#include <strata/object/counting.hpp>
#include <strata/object/detail/object_core.hpp>
#include <strata/object/object_array.hpp>
#include <strata/object/object_heap_options.hpp>
#include <strata/object/object_type_of.hpp>
#include <strata/object/ref.hpp>

namespace strata {

/// One thread at a time, the owner, makes objects and calls the members: the one that
/// made the heap, until another one adopts it. References may be on other threads with
/// atomic_counting and biased_counting; objects whose last reference they drop end on the
/// owner's, when it next makes an object, drops a last reference or calls step.
template <counting_policy Counting = plain_counting>
class object_heap {
 public:
  using counting_type = Counting;
  template <class T>
  using ref_to = ref<T, Counting>;

  /// Effects: makes an empty heap.
  /// Throws: out_of_memory if the system refuses memory for the account.
  explicit object_heap(const object_heap_options& options = {}) : core_(Counting::kind, options) {}

  /// Effects: ends what waits to end, and gives all memory back. Immortal objects end
  ///   without `drop`.
  /// Requires: no other object lives, unless the options say that they are discarded;
  ///   the program ends with a diagnosis when one does.
  ~object_heap() = default;

  object_heap(const object_heap&) = delete;
  object_heap& operator=(const object_heap&) = delete;

  // -- Objects -----------------------------------------------------------------------

  /// Returns: the first reference to a new object.
  /// Throws: out_of_memory, which names the heap, if the limit, the system or the
  ///   upstream refuses; what the constructor throws.
  /// Complexity: constant, and no call, as long as there are free blocks of that size.
  template <class T, class... Args>
  [[nodiscard]] ref<T, Counting> make(Args&&... args) {
    return make_in<T>(obtain<T>(), std::forward<Args>(args)...);
  }

  /// Returns: as make; an empty reference where memory is refused.
  /// Throws: what the constructor throws.
  template <class T, class... Args>
  [[nodiscard]] ref<T, Counting> try_make(Args&&... args) {
    object_header* const header = take<T>();
    if (header == nullptr) return nullptr;
    return make_in<T>(*header, std::forward<Args>(args)...);
  }

  /// Returns: as make, with so many bytes behind the T, which object_size() has to count in.
  template <class T, class... Args>
  requires detail::sized_object<T>
  [[nodiscard]] ref<T, Counting> make_sized(std::size_t more_bytes, Args&&... args) {
    const bool fits = more_bytes <= PTRDIFF_MAX;
    return make_in<T>(obtain_bytes(fits ? sizeof(T) + more_bytes : SIZE_MAX, alignment_of<T>),
                      std::forward<Args>(args)...);
  }

  /// Returns: an object of `count` elements, value-initialised. As make.
  template <class T>
  [[nodiscard]] ref<object_array<T>, Counting> make_array(std::size_t count) {
    using array = object_array<T>;
    return make_sized<array>(detail::bytes_of<T>(count), count);
  }

  /// Returns: an object of a type that is known at run time, with one reference and
  ///   unwritten but for the header; nullptr where memory is refused.
  /// Requires: `bytes` is what the type says the object has.
  [[nodiscard]] void* try_allocate(const object_type& type, std::size_t bytes) noexcept {
    return core_.try_allocate(type, bytes);
  }
  [[nodiscard]] void* try_allocate(const object_type& type) noexcept {
    return core_.try_allocate(type, type.size);
  }

  // -- Ends --------------------------------------------------------------------------

  /// Effects: ends up to so many objects that wait to end, those that other threads sent
  ///   included. Does nothing while an object ends.
  /// Returns: how many wait still.
  std::size_t step(std::size_t objects_max = SIZE_MAX) noexcept {
    core_.take_mail();
    core_.drain(objects_max);
    return core_.pending();
  }

  /// Returns: how many dead objects wait to end.
  [[nodiscard]] std::size_t pending() const noexcept { return core_.pending(); }

  /// Effects: ends all objects at once, without `drop` or `finalise`, and gives their
  ///   memory back.
  /// Requires: nobody uses a reference to any of them again, not even to drop it; no
  ///   object is ending or being made; the heap has no cycle collector.
  void clear() noexcept { core_.clear(); }

  /// Effects: gives chunks without objects back.
  /// Requires: no object of the heap is being made.
  /// Returns: how many bytes.
  /// Complexity: linear in blocks.
  std::size_t purge() noexcept { return core_.purge(); }

  /// Effects: the calling thread is the owner now.
  /// Requires: what the last owner did with the heap happened before. With threaded
  ///   counting, no thread used a reference between the end of its thread and this.
  void adopt() noexcept { core_.adopt(); }

  // -- What it holds -------------------------------------------------------------------

  /// Effects: calls `visitor(object_header&)` for each live object, in no order. It must
  ///   not make objects, or drop references.
  template <std::invocable<object_header&> Visitor>
  void for_each(Visitor&& visitor) const {
    core_.for_each([&](object_header& header) {
      if ((detail::flags_of(header) & object_ending) == 0) visitor(header);
    });
  }

  /// Complexity: linear in blocks, as for the next one: making and dropping count nothing.
  [[nodiscard]] object_heap_statistics statistics() const noexcept { return core_.statistics(); }

  /// Returns: how many objects of each type live, the type with the most bytes first.
  [[nodiscard]] std::vector<object_type_statistics> types() const { return core_.types(); }

  /// Returns: the account that is charged; nothing over an upstream without one.
  [[nodiscard]] std::optional<strata::account> account() const { return core_.memory().account(); }

  /// Returns: what collectors and bindings build on.
  [[nodiscard]] detail::object_core& core() noexcept { return core_; }

 private:
  template <class T>
  static constexpr std::size_t alignment_of = std::max(alignof(T), object_alignment_least);

  template <class T>
  [[nodiscard, gnu::always_inline]] object_header* take() noexcept {
    constexpr std::size_t index = detail::object_class_for(sizeof(T), alignment_of<T>);
    return core_.take(index, sizeof(T), alignment_of<T>);
  }

  template <class T>
  [[nodiscard, gnu::always_inline]] object_header& obtain() {
    object_header* const header = take<T>();
    if (header == nullptr) [[unlikely]] {
      core_.refuse(sizeof(T));
    }
    return *header;
  }

  [[nodiscard]] object_header& obtain_bytes(std::size_t bytes, std::size_t alignment) {
    object_header* const header =
        core_.take(detail::object_class_for(bytes, alignment), bytes, alignment);
    if (header == nullptr) core_.refuse(bytes);
    return *header;
  }

  // The block counts as free, for whoever walks, until the object has its type.
  template <class T, class... Args>
  [[gnu::always_inline]] ref<T, Counting> make_in(object_header& header, Args&&... args) {
    T* object = nullptr;
    if constexpr (detail::makes_nothrow<T, Args...>) {
      object = detail::construct<T>(object_of(header), std::forward<Args>(args)...);
    } else {
      unmade_block block{&header};
      object = detail::construct<T>(object_of(header), std::forward<Args>(args)...);
      block.header = nullptr;
    }
    header.type = &object_type_of<T>;
    return ref<T, Counting>::adopt(object);
  }

  struct unmade_block {
    object_header* header;
    ~unmade_block() {
      if (header != nullptr) detail::object_core::release(*header);
    }
  };

  detail::object_core core_;
};

}  // namespace strata
