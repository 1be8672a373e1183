#include "gradzoo/base/allocation_count.h"

#include <cstdlib>
#include <vector>

#include <doctest/doctest.h>
#include <malloc.h>

using namespace gradzoo;

TEST_CASE("the allocation counter counts") {
  if (!counts_allocations()) return;
  const uint64_t before = allocation_count();
  std::vector<int> block(1000);
  CHECK(allocation_count() == before + 1);
  CHECK(block.size() == 1000);
}

TEST_CASE("each of C's functions that allocate counts once") {
  if (!counts_allocations()) return;
  void* block = nullptr;
  const auto counted = [&](auto allocate) {
    const uint64_t before = allocation_count();
    allocate();
    const uint64_t made = allocation_count() - before;
    CHECK(block != nullptr);
    std::free(block);
    block = nullptr;
    return made;
  };
  CHECK(counted([&] { block = std::malloc(64); }) == 1);
  CHECK(counted([&] { block = std::calloc(8, 8); }) == 1);
  void* volatile none = nullptr;  // of a constant the compiler would make a malloc
  CHECK(counted([&] { block = std::realloc(none, 64); }) == 1);
  CHECK(counted([&] { block = ::memalign(64, 64); }) == 1);
  CHECK(counted([&] { block = std::aligned_alloc(64, 64); }) == 1);
  CHECK(counted([&] { REQUIRE(::posix_memalign(&block, 64, 64) == 0); }) == 1);
}
