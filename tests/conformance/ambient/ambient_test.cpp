// The ambient resource is one variable for the whole process: this executable, and
// plug-ins that it opens, each with a copy of the library linked in.
#include <dlfcn.h>
#include <gtest/gtest.h>

#include <cstring>
#include <memory_resource>
#include <thread>

#include <strata/context/context.hpp>
#include <strata/heap/heap.hpp>

namespace {

using strata::context::current_resource;
using strata::context::scope;
using strata::context::temp_resource;

class plugin {
 public:
  explicit plugin(const char* path) : handle_(::dlopen(path, RTLD_NOW | RTLD_LOCAL)) {
    if (handle_ == nullptr) ADD_FAILURE() << ::dlerror();
  }
  ~plugin() {
    if (handle_ != nullptr) ::dlclose(handle_);
  }
  plugin(const plugin&) = delete;
  plugin& operator=(const plugin&) = delete;

  [[nodiscard]] const void* variable() { return find<const void*()>("plugin_variable")(); }
  [[nodiscard]] std::pmr::memory_resource* current() {
    return find<std::pmr::memory_resource*()>("plugin_current")();
  }
  [[nodiscard]] std::pmr::memory_resource* temp() {
    return find<std::pmr::memory_resource*()>("plugin_temp")();
  }
  void with(std::pmr::memory_resource& resource, void (*call)(void*), void* context) {
    find<void(std::pmr::memory_resource&, void (*)(void*), void*)>("plugin_with")(resource, call,
                                                                                  context);
  }

 private:
  template <class Function>
  Function* find(const char* name) {
    return reinterpret_cast<Function*>(::dlsym(handle_, name));
  }

  void* handle_;
};

class ambient_test : public testing::Test {
 protected:
  strata::heap heap_{{.name = "host"}};
  plugin first_{STRATA_TEST_FIRST_PLUGIN};
  plugin second_{STRATA_TEST_SECOND_PLUGIN};
};

TEST_F(ambient_test, there_is_one_variable) {
  EXPECT_EQ(first_.variable(), &strata::detail::innermost_scope);
  EXPECT_EQ(second_.variable(), &strata::detail::innermost_scope);
  std::thread([&] {
    EXPECT_EQ(first_.variable(), &strata::detail::innermost_scope);
    EXPECT_EQ(second_.variable(), &strata::detail::innermost_scope);
  }).join();
}

TEST_F(ambient_test, a_plugin_sees_the_hosts_scope) {
  EXPECT_EQ(first_.current(), current_resource());
  const scope inside(heap_);
  EXPECT_EQ(first_.current(), &heap_);
  EXPECT_EQ(second_.current(), &heap_);
}

TEST_F(ambient_test, the_host_and_another_plugin_see_a_plugins_scope) {
  struct seen {
    std::pmr::memory_resource* by_host;
    std::pmr::memory_resource* by_other;
    plugin& other;
  } what{nullptr, nullptr, second_};
  first_.with(
      heap_,
      [](void* context) {
        auto& into = *static_cast<seen*>(context);
        into.by_host = current_resource();
        into.by_other = into.other.current();
      },
      &what);
  EXPECT_EQ(what.by_host, &heap_);
  EXPECT_EQ(what.by_other, &heap_);
  EXPECT_EQ(first_.current(), current_resource());
}

// Whose code made the arena, that code ends it.
TEST_F(ambient_test, temporaries_are_shared_and_end_with_the_scope_whoever_made_them) {
  for (int round = 0; round < 3; ++round) {
    const scope outer(heap_);
    std::memset(first_.temp()->allocate(100'000), 1, 100'000);
    EXPECT_EQ(temp_resource(), first_.temp());
    EXPECT_EQ(second_.temp(), first_.temp());
    const scope inner(heap_);
    std::memset(temp_resource()->allocate(100'000), 1, 100'000);
    EXPECT_EQ(second_.temp(), temp_resource());
  }
}

}  // namespace
