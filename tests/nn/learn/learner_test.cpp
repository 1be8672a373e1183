#include "gradzoo/nn/learn/learner.h"

#include <algorithm>
#include <array>
#include <barrier>
#include <cmath>
#include <limits>
#include <thread>
#include <vector>

#include <doctest/doctest.h>

#include "gradzoo/autograd/grad.h"
#include "gradzoo/autograd/ops.h"
#include "gradzoo/autograd/trace.h"
#include "gradzoo/nn/layers/layers.h"
#include "gradzoo/state/state.h"
#include "support/approx.h"
#include "support/error_message.h"

using namespace gradzoo;
using namespace gradzoo::test;

namespace {

/// A linear layer that learns to give 1 for every row.
struct Task {
  Rng rng{7};
  Linear layer{3, 1, rng};
  Tensor x = randn({8, 3}, rng);

  Tensor loss() const { return mean(square(layer.forward(x) - 1.0)); }
};

}  // namespace

TEST_CASE("a learner's steps go down the loss, and tell the gradient's norm before clipping") {
  Task task;
  Learner learner(task.layer, {.clip = 0.01});
  double first = 0, last = 0;
  for (int i = 0; i < 200; ++i) {
    Tape tape;
    const Tensor loss = task.loss();
    const double norm = learner.step(loss, 0.05);
    if (i == 0) CHECK(norm > 0.1);
    (i == 0 ? first : last) = loss.item();
  }
  CHECK(last < 0.1 * first);
}

TEST_CASE("a step whose loss or gradient is not finite changes nothing, and on a tracing tape names the op") {
  Task task;
  Learner learner(task.layer, {.ema = 0.9});
  State state;
  learner.add_to(state);
  const std::vector<std::byte> before = state.bytes();
  {
    Tape tape;
    const Tensor loss = log(task.loss() * 0.0 - 1.0);
    CHECK_THROWS_AS(learner.step(loss, 0.1), NonFinite);
  }
  {
    Tape tape({.trace = true});
    const Tensor loss = sqrt(task.loss() * 0.0);  // 0, with the gradient 0 / 0
    const std::string message = error_message([&] { learner.step(loss, 0.1); });
    check_says(message, {"the gradient's norm is", "sqrt, backward"});
  }
  CHECK(state.bytes() == before);
}

TEST_CASE("two learners of one model live in one State under their names") {
  Task a, b;
  Learner generator("generator", a.layer, {.ema = 0.9}), critic("critic", b.layer, {.ema = 0.9});
  State state;
  generator.add_to(state);
  critic.add_to(state);
  CHECK(state.find("generator.weight"));
  CHECK(state.find("critic.weight"));
  for (const State::Entry& entry : state.entries())
    CHECK(entry.name.starts_with("generator.") != entry.name.starts_with("critic."));
  Tape tape;
  const Doubles other = b.layer.weight().to_vector();
  generator.step(a.loss(), 0.1);
  CHECK(b.layer.weight().to_vector() == other);
}

TEST_CASE("what was stepped since a mark is taken back bit for bit: weights, moments, average and counts") {
  Task task;
  Learner learner(task.layer, {.ema = 0.9});
  State state;
  learner.add_to(state);
  const auto step = [&] {
    Tape tape;
    learner.step(task.loss(), 0.1);
  };
  step();
  const std::vector<std::byte> before = state.bytes();
  for (const int steps : {0, 1, 3}) {
    learner.mark();
    for (int i = 0; i < steps; ++i) step();
    CHECK((state.bytes() == before) == (steps == 0));
    learner.take_back();
    CHECK(state.bytes() == before);
  }
  step();
  learner.mark();
  const std::vector<std::byte> after = state.bytes();
  learner.take_back();
  CHECK(state.bytes() == after);  // the last mark counts
}

/// The mean of two threads' gradients, each learner's reducer.
class Meeting {
 public:
  Reducer reducer(size_t i) {
    return [this, i](Tensor& gradient) {
      given_[i] = gradient.clone();
      all_.arrive_and_wait();
      const Tensor mean = (given_[0] + given_[1]) * 0.5;
      std::copy_n(mean.data<float>(), mean.size(), gradient.mutable_data<float>());
      all_.arrive_and_wait();
    };
  }

 private:
  std::barrier<> all_{2};
  std::array<Tensor, 2> given_;
};

TEST_CASE("two learners that reduce their gradients to the mean learn as one does on both batches") {
  Task whole;
  Learner one(whole.layer, {.clip = 0.5});
  Meeting meeting;
  Task halves[2];
  std::array<std::vector<std::byte>, 2> ends;
  std::array<double, 2> norms{};
  const auto train_half = [&](size_t i) {
    Task& half = halves[i];
    half.x = half.x.rows(static_cast<int64_t>(4 * i), static_cast<int64_t>(4 * i + 4)).clone();
    Learner learner(half.layer, {.clip = 0.5, .reducer = meeting.reducer(i)});
    State state;
    learner.add_to(state);
    for (int step = 0; step < 20; ++step) {
      const Tape tape;
      norms[i] = learner.step(half.loss(), 0.05);
    }
    ends[i] = state.bytes();
  };
  std::thread other(train_half, 1);
  train_half(0);
  other.join();
  double norm = 0;
  for (int step = 0; step < 20; ++step) {
    const Tape tape;
    norm = one.step(whole.loss(), 0.05);
  }
  CHECK(ends[0] == ends[1]);
  CHECK(norms[0] == norms[1]);
  CHECK(norms[0] == approx(norm).epsilon(1e-4));
  const Doubles wanted = whole.layer.weight().to_vector(), got = halves[0].layer.weight().to_vector();
  for (size_t i = 0; i < wanted.size(); ++i) CHECK(got[i] == approx(wanted[i]).epsilon(1e-5));
}

