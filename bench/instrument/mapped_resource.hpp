// Memory straight from the system, for what an instrument keeps while it measures:
// it must neither use nor disturb the heap that is measured.
#pragma once

#include <memory_resource>

namespace strata::bench {

class mapped_resource : public std::pmr::memory_resource {
  void* do_allocate(std::size_t bytes, std::size_t alignment) override;
  void do_deallocate(void* block, std::size_t bytes, std::size_t alignment) override;
  [[nodiscard]] bool do_is_equal(const memory_resource& other) const noexcept override {
    return dynamic_cast<const mapped_resource*>(&other) != nullptr;
  }
};

}  // namespace strata::bench
