// All memory of a scheduler's fibers under one account: stacks, arenas and messages, made
// from one configuration and looked at in one snapshot.
//
//   strata::fiber_memory memory({.name = "server", .limit = std::size_t{1} << 30});
//   strata::stack stack = memory.stacks().get();           // when a fiber begins
//   strata::fiber_arena own = memory.arenas().get(8000);
//   strata::message_buffer out = memory.messages().get(1500);
//   memory.tick();                                         // in the idle loop
//   strata::write_text(std::cerr, memory.statistics());
#pragma once

#include <cstddef>
#include <optional>

#include <strata/account/account.hpp>
#include <strata/base/sharing.hpp>
#include <strata/stack/detail/fiber_log.hpp>
#include <strata/stack/fiber_arenas.hpp>
#include <strata/stack/fiber_memory_config.hpp>
#include <strata/stack/fiber_memory_statistics.hpp>
#include <strata/stack/message_pool.hpp>
#include <strata/stack/stack_pool.hpp>

namespace strata {

/// `Sharing` is that of its parts: one_thread or any_thread. tick, statistics and the end
/// are for one thread at a time in both.
template <class Sharing = one_thread>
class basic_fiber_memory {
 public:
  /// Throws: invalid_fiber_config when the configuration contradicts itself;
  ///   out_of_memory when the system or the account refuses.
  explicit basic_fiber_memory(const fiber_memory_config& config = {});

  /// Requires: nothing of it is in use. The program ends with a diagnosis else.
  ~basic_fiber_memory();

  basic_fiber_memory(const basic_fiber_memory&) = delete;
  basic_fiber_memory& operator=(const basic_fiber_memory&) = delete;

  [[nodiscard]] basic_stack_pool<Sharing>& stacks() noexcept { return stacks_; }
  [[nodiscard]] basic_fiber_arenas<Sharing>& arenas() noexcept { return arenas_; }
  [[nodiscard]] basic_message_pool<Sharing>& messages() noexcept { return messages_; }

  /// Effects: what stack_pool::tick does, messages that ended wait for use, and what the
  ///   log level asks for is said. For the idle loop of a scheduler.
  /// Returns: how many stacks gave all their pages back.
  std::size_t tick() noexcept;

  /// Effects: that of trim, of all parts.
  /// Returns: how many bytes fewer are charged.
  std::size_t trim() noexcept;

  /// Effects: messages that ended wait for use, and so count as idle.
  /// Returns: the figures of now.
  [[nodiscard]] fiber_memory_statistics statistics() noexcept;

  /// Returns: the account of the whole.
  [[nodiscard]] strata::account account() const { return account_; }

  /// Returns: the first contradiction in the configuration; nothing when there is none.
  [[nodiscard]] static std::optional<fiber_config_error> check(
      const fiber_memory_config& config) noexcept {
    return strata::check(config);
  }

 private:
  detail::fiber_log log_;
  strata::account account_;
  basic_stack_pool<Sharing> stacks_;
  basic_fiber_arenas<Sharing> arenas_;
  basic_message_pool<Sharing> messages_;
};

/// For one thread at a time: a scheduler with a thread of its own.
using fiber_memory = basic_fiber_memory<one_thread>;

/// For any thread: fibers that move between threads.
using shared_fiber_memory = basic_fiber_memory<any_thread>;

template <class Sharing>
basic_fiber_memory<Sharing>::basic_fiber_memory(const fiber_memory_config& config)
    : log_(detail::valid(config)),
      account_({.name = config.name.empty() ? "fiber memory" : config.name,
                .limit = config.limit,
                .parent = config.parent}),
      stacks_(detail::part_of(config.stacks, "stacks", account_)),
      arenas_(detail::part_of(config.arenas, "fiber arenas", account_)),
      messages_(detail::part_of(config.messages, "messages", account_)) {
  if (log_.says(fiber_log_level::info)) log_.figures("begin;", statistics());
}

template <class Sharing>
basic_fiber_memory<Sharing>::~basic_fiber_memory() {
  if (log_.says(fiber_log_level::info)) log_.figures("end;", statistics());
}

template <class Sharing>
std::size_t basic_fiber_memory<Sharing>::tick() noexcept {
  const std::size_t returned = stacks_.tick();
  messages_.collect();
  if (log_.says(fiber_log_level::warnings)) log_.tick(statistics(), returned != 0);
  return returned;
}

template <class Sharing>
std::size_t basic_fiber_memory<Sharing>::trim() noexcept {
  const std::size_t before = account_.usage();
  stacks_.trim();
  arenas_.trim();
  messages_.trim();
  const std::size_t after = account_.usage();
  return before > after ? before - after : 0;
}

template <class Sharing>
fiber_memory_statistics basic_fiber_memory<Sharing>::statistics() noexcept {
  return {.name = account_.name(),
          .held_bytes = account_.usage(),
          .peak_bytes = account_.peak(),
          .limit = account_.limit(),
          .stacks = stacks_.statistics(),
          .arenas = arenas_.statistics(),
          .messages = messages_.statistics()};
}

}  // namespace strata
