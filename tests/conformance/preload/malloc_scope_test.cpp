// strata::malloc_scope in a whole process. The same program runs on every
// malloc that it may meet: strata's preloaded, linked as a shared library, linked
// in; and the C library's, where a scope must say that it can't be.
//
//   malloc_scope_test available|unavailable
#include <strata/strata.h>
#include <strata/context/malloc_scope.hpp>

#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <list>
#include <memory>
#include <new>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

namespace {

int failures = 0;

void expect(bool ok, const char* what, unsigned line = __builtin_LINE()) {
  if (ok) return;
  std::fprintf(stderr, "line %u: %s\n", line, what);
  ++failures;
}

void* opaque(void* block) {
  asm volatile("" : "+r"(block) : : "memory");
  return block;
}

void unavailable_says_so() {
  strata::heap parser({.name = "parser"});
  expect(!strata::malloc_scope::is_available(), "not available");
  bool thrown = false;
  try {
    const strata::malloc_scope scope(parser);
  } catch (const strata::malloc_unavailable& error) {
    thrown = std::string_view(error.what()).find("not strata's") != std::string_view::npos;
  }
  expect(thrown, "the exception says why");
  strata_malloc_scope scope;
  errno = 0;
  expect(strata_malloc_scope_enter(&scope, strata_process_heap()) == 0 && errno == ENOTSUP,
         "C: ENOTSUP");
  expect(strata_malloc_scope_is_available() == 0, "C: not available");
  std::free(opaque(std::malloc(100)));
}

// What libc and the C++ library allocate inside is the heap's.
void every_way_of_allocating() {
  strata::heap parser({.name = "parser"});
  void* block = nullptr;
  char* text = nullptr;
  auto* words = static_cast<std::list<std::string>*>(nullptr);
  {
    const strata::malloc_scope scope(parser);
    block = std::malloc(100);
    text = ::strdup("a text that the C library allocates for");
    words = new std::list<std::string>(10, std::string(100, 'x'));
    expect(parser.owns(block) && parser.owns(text) && parser.owns(words), "owned inside");
    expect(parser.owns(&words->front()) && parser.owns(words->front().data()), "owned inside");
  }
  void* const outside = opaque(std::malloc(100));
  expect(!parser.owns(outside), "not owned outside");
  expect(parser.account().usage() > 0, "charged by name");
  expect(parser.statistics().live >= 1100 + 40 + 100, "counted");
  std::free(outside);
  std::free(block);
  std::free(text);
  delete words;
  expect(parser.statistics().live == 0, "nothing lives after the frees");
  expect(parser.verify(), "sound");
}

void blocks_die_on_other_threads_after_the_scope() {
  strata::heap parser({.name = "parser"});
  std::vector<void*> blocks(1000);
  {
    const strata::malloc_scope scope(parser);
    for (std::size_t i = 0; i < blocks.size(); ++i) blocks[i] = std::malloc(1 + i * 37 % 5000);
    blocks.front() = std::realloc(blocks.front(), 1 << 20);
  }
  const std::size_t before = parser.account().usage();
  expect(before > (1 << 20), "charged");
  std::thread([&] {
    for (void* block : blocks) std::free(block);
  }).join();
  static_cast<void>(parser.purge());
  expect(parser.statistics().live == 0, "nothing lives");
  expect(parser.account().usage() * 4 < before, "the charge went");
}

void a_limit_holds_inside() {
  strata::heap parser({.name = "parser", .limit = 1 << 20});
  void* direct = parser.allocate(300'000);
  std::vector<void*> blocks;
  blocks.reserve(100'000);
  bool refused = false;
  {
    const strata::malloc_scope scope(parser);
    while (void* block = std::malloc(1000)) blocks.push_back(block);
    expect(errno == ENOMEM, "errno");
    try {
      ::operator delete(opaque(::operator new(2 << 20)));
    } catch (const std::bad_alloc&) {
      refused = true;
    }
  }
  expect(refused, "operator new throws");
  expect(parser.account().usage() <= (1 << 20), "one limit for both ways in");
  expect(blocks.size() > 300 && blocks.size() < 750, "as many as fit beside the direct block");
  std::free(opaque(std::malloc(2 << 20)));
  for (void* block : blocks) std::free(block);
  parser.deallocate(direct, 300'000);
}

void scopes_nest() {
  strata::heap outer({.name = "outer"});
  strata::heap inner({.name = "inner"});
  const strata::malloc_scope first(outer);
  const std::unique_ptr<int[]> a(new int[100]);
  expect(outer.owns(a.get()), "outer");
  {
    const strata::malloc_scope second(inner);
    const std::unique_ptr<int[]> b(new int[100]);
    expect(inner.owns(b.get()), "inner");
    const strata::malloc_scope back(strata::process_heap());
    const std::unique_ptr<int[]> c(new int[100]);
    expect(!inner.owns(c.get()) && !outer.owns(c.get()), "ordinary");
  }
  const std::unique_ptr<int[]> d(new int[100]);
  expect(outer.owns(d.get()), "outer again");
}

void the_heap_dies_with_what_was_left_in_it() {
  std::size_t before = 0;
  for (int round = 0; round < 50; ++round) {
    strata::heap parser({.name = "parser"});
    const strata::malloc_scope scope(parser);
    for (int i = 0; i < 100; ++i) static_cast<void>(opaque(std::malloc(10'000)));
    if (round == 1) before = strata::root_account().usage();
  }
  expect(strata::root_account().usage() <= before, "nothing is left charged");
}

void reset_and_walk_include_it() {
  strata::heap parser({.name = "parser"});
  void* block = nullptr;
  {
    const strata::malloc_scope scope(parser);
    block = opaque(std::malloc(5000));
  }
  std::size_t seen = 0;
  parser.walk([&](void* each, std::size_t) { seen += each == block ? 1 : 0; });
  expect(seen == 1, "walked");
  parser.reset();
  expect(parser.statistics().live == 0, "reset");
}

void a_child_stays_in_the_scope() {
  strata::heap parser({.name = "parser"});
  const strata::malloc_scope scope(parser);
  const pid_t child = ::fork();
  if (child == 0) {
    void* const block = opaque(std::malloc(1000));
    const bool owned = parser.owns(block);
    std::free(block);
    ::_exit(owned ? 0 : 1);
  }
  int status = -1;
  ::waitpid(child, &status, 0);
  expect(status == 0, "the child");
}

void a_thread_may_end_inside() {
  strata::heap parser({.name = "parser"});
  void* block = nullptr;
  std::thread([&] {
    new (opaque(std::malloc(sizeof(strata::malloc_scope)))) strata::malloc_scope(parser);
    block = std::malloc(3000);
  }).join();
  expect(parser.owns(block), "owned");
  std::free(block);
  expect(parser.statistics().live == 0, "nothing lives");
}

// As above, and the last line the child writes to stderr names the mistake.
template <class Mistake>
void expect_death(const char* name, Mistake commit, unsigned line = __builtin_LINE()) {
  int ends[2];
  expect(::pipe(ends) == 0, "pipe");
  const pid_t child = ::fork();
  if (child == 0) {
    ::dup2(ends[1], 2);
    commit();
    ::_exit(0);
  }
  ::close(ends[1]);
  char said[1024] = {};
  expect(::read(ends[0], said, sizeof said - 1) > 0, "a diagnosis", line);
  ::close(ends[0]);
  int status = 0;
  ::waitpid(child, &status, 0);
  expect(WIFSIGNALED(status), "death", line);
  expect(std::strstr(said, name) != nullptr, said, line);
}

void mistakes_end_the_program() {
  using strata::malloc_scope;
  strata::heap parser({.name = "parser"});
  expect_death("malloc scope", [&] {
    auto* const first = new malloc_scope(parser);
    auto* const second = new malloc_scope(parser);
    delete first;
    delete second;
  });
  expect_death("another thread", [&] {
    auto* const scope = new malloc_scope(parser);
    std::thread([&] { delete scope; }).join();
  });
  expect_death("heap in use: the heap 'short'", [&] {
    auto* const brief = new strata::heap({.name = "short"});
    const malloc_scope scope(*brief);
    delete brief;
  });
}

void from_c() {
  strata_heap_options options{};
  options.name = "from C";
  strata_heap* const heap = strata_heap_create(&options);
  strata_malloc_scope scope;
  expect(strata_malloc_scope_is_available() == 1, "C: available");
  expect(strata_malloc_scope_enter(&scope, nullptr) == 0 && errno == EINVAL, "C: EINVAL");
  expect(strata_malloc_scope_enter(&scope, heap) == 1, "C: entered");
  void* const block = opaque(std::malloc(12'345));
  strata_malloc_scope_leave(&scope);
  strata_heap_statistics figures;
  expect(strata_heap_get_statistics(heap, &figures) == 1 && figures.live >= 12'345, "C: counted");
  std::free(block);
  strata_heap_destroy(heap);
}

}  // namespace

int main(int argc, char** argv) {
  if (argc == 2 && std::string_view(argv[1]) == "unavailable") {
    unavailable_says_so();
    return failures == 0 ? 0 : 1;
  }
  expect(strata::malloc_scope::is_available(), "available");
  every_way_of_allocating();
  blocks_die_on_other_threads_after_the_scope();
  a_limit_holds_inside();
  scopes_nest();
  the_heap_dies_with_what_was_left_in_it();
  reset_and_walk_include_it();
  a_child_stays_in_the_scope();
  a_thread_may_end_inside();
  mistakes_end_the_program();
  from_c();
  return failures == 0 ? 0 : 1;
}
