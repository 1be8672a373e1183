#include "gradzoo/nn/parallel/shards.h"

#include <limits>
#include <string>
#include <vector>

#include <doctest/doctest.h>

#include "autograd/kernels/threads/parallel.h"
#include "gradzoo/autograd/ops.h"
#include "gradzoo/autograd/tape.h"
#include "gradzoo/nn/learn/learner.h"
#include "support/approx.h"
#include "support/error_message.h"

namespace gradzoo {
namespace {

const Shards::Switch kNothing{[](int64_t) {}, [](int64_t) {}};

TEST_CASE("shards run in turn, from one gathering to the next, and one of them acts for all") {
  std::string order;
  std::vector<std::string> switches;
  Shards shards(3, {[&](int64_t i) { switches.push_back("+" + std::to_string(i)); },
                    [&](int64_t i) { switches.push_back("-" + std::to_string(i)); }});
  for (int again = 0; again < 2; ++again) {
    order.clear();
    switches.clear();
    std::vector<double> means;
    shards.run([&](int64_t i) {
      CHECK(Shards::here() == &shards);
      CHECK(shards.part() == i);
      order += static_cast<char>('a' + i);
      const Tensor mean =
          shards.gather(full({2}, static_cast<double>(i)), [&](const Tensor&) { order += '|'; });
      order += static_cast<char>('A' + i);
      means.push_back(mean.to_vector()[1]);
    });
    CHECK(order == "abc|ABC");
    CHECK(means == std::vector<double>{1, 1, 1});
    CHECK(switches ==
          std::vector<std::string>{"+0", "-0", "+1", "-1", "+2", "-2", "+0", "-0", "+1", "-1", "+2", "-2"});
  }
  CHECK(Shards::here() == nullptr);
}

TEST_CASE("a mean adds neighbours first, then sums of neighbours") {
  const std::vector<float> values = {1e8F, 1, -1e8F, 3, 0.25F};
  float sum = (values[0] + values[1]) + (values[2] + values[3]);
  sum += values[4];
  Shards shards(5, kNothing);
  shards.run([&](int64_t i) {
    const Tensor mine = full({3}, values[static_cast<size_t>(i)]);
    CHECK(mean_over_shards(mine).data<float>()[2] == sum * 0.2F);
    CHECK(mine.data<float>()[2] == values[static_cast<size_t>(i)]);
    CHECK(mean_over_shards(static_cast<double>(i)) == approx(2));
  });
  CHECK(mean_over_shards(7.0) == 7);
}

TEST_CASE("rows of a shard are its equal part, and where they do not go round it says so") {
  Shards shards(2, kNothing);
  const Tensor all = arange(6), odd = arange(5);
  shards.run([&](int64_t i) {
    CHECK(rows_of_shard(all).to_vector() == all.rows(3 * i, 3 * i + 3).to_vector());
    test::check_refused("Hint: use a multiple of 2", [&] { rows_of_shard(odd); });
  });
  CHECK(rows_of_shard(odd).dim(0) == 5);
}

TEST_CASE("what a shard throws, or acts for all and throws, stops the others and reaches the caller") {
  Shards shards(3, kNothing);
  for (const int64_t bad : {0, 1, 2}) {
    int unwound = 0;
    struct Count {
      int& count;
      ~Count() { ++count; }
    };
    const std::string message = test::error_message([&] {
      shards.run([&](int64_t i) {
        const Count count{unwound};
        mean_over_shards(1.0);
        if (i == bad) throw Error("shard {} fails. Hint: none", i);
        mean_over_shards(2.0);
      });
    });
    CHECK(test::contains(message, "shard " + std::to_string(bad)));
    CHECK(unwound == 3);
  }
  const std::string first = test::error_message([&] {
    shards.run([](int64_t i) {
      if (i == 1) throw Error("the first to fail");
      try {
        mean_over_shards(1.0);
      } catch (...) {
        throw Error("what follows from it");
      }
    });
  });
  CHECK(test::contains(first, "the first to fail"));
  test::check_refused("all fail", [&] {
    shards.run([&](int64_t) { shards.gather(zeros({1}), [](const Tensor&) { throw Error("all fail"); }); });
  });
  test::check_refused("a shard waits", [&] {
    shards.run([](int64_t i) {
      if (i != 1) mean_over_shards(1.0);
    });
  });
  double mean = 0;  // and they go on afterwards
  shards.run([&](int64_t i) { mean = mean_over_shards(static_cast<double>(i)); });
  CHECK(mean == 1);
}

TEST_CASE("a shard's tape is its own, and traces where the caller does") {
  Shards shards(2, kNothing);
  const auto seen = [&] {
    std::vector<bool> tracing;
    shards.run([&](int64_t) {
      const Tape tape;
      Tensor x = ones({1}).requires_grad_();
      const Tensor y = x * 2.0;
      mean_over_shards(1.0);
      CHECK(tape.size() == 2);
      tracing.push_back(tape_state().mode.tracing);
    });
    return tracing;
  };
  CHECK(seen() == std::vector<bool>{false, false});
  const Tape tape({.trace = true});
  CHECK(seen() == std::vector<bool>{true, true});
  CHECK(tape.size() == 0);
}

TEST_CASE("a shard flushes denormals where the caller does") {
  Shards shards(2, kNothing);
  const auto flushed = [&] {
    int count = 0;
    shards.run([&](int64_t) {
      volatile double tiny = std::numeric_limits<double>::min();
      volatile double half = tiny / 2;
      count += half == 0 ? 1 : 0;
    });
    return count;
  };
  CHECK(flushed() == 0);
  kernels::set_flush_denormals(true);
  const int seen = flushed();
  kernels::set_flush_denormals(false);
  CHECK(seen == 2);
  CHECK(flushed() == 0);
}

}  // namespace
}  // namespace gradzoo
