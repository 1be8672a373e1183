#include "experiments/stop_signal.h"

#include <csignal>

#include <doctest/doctest.h>

using gradzoo::StopSignal;

TEST_CASE("A signal is remembered while someone waits for it, and forgotten by the next") {
  {
    const StopSignal stop;
    CHECK_FALSE(stop.requested());
    std::raise(SIGINT);
    CHECK(stop.requested());
  }
  const StopSignal next;
  CHECK_FALSE(next.requested());
  std::raise(SIGTERM);
  CHECK(next.requested());
}

TEST_CASE("A terminal that closes is a signal too, and one that is ignored stays so") {
  {
    const StopSignal stop;
    std::raise(SIGHUP);
    CHECK(stop.requested());
  }
  std::signal(SIGHUP, SIG_IGN);
  {
    const StopSignal stop;
    std::raise(SIGHUP);
    CHECK_FALSE(stop.requested());
    std::raise(SIGINT);
    CHECK(stop.requested());
  }
  CHECK((std::signal(SIGHUP, SIG_DFL) == SIG_IGN));
}

TEST_CASE("The handlers of before are back at the end, whether a signal came or not") {
  const auto own = [](int) {};
  std::signal(SIGINT, own);
  for (const bool raised : {false, true}) {
    const StopSignal stop;
    if (raised) std::raise(SIGINT);
  }
  CHECK((std::signal(SIGINT, SIG_DFL) == +own));
}
