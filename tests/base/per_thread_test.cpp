#include "base/per_thread.h"

#include <thread>

#include <doctest/doctest.h>

using gradzoo::PerThread;

namespace {

int made = 0, deleted = 0;
struct Counted {
  Counted() { ++made; }
  ~Counted() { ++deleted; }
};

struct Own {};
bool was_gone = false, was_new = false;

// Destroyed after the thread's Own, since it is made before it.
struct Late {
  ~Late() {
    was_gone = PerThread<Own>::get() == nullptr;
    Own& mine = PerThread<Own>::get_or_new();
    was_new = &mine == &PerThread<Own>::get_or_new();
    delete &mine;  // which would otherwise be there for good
  }
};

}  // namespace

TEST_CASE("a thread has one object of a type, made at the first use and deleted at its end") {
  std::thread([] {
    Counted& mine = PerThread<Counted>::get_or_new();
    CHECK(PerThread<Counted>::get() == &mine);
    CHECK(&PerThread<Counted>::get_or_new() == &mine);
    CHECK(made == 1);
  }).join();
  CHECK(made == 1);
  CHECK(deleted == 1);
}

TEST_CASE("after a thread's object is gone, get() has none, and get_or_new() makes one") {
  std::thread([] {
    thread_local const Late late;
    static_cast<void>(&late);
    CHECK(PerThread<Own>::get() != nullptr);
  }).join();
  CHECK(was_gone);
  CHECK(was_new);
}
