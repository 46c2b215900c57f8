// The entities of a game: made and released all the time, visited every frame.
#include <strata/growing_pool.hpp>

#include <cstdio>
#include <iostream>
#include <new>

namespace {

struct entity {
  float x;
  float speed;
  int health;
};

using entity_pool = strata::growing_pool<entity, strata::with_statistics>;

void spawn_wave(entity_pool& entities, int count) {
  for (int i = 0; i < count; ++i) {
    entities.emplace(0.0f, 1.0f + static_cast<float>(i % 7), 100);
  }
}

void step(entity_pool& entities) {
  // By address, so that memory streams; releasing what one visits is fine.
  entities.for_each([&](entity& each) {
    each.x += each.speed;
    each.health -= static_cast<int>(each.speed) * 10;
    if (each.health <= 0) entities.release(&each);
  });
}

bool play() {
  entity_pool entities({.name = "entities", .maximum = 10'000});
  spawn_wave(entities, 3000);
  for (int frame = 0; frame < 12; ++frame) {
    step(entities);
    spawn_wave(entities, 100);
  }

  float furthest = 0;
  for (const entity& each : entities) furthest = each.x > furthest ? each.x : furthest;
  std::printf("%zu live, the furthest at %.0f\n", entities.size(), static_cast<double>(furthest));

  // What the rush needed goes back to the system.
  const std::size_t before = entities.capacity();
  entities.shrink_to_fit();
  std::printf("%zu slots, then %zu\n", before, entities.capacity());
  strata::write_line(std::cout, entities.statistics());

  try {
    entities.reserve(20'000);
  } catch (const strata::pool_maximum_exceeded& refused) {
    std::puts(refused.what());
  }
  return entities.verify();
}

}  // namespace

int main() {
  try {
    return play() ? 0 : 1;
  } catch (const std::bad_alloc& refused) {
    std::puts(refused.what());
    return 1;
  } catch (const strata::invalid_pool_config& wrong) {
    std::puts(wrong.what());
    return 1;
  }
}
