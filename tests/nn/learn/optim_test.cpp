#include "gradzoo/nn/learn/optim.h"

#include <cmath>
#include <deque>
#include <functional>
#include <limits>
#include <memory>

#include <doctest/doctest.h>

#include "nn/toy_modules.h"
#include "support/approx.h"
#include "support/error_message.h"
#include "support/short_names.h"

namespace gradzoo {
using namespace test;
namespace {

const std::vector<Doubles> kGradients = {{0.5, -1.0, 2.0}, {-0.25, 0.75, 1.0}, {0.0, 0.125, -3.0}};

// Three steps at rate 0.1 from (1, -2, 3) with kGradients.
template <class Make>
Doubles after_three_steps(Make make, DType dtype = DType::f64) {
  const Vector module({1, -2, 3}, dtype);
  Parameters parameters(module);
  auto optimizer = make(parameters);
  for (const Doubles& gradient : kGradients) {
    parameters.zero_grad();
    give_gradient(module.w, gradient);
    optimizer.step(0.1);
  }
  return module.w.to_vector();
}

void check_near(const Doubles& got, const Doubles& want, double tolerance) {
  REQUIRE(got.size() == want.size());
  for (size_t i = 0; i < got.size(); ++i) CHECK(std::abs(got[i] - want[i]) <= tolerance);
}

// The rules as their papers write them, one weight at a time.
double naive_sgd(double w, size_t i, const SgdOptions& o) {
  double v = 0;
  for (const Doubles& gradient : kGradients) {
    const double g = gradient[i] + o.weight_decay * w;
    v = o.momentum * v + g;
    w -= 0.1 * (o.nesterov ? g + o.momentum * v : v);
  }
  return w;
}

double naive_adam(double w, size_t i, const AdamOptions& o) {
  double m = 0, v = 0, power1 = 1, power2 = 1;
  for (const Doubles& gradient : kGradients) {
    const double g = gradient[i] + (o.decoupled ? 0.0 : o.weight_decay * w);
    if (o.decoupled) w -= 0.1 * o.weight_decay * w;
    m = o.beta1 * m + (1 - o.beta1) * g;
    v = o.beta2 * v + (1 - o.beta2) * g * g;
    power1 *= o.beta1;
    power2 *= o.beta2;
    w -= 0.1 * (m / (1 - power1)) / (std::sqrt(v / (1 - power2)) + o.eps);
  }
  return w;
}

void copy_state(Optimizer& from, Optimizer& to) {
  State source, target;
  from.add_to(source, "optimizer");
  to.add_to(target, "optimizer");
  for (const State::Entry& entry : target.entries()) entry.restore(source.find(entry.name)->bytes());
}

}  // namespace

// The constants below are PyTorch 1.13's, in f64: torch.optim.X([w], lr=0.1, ...) with w.grad set to each row
// of kGradients before step().
TEST_CASE("Sgd takes PyTorch's steps") {
  const auto run = [](const SgdOptions& options) {
    return after_three_steps([&](Parameters& p) { return Sgd(p, options); });
  };
  check_near(run({}), {0.975, -1.9874999999999998, 2.9999999999999996}, 1e-14);
  check_near(run({.weight_decay = 0.01}), {0.972077949, -1.981630898, 2.9915087970000003}, 1e-14);
  check_near(run({.momentum = 0.9, .weight_decay = 0.01}),
             {0.9065597489999999, -1.8730944979999997, 2.5520441970000003}, 1e-14);
  check_near(run({.momentum = 0.9, .nesterov = true}), {0.8958, -1.8831000000000002, 2.6112}, 1e-14);
}

TEST_CASE("Adam and AdamW take PyTorch's steps") {
  check_near(after_three_steps([](Parameters& p) { return Adam(p); }),
             {0.8527783689874682, -1.8905585725409244, 2.814979716955649}, 1e-14);
  const AdamOptions options{.beta1 = 0.5, .beta2 = 0.9, .eps = 1e-3, .weight_decay = 0.01};
  check_near(after_three_steps([&](Parameters& p) { return Adam(p, options); }),
             {0.8948998270307623, -1.934413539805361, 2.864690842173314}, 1e-14);
  check_near(after_three_steps([](Parameters& p) { return AdamW(p); }),
             {0.8500079016867623, -1.8847734030395649, 2.806281831917941}, 1e-14);
}

TEST_CASE("the optimisers agree with their papers' rules, one weight at a time, in f32 too") {
  const Doubles start = {1, -2, 3};
  const SgdOptions sgd{.momentum = 0.7, .weight_decay = 0.05, .nesterov = true};
  const AdamOptions adam{.beta1 = 0.8, .beta2 = 0.95, .eps = 1e-6, .weight_decay = 0.2, .decoupled = true};
  for (const auto& [dtype, tolerance] : {std::pair{DType::f64, 1e-14}, std::pair{DType::f32, 2e-6}}) {
    const Doubles by_sgd = after_three_steps([&](Parameters& p) { return Sgd(p, sgd); }, dtype);
    const Doubles by_adam = after_three_steps([&](Parameters& p) { return Adam(p, adam); }, dtype);
    for (size_t i = 0; i < 3; ++i) {
      CHECK(std::abs(by_sgd[i] - naive_sgd(start[i], i, sgd)) <= tolerance);
      CHECK(std::abs(by_adam[i] - naive_adam(start[i], i, adam)) <= tolerance);
    }
  }
}

// The loop of a PyTorch user: an optimiser of the tensors, zero_grad, backward, step.
TEST_CASE("optimisers of tensors take the steps that those of Parameters take") {
  const auto by_tensors = [](auto make) {
    const Vector module({1, -2, 3});
    auto optimizer = make(module.parameters());
    for (const Doubles& gradient : kGradients) {
      optimizer.zero_grad();
      give_gradient(module.w, gradient);
      optimizer.step();
    }
    return module.w.to_vector();
  };
  using Tensors = std::vector<Tensor>;
  const SgdOptions sgd{.momentum = 0.9, .nesterov = true};
  const AdamOptions adam{.beta1 = 0.5, .weight_decay = 0.01};
  CHECK(by_tensors([&](const Tensors& w) { return Sgd(w, 0.1, sgd); }) ==
        after_three_steps([&](Parameters& p) { return Sgd(p, sgd); }));
  CHECK(by_tensors([&](const Tensors& w) { return Adam(w, 0.1, adam); }) ==
        after_three_steps([&](Parameters& p) { return Adam(p, adam); }));
  CHECK(by_tensors([](const Tensors& w) { return AdamW(w, 0.1); }) ==
        after_three_steps([](Parameters& p) { return AdamW(p); }));
}

TEST_CASE("tensors without a module are optimised too, Adam by 1e-3 unless told otherwise") {
  Tensor a = tensor({0}, {1}, DType::f64).requires_grad_(), b = a.detach().clone().requires_grad_();
  Adam optimizer({a, b});
  State state;
  optimizer.add_to(state, "optimizer");
  CHECK(state.find("optimizer.first_moment.0") != nullptr);
  CHECK(state.find("optimizer.first_moment.1") != nullptr);
  {
    const Tape tape;
    backward(sum(a * 3.0 - b));
  }
  optimizer.step();
  CHECK(a.item() == approx(-1e-3).epsilon(1e-6));
  CHECK(b.item() == approx(1e-3).epsilon(1e-6));
  optimizer.zero_grad();
  CHECK_FALSE(a.grad().defined());
}

TEST_CASE("large matrices, small ones between them and none take the steps that each takes alone") {
  std::vector<Tensor> together, alone;
  std::deque<Adam> apart;  // which may not be moved
  for (const int64_t size : {5, 40000, 7, 20000, 3000, 100000, 9, 2}) {
    const Tensor start = full({size}, 0.5, DType::f64);
    together.push_back(start.clone().requires_grad_());
    alone.push_back(start.clone().requires_grad_());
    apart.emplace_back(std::vector<Tensor>{alone.back()}, 0.1);
  }
  Adam optimizer(together, 0.1);
  const auto give = [](const Tensor& w, size_t step) {
    Doubles gradient(static_cast<size_t>(w.size()));
    for (size_t i = 0; i < gradient.size(); ++i) gradient[i] = std::sin(static_cast<double>(i + 7 * step));
    give_gradient(w, gradient);
  };
  for (size_t step = 0; step < 3; ++step) {
    optimizer.zero_grad();
    for (size_t i = 0; i < together.size(); ++i) {
      if (i == 4 && step == 1) continue;  // which nobody reaches then
      apart[i].zero_grad();
      give(together[i], step);
      give(alone[i], step);
      apart[i].step();
    }
    optimizer.step();
  }
  for (size_t i = 0; i < together.size(); ++i) CHECK(together[i].to_vector() == alone[i].to_vector());
}

TEST_CASE("a parameter between two that are reached stays, and so do those beside one that is") {
  const std::vector<std::function<std::unique_ptr<Optimizer>(Parameters&)>> makers = {
      [](Parameters& p) {
        return std::make_unique<Sgd>(p, SgdOptions{.momentum = 0.9, .weight_decay = 0.1});
      },
      [](Parameters& p) { return std::make_unique<Adam>(p, AdamOptions{.weight_decay = 0.1}); },
      [](Parameters& p) { return std::make_unique<AdamW>(p); }};
  for (const auto& make : makers) {
    for (unsigned reached = 0; reached < 16; ++reached) {  // a bit for each of four parameters
      CAPTURE(reached);
      std::vector<Tensor> tensors;
      for (int i = 0; i < 4; ++i) tensors.push_back(full({5}, 0.5 + i, DType::f64).requires_grad_());
      Parameters parameters(tensors);
      const auto optimizer = make(parameters);
      State state;
      optimizer->add_to(state, "optimizer");
      const auto step = [&](unsigned which) {
        parameters.zero_grad();
        for (size_t i = 0; i < 4; ++i)
          if ((which >> i & 1) != 0) give_gradient(tensors[i], Doubles(5, 1.0));
        optimizer->step(0.1);
      };
      step(15);  // moments that would move what is not reached
      const auto known_of = [&](size_t i) {
        std::vector<std::vector<std::byte>> known;
        for (const State::Entry& entry : state.entries())
          if (entry.name.ends_with("." + std::to_string(i))) known.push_back(entry.bytes());
        return known;
      };
      std::vector<Doubles> before;
      std::vector<std::vector<std::vector<std::byte>>> known;
      for (size_t i = 0; i < 4; ++i) {
        before.push_back(tensors[i].to_vector());
        known.push_back(known_of(i));
        REQUIRE_FALSE(known[i].empty());
      }
      step(reached);
      for (size_t i = 0; i < 4; ++i) {
        const bool is_reached = (reached >> i & 1) != 0;
        CHECK((tensors[i].to_vector() != before[i]) == is_reached);
        CHECK((known_of(i) != known[i]) == is_reached);
      }
    }
  }
}

TEST_CASE("an optimiser follows another one that is gone") {
  const Pair net;
  {
    Adam first(net.parameters(), 0.5);
    give_gradient(net.a.w, {1, 1, 1});
    first.step();
    check_refused("one of them at a time", [&] { Adam(net.parameters()); });
  }
  check_near(net.a.w.to_vector(), {0.5, -2.5, 2.5}, 1e-7);
  check_refused("for all parameters", [&] { Sgd(net.a.parameters(), 1); });
  Sgd second(net.parameters(), 1);
  second.zero_grad();
  give_gradient(net.a.w, {1, 2, 3});
  second.step();
  check_near(net.a.w.to_vector(), {-0.5, -4.5, -0.5}, 1e-7);
  CHECK(net.b.w.to_vector() == Doubles(17, 0.5));
}

TEST_CASE("an optimiser is refused tensors without gradient or another's, and a step without a rate") {
  Tensor w = ones({2}).requires_grad_().named("w");
  check_refused("does not require a gradient. Hint: call requires_grad_()", [&] { Sgd({w.detach()}, 0.1); });
  check_refused("the learning rate is -1", [&] { Sgd({w}, -1); });
  const Vector module({1});
  Parameters parameters(module);
  Sgd sgd(parameters);
  check_refused("no learning rate. Hint: use step(1e-3)", [&] { sgd.step(); });
  check_refused("'w' shares its values with another tensor, perhaps because an optimiser",
                [&] { Adam(module.parameters()); });
}

TEST_CASE("Adam's first step is lr in every coordinate, whatever the gradient's scale") {
  const Vector module({0, 0, 0});
  Parameters parameters(module);
  give_gradient(module.w, {1e-3, -1.0, 1e6});
  Adam(parameters, {.eps = 1e-30}).step(0.25);
  check_near(module.w.to_vector(), {-0.25, 0.25, -0.25}, 1e-15);
}

TEST_CASE("Adam's corrections go on as powers of the betas, a thousand steps on") {
  const Vector module({1, -2, 3});
  Parameters parameters(module);
  Adam adam(parameters, {.beta1 = 0.99, .beta2 = 0.9995});
  Doubles w = {1, -2, 3}, m(3), v(3);
  for (int t = 1; t <= 1000; ++t) {
    const Doubles gradient = {std::sin(t), std::cos(3.0 * t) + 0.5, 1e-3 * t};
    parameters.zero_grad();
    give_gradient(module.w, gradient);
    adam.step(0.01);
    for (size_t i = 0; i < 3; ++i) {
      m[i] = 0.99 * m[i] + 0.01 * gradient[i];
      v[i] = 0.9995 * v[i] + 0.0005 * gradient[i] * gradient[i];
      const double first = m[i] / (1 - std::pow(0.99, t)), second = v[i] / (1 - std::pow(0.9995, t));
      w[i] -= 0.01 * first / (std::sqrt(second) + 1e-8);
    }
  }
  check_near(module.w.to_vector(), w, 1e-10);
}

TEST_CASE("an optimiser's State holds all that its next step reads") {
  const auto run = [](auto make, size_t replaced_at) {
    const Vector module({1, -2, 3});
    Parameters parameters(module);
    std::unique_ptr<Optimizer> optimizer = make(parameters);
    for (size_t step = 0; step < kGradients.size(); ++step) {
      if (step == replaced_at) {
        std::unique_ptr<Optimizer> fresh = make(parameters);
        copy_state(*optimizer, *fresh);
        optimizer = std::move(fresh);
      }
      parameters.zero_grad();
      give_gradient(module.w, kGradients[step]);
      optimizer->step(0.1);
    }
    return module.w.to_vector();
  };
  const size_t never = kGradients.size();
  const auto sgd = [](Parameters& p) { return std::make_unique<Sgd>(p, SgdOptions{.momentum = 0.9}); };
  const auto adam = [](Parameters& p) { return std::make_unique<Adam>(p); };
  CHECK(run(sgd, 2) == run(sgd, never));
  CHECK(run(adam, 2) == run(adam, never));
}

TEST_CASE("state entries are named by optimiser, moment and parameter") {
  Pair pair;
  Parameters parameters(pair);
  Adam adam(parameters);
  State state;
  adam.add_to(state, "optimizer");
  REQUIRE(state.entries().size() == 6);
  CHECK(state.find("optimizer.first_moment.a.w") != nullptr);
  CHECK(state.find("optimizer.second_moment.b.w")->shape() == Shape{17});
  CHECK(state.find("optimizer.step")->dtype() == DType::i64);
}

TEST_CASE("settings out of range are refused with a hint") {
  const Vector module({1});
  Parameters parameters(module);
  const auto refused = [](auto make) { return error_message(make).find("Hint:") != std::string::npos; };
  const double nan = std::numeric_limits<double>::quiet_NaN();
  CHECK(refused([&] { Sgd(parameters, {.momentum = 1.0}); }));
  CHECK(refused([&] { Sgd(parameters, {.weight_decay = -1.0}); }));
  CHECK(refused([&] { Sgd(parameters, {.nesterov = true}); }));
  CHECK(refused([&] { Adam(parameters, {.beta1 = 1.0}); }));
  CHECK(refused([&] { Adam(parameters, {.beta2 = nan}); }));
  CHECK(refused([&] { Adam(parameters, {.eps = 0.0}); }));
  Sgd sgd(parameters);
  CHECK(refused([&] { sgd.step(nan); }));
  CHECK(refused([&] { sgd.step(-0.1); }));
  CHECK(module.w.item() == 1.0);
}

TEST_CASE("a parameter that no gradient has reached stays, as does what is known of it, as in PyTorch") {
  const auto sgd = [](Parameters& p) -> std::unique_ptr<Optimizer> {
    return std::make_unique<Sgd>(p, SgdOptions{.momentum = 0.9, .weight_decay = 0.1});
  };
  const auto adam = [](Parameters& p) -> std::unique_ptr<Optimizer> {
    return std::make_unique<Adam>(p, AdamOptions{.weight_decay = 0.1});
  };
  for (const auto& make : std::vector<std::function<std::unique_ptr<Optimizer>(Parameters&)>>{sgd, adam}) {
    for (const size_t renewed_at : {size_t{5}, size_t{3}}) {  // never, or in between
      Pair pair;
      const Vector alone(pair.a.w.to_vector());
      Parameters parameters(pair), of_alone(alone);
      auto optimizer = make(parameters);
      const auto reference = make(of_alone);
      for (size_t step = 0; step < 5; ++step) {
        if (step == renewed_at) {
          auto fresh = make(parameters);
          copy_state(*optimizer, *fresh);
          optimizer = std::move(fresh);
        }
        parameters.zero_grad();
        give_gradient(pair.b.w, Doubles(17, 0.25));
        if (step == 1 || step == 4) {  // a is reached late, and now and then
          of_alone.zero_grad();
          give_gradient(pair.a.w, {1, -2, 3});
          give_gradient(alone.w, {1, -2, 3});
          reference->step(0.1);
        }
        optimizer->step(0.1);
        CHECK(pair.a.w.to_vector() == alone.w.to_vector());
      }
      CHECK(pair.b.w.to_vector()[0] < 0.5);
    }
  }
}

TEST_CASE("Adam refuses a gradient whose square it could never forget, before anything is changed") {
  const Vector module({1, 2}, DType::f32);
  Parameters parameters(module);
  Adam adam(parameters);
  State state;
  parameters.add_to(state);
  adam.add_to(state, "optimizer");
  const auto step_with = [&](const Doubles& gradient) {
    parameters.zero_grad();
    give_gradient(module.w, gradient);
    adam.step(0.1);
  };
  step_with({1, 1});
  const auto before = state.bytes();
  CHECK_THROWS_WITH_AS(step_with({5e19, 1}), Contains("2.5e+39, exceeds the range of f32"), NonFinite);
  CHECK(state.bytes() == before);
  step_with({1e19, 1});
  CHECK(module.w.to_vector()[0] < 0.9);
}

}  // namespace gradzoo
