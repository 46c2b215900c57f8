// strata::page_resource over the regions. It is in this layer because the one
// instance of the regions belongs to the domain of the process's heaps; it uses
// nothing else of them. Part of the C++ library, not of the malloc core: it may
// throw.
#include <strata/resource/page_resource.hpp>

#include <new>

#include "account/account.hpp"
#include "heap/heap.hpp"
#include "heap/page_runs.hpp"

namespace strata {

static_assert(generous_resource<page_resource>);
static_assert(accounted_resource<page_resource>);

namespace {

using page_runs = core::basic_page_runs<os::platform>;

// Zero stands for "too large".
std::size_t whole_pages(std::size_t bytes) noexcept {
  if (bytes > base::size_max) return 0;
  return base::align_up(bytes == 0 ? 1 : bytes, os::platform::page_size());
}

core::account& node_of(const account& handle) noexcept {
  return *reinterpret_cast<core::account*>(handle.node());
}

bool start_process() noexcept {
  return core::the_process.started() || core::process_config::start_process();
}

// What heaps retain is theirs to give before the system's refusal is final.
void* take_pages(std::size_t bytes, std::size_t alignment) noexcept {
  page_runs runs(core::the_process.shared());
  void* const pages = runs.take(bytes, alignment);
  if (pages != nullptr || core::purge() == 0) return pages;
  return runs.take(bytes, alignment);
}

[[noreturn, gnu::cold]] void end_because_in_use(const core::account& charged) noexcept {
  base::text<512> what;
  what.add("the page resource of account \"")
      .add(charged.name())
      .add("\" ends while ")
      .add_decimal(charged.charges() - charged.discharges())
      .add(" of its allocations live; destroy what stands on it first");
  base::fatal("page resource in use", what.view());
}

}  // namespace

page_resource::page_resource(const page_resource_options& options)
    : account_({.name = options.name, .limit = options.limit, .parent = options.parent}) {}

page_resource::~page_resource() {
  const core::account& charged = node_of(account_);
  if (charged.charges() != charged.discharges()) end_because_in_use(charged);
}

void* page_resource::allocate(std::size_t bytes, std::size_t alignment) {
  void* const pages = try_allocate(bytes, alignment);
  if (pages == nullptr) [[unlikely]]
    throw out_of_memory(account_.name(), bytes);
  return pages;
}

void* page_resource::try_allocate(std::size_t bytes, std::size_t alignment) noexcept {
  const std::size_t size = whole_pages(bytes);
  if (size == 0 || !start_process()) return nullptr;
  if (size > core::the_process.shared().regions.window().size()) return nullptr;
  if (!account_.charge(size)) return nullptr;
  void* const pages = take_pages(size, alignment);
  if (pages == nullptr) account_.discharge(size);
  return pages;
}

sized_block page_resource::allocate_at_least(std::size_t bytes, std::size_t alignment) {
  void* const pages = allocate(bytes, alignment);
  return {pages, whole_pages(bytes)};
}

void page_resource::deallocate(void* pages, std::size_t bytes, std::size_t) noexcept {
  if (pages == nullptr) return;
  const std::size_t size = whole_pages(bytes);
  page_runs(core::the_process.shared()).give(pages, size);
  account_.discharge(size);
}

account page_resource::account() const { return account_; }

void* page_resource::do_allocate(std::size_t bytes, std::size_t alignment) {
  return allocate(bytes, alignment);
}

void page_resource::do_deallocate(void* pages, std::size_t bytes, std::size_t alignment) {
  deallocate(pages, bytes, alignment);
}

bool page_resource::do_is_equal(const std::pmr::memory_resource& other) const noexcept {
  return this == &other;
}

// Never destroyed: what stands on it may outlive every static object.
page_resource& shared_pages() {
  alignas(page_resource) static std::byte storage[sizeof(page_resource)];
  static page_resource* const only = ::new (storage) page_resource({.name = "pages"});
  return *only;
}

}  // namespace strata
