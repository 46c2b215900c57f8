// Where message buffers come from and return to, in size bands.
//
//   strata::message_pool messages({.name = "packets", .limit = 64 << 20});
//   strata::message_buffer packet = messages.get(1500);
//
// What buffers are: strata/stack/message_buffer.hpp. They may end on any thread and then wait
// in a list, from which the next get takes them: who gets needs no lock for it, and who
// ends a message needs one atomic exchange.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <mutex>
#include <optional>
#include <utility>

#include <strata/account/account.hpp>
#include <strata/base/error.hpp>
#include <strata/base/sharing.hpp>
#include <strata/stack/band_options.hpp>
#include <strata/stack/band_statistics.hpp>
#include <strata/stack/detail/band_source.hpp>
#include <strata/stack/detail/message_home.hpp>
#include <strata/stack/message_buffer.hpp>

namespace strata {

/// `Sharing` is one_thread or any_thread: who may call the pool's functions at once.
/// Messages may end, and slices be copied, on any thread in both.
template <class Sharing = one_thread>
class basic_message_pool {
 public:
  /// Effects: makes an account, and no buffer yet.
  /// Throws: invalid_band_config when the options contradict themselves; out_of_memory
  ///   if the system refuses memory for the account.
  explicit basic_message_pool(const message_pool_options& options = {})
      : source_(detail::bands_for(options)) {}

  /// Requires: every message has ended. The program ends with a diagnosis when one has
  ///   not.
  ~basic_message_pool() {
    collect();
    if (const std::size_t live = source_.all.active(); live != 0) [[unlikely]]
      detail::report_messages_in_use(source_.all.name(), live);
  }

  basic_message_pool(const basic_message_pool&) = delete;
  basic_message_pool& operator=(const basic_message_pool&) = delete;

  /// Returns: a buffer of `bytes` bytes with whatever contents, aligned to 64, and the
  ///   capacity of its band. One that is larger than all bands has memory of its own.
  /// Throws: out_of_memory, which names the account, when a limit, the system or the
  ///   upstream refuses.
  /// Complexity: linear in messages that ended since the last call; and that of the
  ///   upstream while no buffer of the band is free.
  [[nodiscard]] message_buffer get(std::size_t bytes) {
    message_buffer got = try_get(bytes);
    if (!got) [[unlikely]]
      throw out_of_memory(source_.all.name(), bytes);
    return got;
  }

  /// Returns: what get returns; no message where it throws.
  [[nodiscard]] message_buffer try_get(std::size_t bytes) noexcept {
    detail::band_block* const block = take(bytes);
    if (block == nullptr) [[unlikely]]
      return refuse();
    home_.adopt(*block);
    return message_buffer({block, block->payload(), bytes});
  }

  /// Returns: the message to write: as it is when the slice is the only one, else a copy
  ///   of the slice's bytes in a buffer of this pool; nothing of nothing.
  /// Throws: as get; the slice stays then.
  [[nodiscard]] message_buffer unshare(message_slice&& shared) {
    if (shared.is_unique() || !shared) return std::move(shared).try_unique();
    message_buffer copy = get(shared.size());
    std::copy_n(shared.data(), shared.size(), copy.data());
    shared = {};
    return copy;
  }

  /// Effects: gives back the groups of blocks of which no message uses one.
  /// Returns: how many bytes that was.
  std::size_t trim() noexcept {
    collect();
    return source_.trim();
  }

  /// Effects: messages that ended wait for use from now on; large ones go back.
  void collect() noexcept {
    if (detail::band_block* const ended = home_.take_all()) give_all(ended);
  }

  /// Effects: as collect, so that what ended counts as idle.
  /// Returns: the figures of now: what is active are messages.
  [[nodiscard]] bands_statistics statistics() noexcept;

  /// Returns: the account that is charged; nothing over an upstream without one.
  [[nodiscard]] std::optional<strata::account> account() const { return source_.all.account(); }

  /// Returns: the first contradiction in the options; nothing when there is none.
  [[nodiscard]] static std::optional<band_config_error> check(
      const message_pool_options& options) noexcept {
    return strata::check(options);
  }

 private:
  // Of the messages that ended, the last serves at once if it is of the right band.
  [[nodiscard]] detail::band_block* take(std::size_t bytes) noexcept {
    detail::band_block* const ended = home_.take_all();
    if (ended == nullptr) return source_.take(bytes);
    const std::size_t band = source_.all.index_for(bytes);
    const bool fits = ended->group->band == band && band != source_.all.count();
    if (detail::band_block* const others = fits ? ended->next : ended) give_all(others);
    return fits ? ended : source_.take(bytes);
  }

  void give_all(detail::band_block* ended) noexcept {
    detail::band_group* groups = nullptr;
    {
      const std::lock_guard guard(source_.lock);
      while (ended != nullptr) {
        detail::band_group* const group = source_.all.give(*std::exchange(ended, ended->next));
        if (group != nullptr) [[unlikely]]
          group->next = std::exchange(groups, group);
      }
    }
    if (groups != nullptr) [[unlikely]]
      source_.all.end(groups);
  }

  [[gnu::cold, gnu::noinline]] message_buffer refuse() noexcept {
    const std::lock_guard guard(source_.lock);
    ++refused_;
    return {};
  }

  detail::band_source<Sharing> source_;
  std::uint64_t refused_ = 0;
  detail::message_home home_;
};

/// For one thread at a time that gets buffers: each scheduler has a pool of its own.
using message_pool = basic_message_pool<one_thread>;

/// For any thread.
using shared_message_pool = basic_message_pool<any_thread>;

template <class Sharing>
bands_statistics basic_message_pool<Sharing>::statistics() noexcept {
  collect();
  const std::lock_guard guard(source_.lock);
  bands_statistics now = source_.all.statistics();
  now.active = source_.all.active();
  now.peak = source_.all.peak();
  now.refused = refused_;
  return now;
}

}  // namespace strata
