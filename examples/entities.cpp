// The entities of a game: made and ended all the time, visited every frame, and known
// to each other by keys, which tell when the other one is gone.
#include <strata/pool/growing_pool.hpp>
#include <strata/pool/keyed_pool.hpp>

#include <cstdio>
#include <iostream>
#include <new>

namespace {

struct entity {
  float x = 0;
  float speed = 1;
  int health = 100;
  strata::key<entity> prey{};  // whom it follows, if anybody
};

using entity_pool = strata::growing_pool<entity, strata::with_statistics>;
using world = strata::keyed_pool<entity, strata::key<entity>, entity_pool>;

// Each follows the one before.
void spawn_wave(world& entities, int count) {
  strata::key<entity> leader{};
  for (int i = 0; i < count; ++i) {
    const float speed = 1.0f + static_cast<float>(i % 7);
    leader = entities.insert(entity{.speed = speed, .prey = leader});
  }
}

void step(world& entities) {
  for (auto [key, each] : entities) {
    const entity* const prey = entities.find(each.prey);  // nullptr once it is gone
    each.x += prey != nullptr && prey->x < each.x ? -each.speed : each.speed;
    each.health -= static_cast<int>(each.speed) * 10;
    if (each.health <= 0) entities.erase(key);  // the loop goes on
  }
}

bool play() {
  world entities({.name = "entities", .maximum = 10'000});
  const strata::key<entity> hero = entities.insert(entity{.speed = 0});
  spawn_wave(entities, 3000);
  for (int frame = 0; frame < 12; ++frame) {
    step(entities);
    spawn_wave(entities, 100);
  }

  std::printf("%zu live\n", entities.size());
  if (const entity* const found = entities.find(hero)) std::printf("hero: %d\n", found->health);
  entities.erase(hero);
  std::printf("hero: %s\n", entities.contains(hero) ? "lives" : "gone, and no other has this key");

  // What the rush needed goes back to the system.
  const std::size_t before = entities.pool().capacity();
  entities.pool().shrink_to_fit();
  std::printf("%zu slots, then %zu\n", before, entities.pool().capacity());
  strata::write_line(std::cout, entities.pool().statistics());

  try {
    entities.pool().reserve(20'000);
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
