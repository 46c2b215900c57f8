// Call sites by hash; see the header.
#include "adaptor/call_sites.hpp"

#include <algorithm>
#include <memory>
#include <new>

namespace strata::core {
namespace {

// FNV-1a over whole words (Fowler, Noll, Vo), and a last mix, because the table
// uses the upper bits.
std::uint64_t hash_of(std::span<void* const> frames) noexcept {
  std::uint64_t hash = 0xcbf29ce484222325;
  for (const void* frame : frames) {
    hash = (hash ^ reinterpret_cast<std::uintptr_t>(frame)) * 0x100000001b3;
  }
  return hash ^ hash >> 29;
}

}  // namespace

call_site& call_sites::intern(std::span<void* const> frames) noexcept {
  if (frames.empty()) return unknown_;
  const std::uint64_t hash = hash_of(frames);
  call_site*& bucket = buckets_[hash % bucket_count];
  for (call_site* site = bucket; site != nullptr; site = site->next) {
    if (site->hash == hash && std::ranges::equal(site->frames(), frames)) return *site;
  }
  call_site* const made = make(frames, hash);
  if (made == nullptr) return unknown_;
  made->next = bucket;
  bucket = made;
  return *made;
}

call_site* call_sites::make(std::span<void* const> frames, std::uint64_t hash) noexcept {
  try {
    void* const memory =
        memory_.allocate(sizeof(call_site) + frames.size_bytes(), alignof(call_site));
    auto* const site = ::new (memory) call_site{.hash = hash, .depth = frames.size()};
    void* const behind = site + 1;
    std::uninitialized_copy(frames.begin(), frames.end(), static_cast<void**>(behind));
    return site;
  } catch (const std::bad_alloc&) {
    return nullptr;
  }
}

}  // namespace strata::core
