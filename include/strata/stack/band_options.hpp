// What fiber arenas and message pools are made from, and what can be wrong with it.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory_resource>
#include <optional>
#include <string_view>

#include <strata/account/account.hpp>
#include <strata/base/config_error.hpp>

namespace strata {

/// Memory in size bands, each twice as large as the one before. Every member may be
/// left out. All sizes are bytes.
struct fiber_arenas_options {
  static constexpr std::size_t band_bytes_least = 2048;
  static constexpr std::size_t band_bytes_most = std::size_t{16} << 20;

  std::string_view name = {};       ///< of the account; copied, cut to 63 bytes
  std::size_t limit = SIZE_MAX;     ///< of all arenas, idle ones included; SIZE_MAX: none
  const account* parent = nullptr;  ///< of its account; nullptr: the root
  /// Where memory comes from; nullptr: pages of its own. Over an upstream, an account
  /// is charged only if `name`, `limit` or `parent` is given; then the same bytes stand
  /// in the upstream's account too. That of a pool for any thread is called by several
  /// threads at once.
  std::pmr::memory_resource* upstream = nullptr;
  std::size_t band_bytes_min = 4096;    ///< first chunk of the smallest arenas; a power of two
  std::size_t band_bytes_max = 65'536;  ///< of the largest; a power of two
  std::size_t idle_bytes = std::size_t{64} << 20;  ///< what may wait for use
};

/// The same for message buffers, whose sizes are those of the messages.
struct message_pool_options {
  static constexpr std::size_t band_bytes_least = 64;
  static constexpr std::size_t band_bytes_most = std::size_t{16} << 20;

  std::string_view name = {};       ///< of the account; copied, cut to 63 bytes
  std::size_t limit = SIZE_MAX;     ///< of all buffers, idle ones included; SIZE_MAX: none
  const account* parent = nullptr;  ///< of its account; nullptr: the root
  std::pmr::memory_resource* upstream = nullptr;   ///< as that of fiber_arenas_options
  std::size_t band_bytes_min = 256;                ///< smallest capacity; a power of two
  std::size_t band_bytes_max = 65'536;             ///< largest in a band; a power of two
  std::size_t idle_bytes = std::size_t{16} << 20;  ///< what may wait for use
};

/// What is wrong with the bands.
enum class band_config_problem {
  band_too_small,     ///< smaller than the least that is possible
  band_too_large,     ///< larger than the most
  no_power_of_two,    ///< not twice as large as any other
  bands_in_disorder,  ///< the smallest is larger than the largest
  too_many_bands,     ///< more than bands_max
};

using band_config_error = config_error<band_config_problem>;
using invalid_band_config = invalid_config<band_config_problem>;

/// Returns: the first contradiction; nothing when there is none.
[[nodiscard]] std::optional<band_config_error> check(const fiber_arenas_options& options) noexcept;
[[nodiscard]] std::optional<band_config_error> check(const message_pool_options& options) noexcept;

}  // namespace strata
