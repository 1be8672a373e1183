#include "gradzoo/commands/shared_commands.h"

#include <string>

#include <doctest/doctest.h>
#include <sched.h>

using namespace gradzoo;

TEST_CASE("The processors that this process may use are told as ranges") {
  cpu_set_t before;
  REQUIRE(::sched_getaffinity(0, sizeof(before), &before) == 0);
  const auto told_of = [&](int first, int last) {
    cpu_set_t some;
    CPU_ZERO(&some);
    for (int i = first; i <= last; ++i) CPU_SET(i, &some);
    const bool may = ::sched_setaffinity(0, sizeof(some), &some) == 0;
    const std::string told = allowed_processors();
    ::sched_setaffinity(0, sizeof(before), &before);
    return may ? told : "?";
  };
  int first = 0;
  while (!CPU_ISSET(first, &before)) ++first;
  CHECK(told_of(first, first) == std::to_string(first));
  if (CPU_ISSET(first + 1, &before))
    CHECK(told_of(first, first + 1) == std::to_string(first) + "-" + std::to_string(first + 1));
}
