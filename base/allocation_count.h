#pragma once

#include <cstdint>

namespace gradzoo {

/// Returns the number of allocations (malloc, calloc and their relatives) of the whole process so far, on any
/// thread and in any library. Only programs that link allocation_count.cpp define this function: the command
/// and the tests do, the library does not. That file replaces glibc's malloc with a counting one.
[[gnu::weak]] uint64_t allocation_count();

/// True if allocations are counted: not under sanitizers, which bring their own malloc.
[[gnu::weak]] bool counts_allocations();

}  // namespace gradzoo
