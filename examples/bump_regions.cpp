// One range, one pointer: memory that ends all at once.
#include <strata/adaptor/fixed_buffer.hpp>
#include <strata/arena/bump_region.hpp>
#include <strata/arena/guard_hits.hpp>
#include <strata/resource/scoped_block.hpp>

#include <cstdio>
#include <memory_resource>
#include <span>
#include <string>
#include <vector>

struct particle {
  float position[3];
  float speed[3];
};

// A policy of one's own: everything off but zeroing, and blocks for 32-byte vectors.
struct for_vectors : strata::bump_policies::high_performance {
  static constexpr std::size_t alignment = 32;
  static constexpr bool zeroing = true;
};

int main() {
  // Own pages, charged to an account of that name; reset between frames.
  strata::bump_region<> frame(1 << 20, {.name = "frame"});
  for (int i = 0; i < 3; ++i) {
    {
      std::pmr::vector<int> visible(&frame);
      for (int object = 0; object < 1000; ++object) visible.push_back(object);
      const std::span<particle> sparks = frame.make_array<particle>(100);
      sparks[0].speed[2] = 1.0F;
    }
    frame.reset();  // behind the vector, which gives its memory back when it ends
  }
  std::printf("a frame took up to %zu of %zu bytes\n", frame.peak(), frame.capacity());

  // What a function needs only meanwhile.
  {
    const strata::scoped_rewind meanwhile(frame);
    const strata::scoped_block line(frame, 200);
    std::snprintf(reinterpret_cast<char*>(line.data()), line.size(), "%zu used", frame.used());
  }

  // Over memory of the caller.
  alignas(32) std::byte memory[4096];
  strata::bump_region<for_vectors> samples(memory, "samples");
  auto* const wave = static_cast<float*>(samples.allocate_aligned<64>(64 * sizeof(float)));
  if (wave[63] != 0.0F) return 1;
  try {
    (void)samples.allocate(1 << 20);
  } catch (const strata::range_full& refusal) {
    std::puts(refusal.what());
  }

  // For tests: guards, canaries, zeroes, a lock, and a name when a guard is hit.
  if (!strata::diagnose_guard_hits()) return 1;
  strata::bump_region<strata::bump_policies::safety> checked(1 << 16, {.name = "checked"});
  checked.destroy(checked.make<std::string>("found, should somebody write beyond it"));
  checked.validate();

  // The least there is: an array and a pointer.
  strata::fixed_buffer<512> scratch;
  const std::pmr::string text("on the stack", &scratch);
  return scratch.owns(&text) ? 1 : 0;
}
