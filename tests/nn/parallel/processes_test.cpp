#include "gradzoo/nn/parallel/processes.h"

#include <string>
#include <vector>

#include <doctest/doctest.h>

#include "support/error_message.h"
#include "support/thread_processes.h"

namespace gradzoo {
using namespace test;
namespace {

std::string p_name(int64_t rank) { return "process " + std::to_string(rank) + " of 3"; }

}  // namespace

TEST_CASE("all hear a question, whichever of them asks it") {
  constexpr int64_t kCount = 4;
  const auto failures = as_processes(kCount, [&](Processes& p) {
    for (unsigned asking = 0; asking < 1U << kCount; ++asking)  // a bit for each rank
      CHECK(p.any((asking >> p.rank() & 1) != 0) == (asking != 0));
  });
  CHECK(all_well(failures));
}

TEST_CASE("a failure of any rank reaches all others, also where they fail at a question") {
  for (int64_t failing = 0; failing < 3; ++failing) {
    const auto failures = as_processes(3, [&](Processes& p) {
      if (p.rank() == failing) throw Error("no room");
      p.any(false);
    });
    for (int64_t rank = 0; rank < 3; ++rank) {
      const std::string wanted = rank == failing || failing == 0 ? "no room" : p_name(failing) + ": no room";
      CHECK(failures[static_cast<size_t>(rank)] == wanted);
    }
  }
}

TEST_CASE("bytes that the sizes do not count are refused before anything is written or sent") {
  Processes alone;
  const std::vector<std::byte> mine(4, std::byte{7});
  std::vector<std::byte> all(4), few(2);
  const std::vector<size_t> own = {4}, two = {2}, twice = {2, 2}, none;
  const auto gather = [&](std::span<const size_t> sizes, std::span<std::byte> out) {
    return error_message([&] { alone.all_gather(mine, sizes, out); });
  };
  CHECK(gather(own, few) ==
        "1 sizes for 1 processes and 2 bytes. Hint: pass one size per process, 2 bytes together");
  CHECK(gather(two, few) == "process 0 of 1 gathers 4 bytes of 2. Hint: pass the sizes by rank");
  CHECK(contains(gather(twice, all), "2 sizes for 1 processes"));
  CHECK(contains(gather(none, all), "0 sizes for 1 processes"));
  check_refused("and 4 bytes", [&] { alone.all_to_all(mine, two, all, own); });
  check_refused("and 2 bytes", [&] { alone.all_to_all(mine, own, few, own); });
  CHECK(few == std::vector<std::byte>(2));
  CHECK(all == std::vector<std::byte>(4));
  CHECK(gather(own, all).empty());
  CHECK(all == mine);
}

TEST_CASE("processes gather texts and values by rank, and ask each other") {
  std::vector<std::vector<std::string>> heard(3);
  std::vector<int> any(3), none(3);
  const auto failures = as_processes(3, [&](Processes& p) {
    const auto rank = static_cast<size_t>(p.rank());
    heard[rank] = p.all_gather(std::string(rank, 'x'));
    CHECK(p.all_gather_values(p.rank() * 2) == std::vector<int64_t>{0, 2, 4});
    any[rank] = p.any(rank == 2);
    none[rank] = p.any(false);
  });
  CHECK(all_well(failures));
  for (const auto& texts : heard) CHECK(texts == std::vector<std::string>{"", "x", "xx"});
  CHECK(any == std::vector<int>{1, 1, 1});
  CHECK(none == std::vector<int>{0, 0, 0});
}

TEST_CASE("a failure reaches all at their next call, with its rank, and is said by the first alone") {
  std::vector<std::string> said(4);
  const auto failures = as_processes(4, [&](Processes& p) {
    p.any(false);
    if (p.rank() == 2) throw Error("the disk is full. Hint: free some space");
    try {
      p.all_gather("more");
    } catch (const RemoteFailure& failure) {
      said[static_cast<size_t>(p.rank())] = p.fail(failure.what());
      // From here on nobody waits for anybody.
      check_refused("have separated", [&] { p.any(true); });
      throw;
    }
  });
  const std::string wanted = "process 2 of 4: the disk is full. Hint: free some space";
  CHECK(failures[2] == "the disk is full. Hint: free some space");
  for (const size_t rank : {size_t{0}, size_t{1}, size_t{3}}) CHECK(failures[rank] == wanted);
  CHECK(said == std::vector<std::string>{wanted, "", "", ""});
}

TEST_CASE("where several fail at once each keeps its own, and the first says its own") {
  std::vector<std::string> said(3);
  ThreadProcesses::Board board(3);
  std::vector<std::thread> threads;
  for (int64_t rank = 0; rank < 3; ++rank)
    threads.emplace_back([&, rank] {
      ThreadProcesses p(board, rank);
      said[static_cast<size_t>(rank)] = p.fail("failure " + std::to_string(rank));
    });
  for (std::thread& thread : threads) thread.join();
  CHECK(said == std::vector<std::string>{"failure 0", "", ""});
}

TEST_CASE("processes that come to different calls are told, and none hangs") {
  const auto failures = as_processes(2, [&](Processes& p) {
    if (p.rank() == 0) p.any(false);
  });
  CHECK(contains(failures[0], "has reached a question, and another process the end"));
  CHECK(contains(failures[1], "has reached the end, and another process a question"));
}

TEST_CASE("one alone needs nobody, and a scope says who they are") {
  CHECK(all_processes().is_alone());
  CHECK(all_processes().any(true));
  CHECK(all_processes().all_gather("me") == std::vector<std::string>{"me"});
  CHECK(all_processes().fail("why") == "why");
  CHECK_FALSE(all_processes().any(false));
  Processes other;
  {
    const ProcessesScope scope(other);
    CHECK(&all_processes() == &other);
  }
  CHECK(&all_processes() == &this_process());
}

}  // namespace gradzoo
