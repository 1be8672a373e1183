#include "gradzoo/samplers/replay_buffer.h"

#include <set>

#include <doctest/doctest.h>

#include "gradzoo/autograd/ops.h"

namespace gradzoo {
namespace {

// Starts at minus one: told from every chain below.
Tensor minus_one(int64_t n, Rng&) { return full({n, 2}, -1); }

/// Ten chains: chain i stands at (i, i).
ReplayBuffer numbered(double fresh) {
  Rng rng(1, "test");
  return ReplayBuffer(
      10, fresh,
      [](int64_t n, Rng&) {
        return broadcast_to(reshape(arange(n), {n, 1}), {n, 2});
      },
      rng);
}

TEST_CASE("chains are drawn without repeats, and stand where they stood") {
  const ReplayBuffer buffer = numbered(0);
  Rng rng(2, "test");
  const ReplayBuffer::Drawn drawn = buffer.draw(7, minus_one, rng);
  const std::vector<double> rows = drawn.rows.to_vector(), x = drawn.x.to_vector();
  CHECK(std::set<double>(rows.begin(), rows.end()).size() == 7);
  for (size_t i = 0; i < rows.size(); ++i) {
    CHECK(x[2 * i] == rows[i]);
    CHECK(x[2 * i + 1] == rows[i]);
  }
}

TEST_CASE("a share of the chains begins anew, whole rows at a time, and the buffer itself is left as it is") {
  const ReplayBuffer buffer = numbered(0.3);
  const std::vector<double> before = buffer.chains().to_vector();
  Rng rng(3, "test");
  int anew = 0;
  for (int round = 0; round < 400; ++round) {
    const std::vector<double> x = buffer.draw(10, minus_one, rng).x.to_vector();
    for (size_t i = 0; i < x.size(); i += 2) {
      CHECK((x[i] == -1) == (x[i + 1] == -1));
      anew += x[i] == -1 ? 1 : 0;
    }
  }
  // Binomial(4000, 0.3): standard deviation 29.
  CHECK(anew > 1200 - 4 * 29);
  CHECK(anew < 1200 + 4 * 29);
  CHECK(buffer.chains().to_vector() == before);
}

TEST_CASE("a share of 1 begins all anew, and a share of 0 none") {
  Rng rng(4, "test");
  for (int round = 0; round < 200; ++round) {
    CHECK(max(numbered(1).draw(10, minus_one, rng).x).item() == -1);
    CHECK(min(numbered(0).draw(10, minus_one, rng).x).item() == 0);
  }
}

TEST_CASE("chains are put back at their rows, the others untouched") {
  ReplayBuffer buffer = numbered(0);
  buffer.put_back(tensor({7, 2}, {2}, DType::i64), tensor({70, 71, 20, 21}, {2, 2}));
  const std::vector<double> x = buffer.chains().to_vector();
  for (size_t i = 0; i < 10; ++i) {
    CHECK(x[2 * i] == (i == 7 ? 70 : i == 2 ? 20 : static_cast<double>(i)));
    CHECK(x[2 * i + 1] == (i == 7 ? 71 : i == 2 ? 21 : static_cast<double>(i)));
  }
}

TEST_CASE("more chains than there are, no chains, and shares beyond 1 are refused") {
  Rng rng(4, "test");
  ReplayBuffer buffer = numbered(0);
  CHECK_THROWS_AS(buffer.draw(11, minus_one, rng), Error);
  const std::vector<double> before = buffer.chains().to_vector();
  CHECK_THROWS_AS(buffer.put_back(tensor({1}, {1}, DType::i64), zeros({1, 3})), Error);
  CHECK_THROWS_AS(buffer.put_back(tensor({1}, {1}, DType::i64), zeros({1, 2}, DType::f64)), Error);
  for (const double row : {-1.0, 10.0, 1e9})  // after one that could be stored
    CHECK_THROWS_AS(buffer.put_back(tensor({1, row}, {2}, DType::i64), full({2, 2}, -5)), Error);
  CHECK(buffer.chains().to_vector() == before);
  CHECK_THROWS_AS(ReplayBuffer(0, 0, minus_one, rng), Error);
  CHECK_THROWS_AS(ReplayBuffer(3, 1.5, minus_one, rng), Error);
}

}  // namespace
}  // namespace gradzoo
