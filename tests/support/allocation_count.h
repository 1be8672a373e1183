#pragma once

#include <cstdint>

namespace gradzoo::test {

/// False under sanitizers, which bring a malloc of their own.
bool counts_allocations();

/// Calls of malloc and its kin in the whole process so far, by any thread and any library.
uint64_t allocation_count();

}  // namespace gradzoo::test
