#pragma once

#include <algorithm>
#include <barrier>
#include <exception>
#include <functional>
#include <string>
#include <thread>
#include <vector>

#include "gradzoo/nn/parallel/processes.h"

namespace gradzoo::test {

/// Threads instead of processes, which exchange data through a shared board.
class ThreadProcesses final : public Processes {
 public:
  struct Board {
    explicit Board(int64_t count) : count(count), meeting(count), given(static_cast<size_t>(count)) {}
    int64_t count;
    std::barrier<> meeting;
    std::vector<std::span<const std::byte>> given;
    std::vector<std::span<const size_t>> sizes = std::vector<std::span<const size_t>>(given.size());
  };
  ThreadProcesses(Board& board, int64_t rank) : board_(board), rank_(rank) {}
  int64_t rank() const override { return rank_; }
  int64_t count() const override { return board_.count; }

 protected:
  void do_all_gather(std::span<const std::byte> mine, std::span<const size_t> sizes,
                     std::span<std::byte> all) override {
    meet(mine, sizes, [&] {
      auto out = all.begin();
      for (size_t i = 0; i < sizes.size(); ++i) {
        if (board_.given[i].size() != sizes[i]) std::terminate();
        out = std::ranges::copy(board_.given[i], out).out;
      }
    });
  }
  void do_all_to_all(std::span<const std::byte> out, std::span<const size_t> out_sizes,
                     std::span<std::byte> in, std::span<const size_t> in_sizes) override {
    meet(out, out_sizes, [&] {
      auto next = in.begin();
      for (size_t i = 0; i < in_sizes.size(); ++i) {
        const std::span<const size_t> theirs = board_.sizes[i];
        size_t begin = 0;
        for (int64_t r = 0; r < rank_; ++r) begin += theirs[static_cast<size_t>(r)];
        if (theirs[static_cast<size_t>(rank_)] != in_sizes[i]) std::terminate();
        next = std::ranges::copy(board_.given[i].subspan(begin, in_sizes[i]), next).out;
      }
    });
  }

 private:
  void meet(std::span<const std::byte> given, std::span<const size_t> sizes,
            const std::function<void()>& take) {
    board_.given[static_cast<size_t>(rank_)] = given;
    board_.sizes[static_cast<size_t>(rank_)] = sizes;
    board_.meeting.arrive_and_wait();
    take();
    board_.meeting.arrive_and_wait();
  }

  Board& board_;
  int64_t rank_;
};

/// Runs `work` as `count` processes would. Other processes are notified of an exception. Returns the message
/// of each process's exception, or "" if it ended normally.
inline std::vector<std::string> as_processes(int64_t count, const std::function<void(Processes&)>& work) {
  ThreadProcesses::Board board(count);
  std::vector<std::string> failures(static_cast<size_t>(count));
  std::vector<std::thread> threads;
  for (int64_t rank = 0; rank < count; ++rank) {
    threads.emplace_back([&, rank] {
      ThreadProcesses processes(board, rank);
      try {
        work(processes);
        processes.finish();
      } catch (const std::exception& error) {
        failures[static_cast<size_t>(rank)] = error.what();
        processes.fail(error.what());
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  return failures;
}

/// Returns true if all ended normally.
inline bool all_well(const std::vector<std::string>& failures) {
  return std::ranges::all_of(failures, [](const std::string& text) { return text.empty(); });
}

}  // namespace gradzoo::test
