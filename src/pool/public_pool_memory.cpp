// Where a pool has its memory from; see strata/pool/detail/pool_memory.hpp.
#include <strata/pool/detail/pool_memory.hpp>

#include <algorithm>

#include <strata/base/error.hpp>
#include <strata/resource/detail/upstream.hpp>

namespace strata::detail {

pool_memory::pool_memory(const pool_memory_options& options) : upstream_(options.upstream) {
  if (upstream_ == nullptr) {
    const std::string_view name = options.name.empty() ? "pool" : options.name;
    pages_.emplace(page_resource_options{name, options.limit, options.parent});
  } else if (!options.name.empty() || options.limit != SIZE_MAX) {
    account_.emplace(account_options{options.name, options.limit, options.parent});
  }
  const auto owner = account();
  const std::string_view name = owner ? owner->name() : std::string_view("pool");
  name_ = {name_text_, std::min(name.size(), sizeof name_text_ - 1)};
  std::copy_n(name.data(), name_.size(), name_text_);
}

void* pool_memory::try_allocate(std::size_t bytes, std::size_t alignment) noexcept {
  if (pages_) return pages_->try_allocate(bytes, alignment);
  if (account_ && !account_->charge(bytes)) return nullptr;
  void* const block = try_allocate_from(*upstream_, bytes, alignment);
  if (block == nullptr && account_) account_->discharge(bytes);
  return block;
}

void pool_memory::deallocate(void* block, std::size_t bytes, std::size_t alignment) noexcept {
  if (pages_) return pages_->deallocate(block, bytes, alignment);
  upstream_->deallocate(block, bytes, alignment);
  if (account_) account_->discharge(bytes);
}

std::optional<strata::account> pool_memory::account() const {
  if (pages_) return pages_->account();
  return account_;
}

void pool_memory::refuse(std::size_t bytes) const { throw out_of_memory(name_, bytes); }

}  // namespace strata::detail
