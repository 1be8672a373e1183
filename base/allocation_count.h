#pragma once

#include <cstdint>

namespace gradzoo {

/// Calls of malloc and its kin in the whole process so far, by any thread and any library. Defined by
/// programs that link allocation_count.cpp, which puts a counting malloc in the place of glibc's: the command
/// and the tests do, the library does not.
[[gnu::weak]] uint64_t allocation_count();

/// Whether it counts: not in other programs, and not under sanitizers, which bring a malloc of their own.
[[gnu::weak]] bool counts_allocations();

}  // namespace gradzoo
