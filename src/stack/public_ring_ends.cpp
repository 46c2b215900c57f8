// What the ends of a message ring do rarely: attach, sleep, look for each other; see
// strata/stack/message_writer.hpp and strata/stack/message_reader.hpp.
#include <strata/stack/message_reader.hpp>
#include <strata/stack/message_writer.hpp>

#include <algorithm>
#include <new>
#include <thread>

#include "os/os.hpp"

namespace strata {
namespace detail {

// Nobody is woken by a process that died between its message and the call that wakes;
// so no sleep is longer.
constexpr std::uint64_t sleep_ns_max = 100'000'000;

ring_claim::ring_claim(int file) noexcept : opening_(os::open_again(file)) {}

ring_claim::~ring_claim() {
  if (opened()) os::close_file(opening_);
}

bool ring_claim::take(std::uint64_t number) const noexcept { return os::claim(opening_, number); }

bool ring_claim::taken_by_another(std::uint64_t number) const noexcept {
  return os::claimed_by_another(opening_, number);
}

void wake_sleeper(std::atomic<std::uint32_t>& word) noexcept {
  if (word.exchange(0, std::memory_order_relaxed) != 0) os::wake_shared(word);
}

ring_sleep::ring_sleep(std::atomic<std::uint32_t>* word, std::chrono::nanoseconds timeout) noexcept
    : word_(word), deadline_(os::platform::monotonic_ns()) {
  const auto wanted = static_cast<std::uint64_t>(std::max<std::int64_t>(timeout.count(), 0));
  deadline_ += std::min(wanted, UINT64_MAX - deadline_);
}

ring_sleep::~ring_sleep() {
  if (word_ != nullptr) word_->store(0, std::memory_order_relaxed);
}

void ring_sleep::prepare() noexcept {
  if (word_ == nullptr) return;
  word_->store(1, std::memory_order_relaxed);
  std::atomic_thread_fence(std::memory_order_seq_cst);
}

bool ring_sleep::sleep() noexcept {
  const std::uint64_t now = os::platform::monotonic_ns();
  if (now >= deadline_) return false;
  if (word_ == nullptr) {
    std::this_thread::yield();
  } else {
    os::wait_shared(*word_, 1, std::min(deadline_ - now, sleep_ns_max));
  }
  return true;
}

}  // namespace detail

// -- Writing --------------------------------------------------------------------------

attached<message_writer> message_writer::attach(const shared_region& region,
                                                offset_ptr<message_ring> at) noexcept {
  attached<detail::ring_place> place = detail::ring_place::find(region, at);
  if (!place) return place.error();
  attach_problem problem = attach_problem::taken;
  for (std::size_t i = 0; i < place->writers; ++i) {
    detail::ring_claim claim(region.file());
    if (!claim.opened()) return attach_error(attach_problem::refused, 0, 0);
    if (!claim.take(place->claim_of_writer(i))) continue;
    const detail::lane_writer lane(place->lane(i));
    if (!lane.damaged()) return message_writer(*place, std::move(claim), lane);
    problem = attach_problem::wrong_positions;
  }
  return attach_error(problem, 0, 0);
}

bool message_writer::wait_for_room(std::size_t bytes, std::chrono::nanoseconds timeout) noexcept {
  if (bytes > message_max()) return false;
  const auto has_room = [&] { return lane_.reserve(bytes) != nullptr; };
  if (has_room()) return true;
  detail::ring_sleep rest(sleepers_ ? &lane_.place().header->writer_sleeps : nullptr, timeout);
  do {
    rest.prepare();
    if (has_room()) return true;
  } while (!damaged() && rest.sleep());
  return has_room();
}

// -- Reading --------------------------------------------------------------------------

attached<message_reader> message_reader::attach(const shared_region& region,
                                                offset_ptr<message_ring> at) noexcept {
  attached<detail::ring_place> place = detail::ring_place::find(region, at);
  if (!place) return place.error();
  detail::ring_claim claim(region.file());
  if (!claim.opened()) return attach_error(attach_problem::refused, 0, 0);
  if (!claim.take(place->claim_of_reader())) return attach_error(attach_problem::taken, 0, 0);
  std::unique_ptr<detail::lane_reader[]> lanes(new (std::nothrow)
                                                   detail::lane_reader[place->writers]);
  if (lanes == nullptr) return attach_error(attach_problem::refused, 0, 0);
  for (std::size_t i = 0; i < place->writers; ++i) {
    lanes[i] = detail::lane_reader(place->lane(i));
  }
  return message_reader(*place, std::move(claim), std::move(lanes));
}

bool message_reader::wait(std::chrono::nanoseconds timeout) noexcept {
  if (front().data() != nullptr) return true;
  detail::ring_sleep rest(place_.sleepers ? &place_.ring->reader_sleeps : nullptr, timeout);
  do {
    rest.prepare();
    if (front().data() != nullptr) return true;
  } while (rest.sleep());
  return front().data() != nullptr;
}

std::size_t message_reader::writers() const noexcept {
  std::size_t found = 0;
  for (std::size_t i = 0; i < place_.writers; ++i) {
    if (claim_.taken_by_another(place_.claim_of_writer(i))) ++found;
  }
  return found;
}

std::size_t message_reader::damaged_lanes() const noexcept {
  return static_cast<std::size_t>(
      std::count_if(lanes_.get(), lanes_.get() + place_.writers,
                    [](const detail::lane_reader& lane) { return lane.damaged(); }));
}

}  // namespace strata
