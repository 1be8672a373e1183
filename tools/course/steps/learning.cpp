#include <string>

#include <fmt/format.h>

#include "gradzoo/autograd/grad.h"
#include "gradzoo/autograd/ops.h"
#include "gradzoo/base/text.h"
#include "tools/course/density_net.h"
#include "tools/course/program.h"
#include "tools/course/steps/steps.h"

namespace gradzoo::course {
namespace {

Tensors draw_parameters(const std::vector<int64_t>& sizes, Draws& draws, double scale = 1) {
  Tensors parameters;
  for (size_t i = 0; i + 1 < sizes.size(); ++i) {
    parameters.push_back(draws.array({sizes[i], sizes[i + 1]}, scale).requires_grad_());
    parameters.push_back(draws.array({1, sizes[i + 1]}, 0.5).requires_grad_());
  }
  return parameters;
}

std::string list_of(const Tensors& all) {
  std::string text = fmt::format(" {}", all.size());
  for (const Tensor& x : all) text += as_input(x);
  return text;
}
std::string in_words(const std::vector<int64_t>& sizes) {
  std::string text;
  for (const int64_t size : sizes) text += fmt::format("{}{}", text.empty() ? "" : "-", size);
  return text;
}

struct LossSlip {
  LossOptions options;
  const char* hint;
};

const std::vector<LossSlip>& loss_slips() {
  static const std::vector<LossSlip> kSlips = {
      {{.trace_factor = 0.5}, "the trace has the weight 1, the square of the score 1/2"},
      {{.square_factor = 2}, "the square of the score has the weight 1/2"},
      {{.trace_factor = -1},
       "which sign has the trace? At a peak of log p the trace is negative, and low is good"},
      {{.trace_factor = 0}, "the trace is missing: has the score a history that can be differentiated?"},
      {{.mean = false}, "the mean over rows, not their sum"},
      {{.first_axis_only = true},
       "the trace adds up one second derivative per axis of x; here only the first one is there"},
      {{.relu_between = true}, "relu has no useful second derivative: use tanh between the layers"}};
  return kSlips;
}

std::string loss_words(const Tensors& parameters, const Tensor& x, const LossOptions& options,
                       bool gradients) {
  const Tape tape;
  const Tensor loss = matching_loss(parameters, x, options);
  const std::string words = as_answer({loss.detach()});
  return gradients ? words + as_answer(grad(loss, parameters)) : words;
}

// Values after some steps, one after another, each of shape (n).
std::string adam_words(const AdamOptions& options, std::vector<double> values,
                       const std::vector<std::vector<double>>& gradients) {
  AdamSteps adam(options);
  std::string words;
  const Shape shape{static_cast<int64_t>(values.size())};
  for (const std::vector<double>& gradient : gradients) {
    adam.step(values, gradient);
    words += " " + shape.str() + digits(values);
  }
  return words;
}

Case adam_case(Draws& draws, int steps, double scale) {
  constexpr double kRate = 0.1;
  std::vector<double> values(3);
  for (double& value : values) value = draws.between(-1, 1);
  std::vector<std::vector<double>> gradients;
  std::string input = fmt::format("adam 1 1 3{}{} {}", digits(values), digits(kRate), steps);
  for (int i = 0; i < steps; ++i) {
    std::vector<double>& gradient = gradients.emplace_back(3);
    for (double& g : gradient) g = scale * draws.between(0.2, 1) * (draws.below(2) == 0 ? -1 : 1);
    input += " 1 1 3" + digits(gradient);
  }
  Case asked{
      .question = "Adam",
      .asked = fmt::format("the parameters{} after each of {} steps of rate {}, the first gradient being{}",
                           digits(values), steps, kRate, digits(gradients.front())),
      .input = input,
      .expected = adam_words({.rate = kRate}, values, gradients),
      .hint = "algorithm 1 of the paper, line by line: m, v, both corrected, then the step"};
  const std::pair<AdamOptions, const char*> slips[] = {
      {{.rate = kRate, .corrected = false},
       "the first steps are too small by a fixed factor: m and v begin at 0, and the bias correction makes "
       "up for it"},
      {{.rate = kRate, .inside_root = true}, "epsilon is added to the root, not under it"},
      {{.rate = kRate, .decayed = false}, "m is an average: the new gradient has the weight 1 - beta1"},
      {{.rate = kRate, .upwards = true}, "this step climbs, but the loss has to fall"},
      {{.rate = kRate, .shared_root = false},
       "the step is divided by the ROOT of v: its size must not depend on the gradient's scale"}};
  for (const auto& [options, hint] : slips)
    asked.known.push_back({adam_words(options, values, gradients), hint});
  asked.diagnose = [](const Answer& answer) -> std::string {
    return answer.text.find("nan") != std::string::npos || answer.text.find("inf") != std::string::npos
               ? "the correction divides by 0: the first step is number 1"
               : "";
  };
  return asked;
}

// Some whole steps of training, and the parameters that they lead to.
Case steps_case(Draws& draws) {
  constexpr int kSteps = 4;
  constexpr double kRate = 0.02;
  Tensors parameters = draw_parameters({2, 4, 3, 1}, draws);
  std::string input = "steps" + list_of(parameters) + fmt::format("{} {}", digits(kRate), kSteps);
  std::vector<AdamSteps> adam(parameters.size(), AdamSteps({.rate = kRate}));
  std::string losses;
  std::string kept_gradients;  // what a gradient that is never reset makes of the losses
  Tensors kept = parameters, kept_sum;
  std::vector<AdamSteps> kept_adam(parameters.size(), AdamSteps({.rate = kRate}));
  const auto train = [](Tensors& values, std::vector<AdamSteps>& adams, const Tensor& x, Tensors* sums) {
    Tensors gradients;
    double loss = 0;
    {
      const Tape tape;
      const Tensor y = matching_loss(values, x);
      loss = y.item();
      gradients = grad(y, values);
    }
    for (size_t k = 0; k < values.size(); ++k) {
      if (sums != nullptr && sums->size() == values.size()) gradients[k] = add((*sums)[k], gradients[k]);
      std::vector<double> numbers = values[k].to_vector();
      adams[k].step(numbers, gradients[k].to_vector());
      values[k] = tensor(numbers, values[k].shape(), DType::f64).requires_grad_();
    }
    if (sums != nullptr) *sums = gradients;
    return loss;
  };
  for (int step = 0; step < kSteps; ++step) {
    const Tensor x = draws.array({5, 2}, 1.5);
    input += as_input(x);
    losses += digits(train(parameters, adam, x, nullptr));
    kept_gradients += digits(train(kept, kept_adam, x, &kept_sum));
  }
  return {
      .question = "whole steps of training",
      .asked = fmt::format(
          "the losses of {} steps of a net 2-4-3-1 on five points each, and its parameters then", kSteps),
      .input = input,
      .expected = losses + as_answer(parameters),
      .hint =
          "each step has its own tape, its loss, its gradients and one step of Adam; the loss is the one "
          "before the step",
      .known = {{kept_gradients,
                 "from step 2 on, the gradient includes earlier gradients: it must begin at 0 each time"}},
      .tolerance = 1e-7};
}

// The loss of a net with a unit of usual size and one that is steep by 2^100, on points at its foot. Both
// have their share of the trace.
Case two_scales_case(Draws& draws) {
  constexpr double kSteep = 0x1p100;
  const Tensors parameters = {
      tensor({draws.between(0.5, 1), kSteep, draws.between(0.5, 1), -kSteep}, {2, 2}, DType::f64),
      tensor({draws.between(-0.5, 0.5), draws.between(0.5, 1)}, {1, 2}, DType::f64),
      tensor({draws.between(0.5, 1), draws.between(0.5, 1) / kSteep / kSteep}, {2, 1}, DType::f64),
      zeros({1, 1}, DType::f64)};
  const double a = draws.between(-1, 1), b = draws.between(-1, 1);
  const Tensor x = tensor({a, a, b, b}, {2, 2}, DType::f64);
  return {
      .question = "two scales at once",
      .asked = "score_matching_loss of a net 2-2-1 whose second unit is steep by 2^100, at two points",
      .input = "value" + list_of(parameters) + as_input(x),
      .expected = loss_words(parameters, x, {}, false),
      .hint =
          "no step h fits both units: differences see only one. Compute score and trace as gradients from "
          "recorded sweeps",
      .tolerance = 1e-10};
}

}  // namespace

std::vector<Case> cases_of_learning(uint64_t seed) {
  constexpr double kSaturated = 20;  // weights that lead tanh to its ends, in some of the units
  std::vector<Case> cases;
  Draws draws(seed);
  cases.push_back(
      {.question = "initial parameters",
       .asked = "shapes of a net 400-300-1, the weights' variance times their inputs, the biases' squares",
       .input = fmt::format("initial {} 3 400 300 1", draws.seed()),
       .expected = "(400,300) 1 (1,300) 0 (300,1) 1 (1,1) 0",
       .hint = "weights of N(0, 1 / in), biases 0",
       .known = {{"(400,300) 0", "all weights are 0: then all units of a layer stay the same"},
                 {"(300,400)", "a weight is (in, out), so that x W is a product"}},
       .diagnose = [](const Answer& answer) -> std::string {
         const std::vector<std::string> words = words_of(answer.text);
         const double scale = words.size() > 1 ? parse_number<double>(words[1]).value_or(0) : 1;
         return scale > 1.5 ? "the variance is 1 / in: with a variance of 1, tanh is saturated from the start"
                            : "";
       },
       .tolerance = 0.4});
  for (int i = 0; i < 6; ++i) {
    const std::vector<int64_t> sizes =
        i % 2 == 0 ? std::vector<int64_t>{2, 5, 1} : std::vector<int64_t>{2, 4, 3, 1};
    const Tensors parameters = draw_parameters(sizes, draws, i < 4 ? 1 : kSaturated);
    const Tensor x = draws.array({3, 2}, 1.5);
    Case asked{.question = "layers",
               .asked = fmt::format("log_density of a net {} at three points", in_words(sizes)),
               .input = "density" + list_of(parameters) + as_input(x),
               .expected = as_answer({density_net(parameters, x).detach()}),
               .hint = "x W + b, tanh, and so on; no tanh after the last layer, and a bias in each"};
    asked.known.push_back({as_answer({density_net(parameters, x, true).detach()}),
                           "relu has no useful second derivative: use tanh between the layers"});
    asked.known.push_back({as_answer({tanh(density_net(parameters, x)).detach()}),
                           "no tanh after the last layer: log p may be any number"});
    Tensors unbiased = parameters;
    for (size_t k = 1; k < unbiased.size(); k += 2) unbiased[k] = zeros(unbiased[k].shape(), DType::f64);
    asked.known.push_back({as_answer({density_net(unbiased, x).detach()}), "the biases are not added"});
    cases.push_back(std::move(asked));
  }
  for (int i = 0; i < 8; ++i) {
    const std::vector<int64_t> sizes =
        i % 2 == 0 ? std::vector<int64_t>{2, 5, 1} : std::vector<int64_t>{3, 4, 3, 1};
    const Tensors parameters = draw_parameters(sizes, draws);
    const Tensor x = draws.array({4, sizes.front()}, 1.5);
    Case asked{.question = "the loss",
               .asked = fmt::format("score_matching_loss of a net {} at four points, and its gradients",
                                    in_words(sizes)),
               .input = "loss" + list_of(parameters) + as_input(x),
               .expected = loss_words(parameters, x, {}, true),
               .hint = "the mean over rows of the trace and half the square of the score",
               .tolerance = 1e-10};
    for (const LossSlip& slip : loss_slips())
      asked.known.push_back({loss_words(parameters, x, slip.options, false), slip.hint});
    asked.known.push_back({loss_words(parameters, x, {}, false),
                           "the loss is right and its gradient is not: which part of it has no history?"});
    cases.push_back(std::move(asked));
  }
  cases.push_back(two_scales_case(draws));
  cases.push_back(adam_case(draws, 1, 1));
  cases.push_back(adam_case(draws, 6, 1));
  cases.push_back(adam_case(draws, 3, 1e-4));
  cases.push_back(steps_case(draws));
  cases.push_back(steps_case(draws));
  return cases;
}

}  // namespace gradzoo::course
