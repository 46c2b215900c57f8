// Which options of bands contradict each other; see strata/stack/band_options.hpp.
#include <strata/stack/band_options.hpp>

#include <strata/stack/detail/bands.hpp>

#include <bit>

#include "base/base.hpp"

namespace strata {
namespace {

using problem = band_config_problem;
using result = std::optional<band_config_error>;
using why = base::text<128>;

result check_one(std::string_view option, std::size_t bytes, std::size_t least,
                 std::size_t most) noexcept {
  const auto error = [&](problem what, std::string_view relation, std::size_t than) {
    const why words = why().add_decimal(bytes).add(relation).add_decimal(than);
    return band_config_error(what, option, words.view());
  };
  if (bytes < least) return error(problem::band_too_small, " is less than ", least);
  if (bytes > most) return error(problem::band_too_large, " is more than ", most);
  if (!std::has_single_bit(bytes)) {
    return error(problem::no_power_of_two, " is no power of two; the next one is ",
                 std::bit_ceil(bytes));
  }
  return {};
}

// What the two kinds of options have in common.
template <class Options>
result check_bands(const Options& o) noexcept {
  constexpr std::size_t least = Options::band_bytes_least;
  constexpr std::size_t most = Options::band_bytes_most;
  if (result found = check_one("band_bytes_min", o.band_bytes_min, least, most)) return found;
  if (result found = check_one("band_bytes_max", o.band_bytes_max, least, most)) return found;
  if (o.band_bytes_min > o.band_bytes_max) {
    return band_config_error(problem::bands_in_disorder, "band_bytes_min",
                             why()
                                 .add_decimal(o.band_bytes_min)
                                 .add(" is more than band_bytes_max, ")
                                 .add_decimal(o.band_bytes_max)
                                 .view());
  }
  if (o.band_bytes_max >> (bands_max - 1) > o.band_bytes_min) {
    return band_config_error(problem::too_many_bands, "band_bytes_max",
                             why()
                                 .add_decimal(o.band_bytes_max)
                                 .add(" is more than 32768 times band_bytes_min, ")
                                 .add_decimal(o.band_bytes_min)
                                 .view());
  }
  return {};
}

template <class Options>
detail::bands_options bands_of(const Options& given, std::string_view default_name,
                               bool head_inside) {
  const Options& o = detail::valid(given);
  return {.name = o.name.empty() ? default_name : o.name,
          .limit = o.limit,
          .parent = o.parent,
          .upstream = o.upstream,
          .charges = !o.name.empty() || o.limit != SIZE_MAX || o.parent != nullptr,
          .least = o.band_bytes_min,
          .most = o.band_bytes_max,
          .idle_bytes = o.idle_bytes,
          .head_inside = head_inside};
}

}  // namespace

result check(const fiber_arenas_options& options) noexcept { return check_bands(options); }
result check(const message_pool_options& options) noexcept { return check_bands(options); }

namespace detail {

bands_options bands_for(const fiber_arenas_options& options, void (*end_attached)(void*) noexcept) {
  bands_options found = bands_of(options, "fiber arenas", true);
  found.end_attached = end_attached;
  return found;
}
bands_options bands_for(const message_pool_options& options) {
  return bands_of(options, "messages", false);
}

}  // namespace detail
}  // namespace strata
