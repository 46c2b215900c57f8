// Particles: a fixed number of slots, and the effect is cut short rather than slow.
#include <strata/pool/fixed_pool.hpp>

#include <array>
#include <cstdio>
#include <variant>

namespace {

struct particle {
  float height;
  float speed;
};

using particle_pool = strata::fixed_pool<particle, strata::bitmap_slots>;

// As many as there is room for; nullptr says when there is none.
int burst(particle_pool& particles, int wanted) {
  int made = 0;
  while (made < wanted && particles.try_emplace(0.0f, 5.0f) != nullptr) ++made;
  return made;
}

void fall(particle_pool& particles) {
  particles.for_each([&](particle& each) {
    each.height += each.speed;
    each.speed -= 1.0f;
    if (each.height <= 0) particles.release(&each);
  });
}

}  // namespace

int main() {
  // The number may come from a file; a contradiction is a value that says why.
  auto options = strata::pool_builder<particle_pool>().name("sparks").capacity(0).build();
  if (const auto* error = std::get_if<strata::pool_config_error>(&options)) {
    std::puts(error->what());
    options = strata::pool_builder<particle_pool>().name("sparks").capacity(500).build();
  }
  particle_pool particles(std::get<0>(options));

  int made = 0;
  for (int frame = 0; frame < 30; ++frame) {
    made += burst(particles, 60);
    fall(particles);
  }
  std::printf("%d of 1800 made, %zu of %zu live\n", made, particles.size(), particles.capacity());

  // All or nothing.
  std::array<particle*, 100> ring{};
  std::puts(particles.try_allocate_batch(ring) ? "a ring" : "no room for a ring");
  particles.clear();
  std::puts(particles.try_allocate_batch(ring) ? "a ring" : "no room for a ring");
  return 0;
}