TEST_CASE("a loss that is not finite reaches everyone through the reducer, and nobody steps") {
  Meeting meeting;
  Task tasks[2];
  std::array<bool, 2> failed{}, moved{};
  const auto step = [&](size_t i) {
    Learner learner(tasks[i].layer, {.reducer = meeting.reducer(i)});
    State state;
    learner.add_to(state);
    const std::vector<std::byte> before = state.bytes();
    const Tape tape;
    const Tensor loss = tasks[i].loss() + (i == 1 ? std::numeric_limits<double>::infinity() : 0.0);
    try {
      learner.step(loss, 0.1);
    } catch (const NonFinite&) {
      failed[i] = true;
    }
    moved[i] = state.bytes() != before;
  };
  std::thread other(step, 1);
  step(0);
  other.join();
  CHECK((failed[0] && failed[1]));
  CHECK_FALSE((moved[0] || moved[1]));
}

TEST_CASE("the average stays in place when one function that asks for it calls another") {
  Task task;
  Learner learner(task.layer, {.ema = 0.9});
  for (int i = 0; i < 3; ++i) {
    Tape tape;
    learner.step(task.loss(), 0.1);
  }
  const Doubles weights = task.layer.weight().to_vector();
  {
    const auto outer = learner.averaged();
    const Doubles average = task.layer.weight().to_vector();
    CHECK(average != weights);
    {
      const auto inner = learner.averaged();
      CHECK(task.layer.weight().to_vector() == average);
    }
    CHECK(task.layer.weight().to_vector() == average);
  }
  CHECK(task.layer.weight().to_vector() == weights);
}

TEST_CASE("a learner takes any optimiser, and gradients that no tape made") {
  Task by_tape, by_hand;
  Learner taped(by_tape.layer, {.optimizer = sgd({.momentum = 0.9}), .clip = 0.5, .ema = 0.9});
  Learner written(by_hand.layer, {.optimizer = sgd({.momentum = 0.9}), .clip = 0.5, .ema = 0.9});
  State taped_state, written_state;
  taped.add_to(taped_state);
  written.add_to(written_state);
  CHECK(taped_state.find("optimizer.momentum.weight") != nullptr);
  for (int i = 0; i < 5; ++i) {
    Tape tape;
    const double norm = taped.step(by_tape.loss(), 0.1);
    const Tensors gradients = grad(by_hand.loss(), written.parameters().tensors());
    float* flat = written.parameters().grad_to_write().mutable_data<float>();
    for (size_t k = 0; k < gradients.size(); ++k) {
      const auto& slice = written.parameters().slices()[k];
      std::copy_n(gradients[k].data<float>(), gradients[k].size(), flat + slice.offset);
    }
    CHECK(written.apply(0.1) == norm);
  }
  CHECK(taped_state.bytes() == written_state.bytes());
}

TEST_CASE("a gradient written by hand that is not finite changes nothing") {
  Task task;
  Learner learner(task.layer);
  State state;
  learner.add_to(state);
  const std::vector<std::byte> before = state.bytes();
  learner.parameters().grad_to_write().mutable_data<float>()[0] = std::numeric_limits<float>::infinity();
  CHECK_THROWS_AS(learner.apply(0.1), NonFinite);
  CHECK(state.bytes() == before);
}

TEST_CASE(
    "a gradient whose square Adam could never forget is refused by its learner too, unless it is clipped") {
  for (const double clip : {0.0, 1.0}) {
    Task task;
    Learner learner(task.layer, {.clip = clip});
    Tape tape;
    const std::string said = error_message([&] { learner.step(task.loss() * 1e20, 0.1); });
    CHECK((said.find("exceeds the range of f32") != std::string::npos) == (clip == 0));
  }
}

TEST_CASE("a step goes along the gradient by the rate that it is given, cut to the norm that is asked for") {
  for (const double clip : {0.0, 0.25}) {
    Task task;
    Learner learner(task.layer, {.optimizer = sgd(), .clip = clip});
    const Doubles before = task.layer.weight().to_vector();
    Tape tape;
    const Tensor loss = task.loss();
    const Tensor wanted[] = {task.layer.weight(), task.layer.bias()};
    const Tensors g = grad(loss, wanted, {.retain_graph = true});
    const double norm = std::sqrt(sum(square(g[0])).item() + sum(square(g[1])).item());
    CHECK(learner.step(loss, 0.5) == approx(norm).epsilon(1e-5));
    const double share = clip > 0 ? clip / norm : 1;
    CHECK(share <= 1);
    for (size_t i = 0; i < 3; ++i)
      CHECK(task.layer.weight().to_vector()[i] ==
            approx(before[i] - 0.5 * share * g[0].to_vector()[i]).epsilon(1e-5));
  }
}

TEST_CASE("a State holds the average too, and how many weights are in it") {
  Task task, other;
  Learner learner(task.layer, {.ema = 0.9}), fresh(other.layer, {.ema = 0.9});
  State state, of_fresh;
  learner.add_to(state);
  fresh.add_to(of_fresh);
  const auto step = [](Learner& one, const Task& of) {
    Tape tape;
    one.step(of.loss(), 0.1);
  };
  for (int i = 0; i < 3; ++i) step(learner, task);
  for (const State::Entry& entry : of_fresh.entries()) entry.restore(state.find(entry.name)->bytes());
  step(learner, task);
  step(fresh, other);
  const auto one = learner.averaged(), two = fresh.averaged();
  CHECK(other.layer.weight().to_vector() == task.layer.weight().to_vector());
}
