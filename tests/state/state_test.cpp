#include "gradzoo/state/state.h"

#include <bit>
#include <cmath>
#include <limits>

#include <doctest/doctest.h>

#include "gradzoo/autograd/ops.h"
#include "gradzoo/autograd/tape.h"
#include "support/error_message.h"

namespace gradzoo {
using namespace test;
namespace {

// Objects that a run keeps, and the State that is bound to them.
struct SmallRun {
  Tensor weights;
  int64_t step;
  double best;
  Rng rng;
  State state;
  SmallRun(const Doubles& values, int64_t step_now, double best_now, uint64_t draw)
      : weights(tensor(values, {2}, DType::f64)), step(step_now), best(best_now), rng(7, "batches") {
    rng.set_draw(draw);
    state.add("weights", weights);
    state.add("step", step);
    state.add("best", best);
    state.add("rng", rng);
  }
};

}  // namespace

TEST_CASE("entries keep their order and show how they are stored") {
  const SmallRun run({1, 2}, 3, 0.5, 9);
  REQUIRE(run.state.entries().size() == 4);
  CHECK(run.state.entries()[0].name == "weights");
  CHECK(run.state.entries()[0].size_bytes() == 16);
  CHECK(run.state.entries()[1].dtype() == DType::i64);
  CHECK(run.state.entries()[1].shape() == Shape{});
  CHECK(run.state.entries()[2].dtype() == DType::f64);
  CHECK(run.state.entries()[3].shape() == Shape{3});
}

TEST_CASE("restoring every entry makes two runs equal bit for bit") {
  const SmallRun from({1, -0.0}, 3, 0.5, 9);
  SmallRun to({0, 0}, 0, 0, 0);
  CHECK(from.state.bytes() != to.state.bytes());
  for (size_t i = 0; i < 4; ++i) {
    const std::vector<std::byte> bytes = from.state.entries()[i].bytes();
    CHECK(to.state.entries()[i].refusal(bytes).empty());
    to.state.entries()[i].restore(bytes);
  }
  CHECK(from.state.bytes() == to.state.bytes());
  CHECK(to.weights.to_vector() == Doubles{1, 0});
  CHECK(std::signbit(to.weights.to_vector()[1]));
  CHECK(to.step == 3);
  CHECK(to.best == 0.5);
  CHECK(to.rng.draw() == 9);
}

TEST_CASE("bytes of another size than the entry's are refused before anything is read or written") {
  SmallRun run({1, 2}, 3, 0.5, 9);
  const std::vector<std::byte> before = run.state.bytes();
  for (const State::Entry& entry : run.state.entries()) {
    for (const size_t size : {entry.size_bytes() - 1, entry.size_bytes() + 1, size_t{0}, size_t{1000}}) {
      std::vector<std::byte> bytes(size, std::byte{1});
      const std::vector<std::byte> given = bytes;
      CHECK(contains(error_message([&] { entry.restore(bytes); }),
                     "take them from an entry of the same shape"));
      CHECK(contains(error_message([&] { entry.copy_to(bytes); }),
                     "take them from an entry of the same shape"));
      CHECK(contains(entry.refusal(bytes), "in the file"));
      CHECK(bytes == given);
    }
  }
  CHECK(run.state.bytes() == before);
  State one;
  one.add("weights", run.weights);
  const StateCopy whole(run.state), part(one);
  CHECK(contains(error_message([&] { whole.first_difference(part); }), "compare copies of one State"));
}

TEST_CASE("bytes tell apart States that differ in a value's last bit, a name or a shape") {
  const SmallRun a({1, 2}, 3, 0.5, 9), b({1, 2}, 3, 0.5, 9), c({1, std::nextafter(2, 3)}, 3, 0.5, 9);
  CHECK(a.state.bytes() == b.state.bytes());
  CHECK(a.state.bytes() != c.state.bytes());
  const auto bytes_of = [](const char* name, const Shape& shape) {
    State state;
    state.add(name, zeros(shape));
    return state.bytes();
  };
  CHECK(bytes_of("a", {2, 3}) != bytes_of("b", {2, 3}));
  CHECK(bytes_of("a", {2, 3}) != bytes_of("a", {3, 2}));
}

TEST_CASE("the draws of another seed or stream are refused") {
  Rng stored(7, "batches"), other_seed(8, "batches"), other_stream(7, "noise");
  State from, seed, stream;
  from.add("rng", stored);
  seed.add("rng", other_seed);
  stream.add("rng", other_stream);
  const std::vector<std::byte> bytes = from.entries()[0].bytes();
  CHECK(seed.entries()[0].refusal(bytes) ==
        "'rng' was drawn with seed 7, not 8. Hint: continue with --seed 7");
  CHECK(stream.entries()[0].refusal(bytes).find("another stream than 'noise'") != std::string::npos);
}

TEST_CASE("counts and draws at the end of what 64 bits hold are refused: the next step would overflow") {
  SmallRun run({1, 2}, 0, 0, 0);
  const auto refusal = [&](const char* name, const std::vector<int64_t>& values) {
    return run.state.find(name)->refusal(std::as_bytes(std::span(values)));
  };
  const int64_t most = int64_t{1} << 53, key = std::bit_cast<int64_t>(run.rng.key());
  CHECK(refusal("step", {most}).empty());
  CHECK(refusal("rng", {7, key, most}).empty());
  for (const int64_t count : {most + 1, std::numeric_limits<int64_t>::max(), int64_t{-1}}) {
    CHECK(refusal("step", {count}).find("'step' counts ") == 0);
    CHECK(refusal("rng", {7, key, count}).find("'rng' is at draw ") == 0);
  }
}

TEST_CASE("names are given once, and entries can be changed in place") {
  State state;
  int64_t step = 0;
  state.add("step", step);
  CHECK(error_message([&] { state.add("step", step); }) ==
        "State: 'step' is added twice. Hint: add its owner's name as a prefix");
  CHECK_FALSE(error_message([&] { state.add("", step); }).empty());
  CHECK_FALSE(error_message([&] { state.add("__metadata__", step); }).empty());
  CHECK(error_message([&] { state.add("x", Tensor()); }).find("undefined") != std::string::npos);
  const Tensor w = ones({1}).requires_grad_();
  const Tape tape;
  CHECK(error_message([&] { state.add("x", square(w)); }).find("recorded") != std::string::npos);
  CHECK(state.find("x") == nullptr);
}

}  // namespace gradzoo
