#include "tools/course/training.h"

#include <algorithm>
#include <cmath>
#include <filesystem>
#include <limits>
#include <span>

#include <fmt/format.h>

#include "gradzoo/autograd/grad.h"
#include "gradzoo/autograd/ops.h"
#include "gradzoo/base/clock.h"
#include "gradzoo/base/error.h"
#include "gradzoo/base/plain_file.h"
#include "gradzoo/base/text.h"
#include "gradzoo/datasets/toys/toy.h"
#include "gradzoo/models/eval/quadrature.h"
#include "gradzoo/plot/plane.h"
#include "tools/course/case.h"
#include "tools/course/density_net.h"

namespace gradzoo::course {
namespace {

namespace fs = std::filesystem;

constexpr double kMostSeconds = 600;

std::string trained_program(const Learner& learner) {
  const Step& step = find_step(6);
  const Built built = build_driver(learner, step.driver, step.files, Speed::of_running);
  if (!built.failure.empty()) throw Error("course: {}", built.failure);
  return built.program;
}

// The words that it answers to one long case of step 6.
std::string answered(const std::string& program, const std::string& folder, const std::string& input) {
  const Case training{.question = "training",
                      .asked = "training",
                      .input = input,
                      .expected = "",
                      .hint = "",
                      .seconds = kMostSeconds};
  const Answer answer = ask(program, folder, std::span(&training, 1), false).answers.front();
  if (answer.kind != Answer::Kind::words || answer.text == " refused")
    throw Error("course: the training failed: {}. Hint: gradzoo course check DIR 6",
                judge(training, answer).came);
  return answer.text;
}

RingResult train(const std::string& program, const std::string& folder, const RingSize& size, uint64_t seed) {
  return read_ring(answered(program, folder, ring_input(size, seed)), size);
}

// The KL of this program, whose name is that of its bytes, from before or now.
double kl_of(const std::string& program, const std::string& folder, const RingSize& size) {
  constexpr uint64_t kLongest = 100;
  const std::string kept = fmt::format("{}.kl-{}", program, size.steps);
  std::error_code error;
  if (fs::exists(kept, error)) return parse_number<double>(read_plain_file(kept, kLongest)).value_or(0);
  const double kl = train(program, folder, size, 0).kl;
  keep_file(kept, fmt::format("{}", kl));
  return kl;
}

}  // namespace

RingResult train_ring(const std::string& folder, const RingSize& size, uint64_t seed) {
  return train(trained_program(folder), folder, size, seed);
}

StepParts time_parts(const std::string& folder, const RingSize& size) {
  const std::vector<std::string> words =
      words_of(answered(trained_program(folder), folder, parts_input(size)));
  StepParts parts;
  size_t i = 0;
  for (double* const part : {&parts.net, &parts.score, &parts.loss, &parts.gradient, &parts.adam})
    *part = i < words.size() ? parse_number<double>(words[i++]).value_or(0) : 0;
  return parts;
}

std::string to_string(const StepParts& parts) {
  const double whole = parts.loss + parts.gradient + parts.adam;
  const auto percent = [&](double seconds) { return 100 * std::max(0.0, seconds) / whole; };
  return fmt::format(
      "the net {:.0f} %, its score {:.0f} %, the trace {:.0f} %, the loss's gradient {:.0f} %, Adam {:.0f} %",
      percent(parts.net), percent(parts.score), percent(parts.loss - parts.net - parts.score),
      percent(parts.gradient), percent(parts.adam));
}

void ask_training(const Learner& learner, Checked& checked, const RingSize& size) {
  constexpr int kStep = 6, kFull = 100;
  if (checked.step->number != kStep || !checked.failure.empty()) return;
  const bool all_right = checked.points() == kFull;
  Question& question = checked.questions.emplace_back(Question{"eight Gaussians learned", 0, 1});
  Failed failed{fmt::format("KL(truth || yours) after {} steps on eight Gaussians in a ring", size.steps), "",
                fmt::format("below {:g} nats", kRingGoal), ""};
  if (!all_right) {
    failed.came = "not run";
    failed.hint = "fix the cases above first";
  } else {
    try {
      const double kl = kl_of(trained_program(learner), learner.folder, size);
      if (kl < kRingGoal) {
        question.right = 1;
        return;
      }
      failed.came = fmt::format("{:.3g}", kl);
      failed.hint =
          "each part is right: does train_step use them unchanged? gradzoo course train DIR draws the result";
    } catch (const CannotKeep&) {
      throw;
    } catch (const Error& error) {
      failed.came = error.what();
      failed.hint = "gradzoo course train DIR runs only the training";
    }
  }
  question.failed.push_back(std::move(failed));
}

namespace {

constexpr double kSigma = 0.2;  // ring8's own

// On a square that holds all of it.
Grid ring_grid(const Toy& ring, int cells) {
  const double reach = ring.box().high[0];
  return {Box{{-reach, -reach}, {reach, reach}}, cells};
}

Tensor true_values(const Toy& ring, const Grid& grid) {
  return on_grid(grid, [&](const Tensor& x) { return ring.log_prob(x); });
}

double kl_of(const Grid& grid, const Tensor& log_p, const std::vector<double>& log_q) {
  if (!std::ranges::all_of(log_q, [](double value) { return std::isfinite(value); }))
    return std::numeric_limits<double>::quiet_NaN();
  return kl_on_grid(grid, log_p, tensor(log_q, {grid.count()}, DType::f64));
}

// exp of values on a grid (x, y), normalised, as rows of a picture: y along the rows.
Field density_field(const Grid& grid, const std::vector<double>& log_values) {
  Field field{grid.cells, grid.cells, std::vector<double>(log_values.size())};
  const double log_z = log_partition(grid, tensor(log_values, {grid.count()}, DType::f64));
  for (int64_t i = 0; i < grid.cells; ++i)
    for (int64_t j = 0; j < grid.cells; ++j)
      field.values[static_cast<size_t>(j * grid.cells + i)] =
          std::exp(log_values[static_cast<size_t>(i * grid.cells + j)] - log_z);
  return field;
}

}  // namespace

std::string ring_input(const RingSize& size, uint64_t seed) {
  const double reach = make_toy("ring8")->box().high[0];
  return fmt::format("train {} {} {}{}{} {}", size.steps, size.batch, size.cells, digits(reach),
                     digits(kSigma), seed);
}

std::string parts_input(const RingSize& size) {
  return fmt::format("parts {}{}", size.batch, digits(kSigma));
}

RingResult read_ring(const std::string& text, const RingSize& size) {
  const std::vector<std::string> words = words_of(text);
  const auto cells = static_cast<size_t>(size.cells) * static_cast<size_t>(size.cells);
  if (words.size() != 1 + 4 * cells)
    throw Error(
        "course: the training gave {} numbers, not {}. Hint: return one number per row from log_density",
        words.size(), 1 + 4 * cells);
  const auto number = [&](size_t i) { return parse_number<double>(words[i]).value_or(0); };
  const std::shared_ptr<const Toy> ring = make_toy("ring8");
  const Grid grid = ring_grid(*ring, size.cells);
  const Tensor log_p = true_values(*ring, grid);
  RingResult result;
  result.seconds = number(0);
  for (size_t quarter = 0; quarter < 4; ++quarter) {
    std::vector<double>& values = result.log_densities.emplace_back();
    for (size_t i = 0; i < cells; ++i) values.push_back(number(1 + quarter * cells + i));
    result.kl_by_quarter.push_back(kl_of(grid, log_p, values));
  }
  result.kl = result.kl_by_quarter.back();
  return result;
}

Image ring_picture(const RingResult& result, const RingSize& size) {
  const std::shared_ptr<const Toy> ring = make_toy("ring8");
  const Grid grid = ring_grid(*ring, size.cells);
  const Range range{grid.box.low[0], grid.box.high[0]};
  std::vector<PlaneView> views;
  views.push_back({.title = "the truth",
                   .x = range,
                   .y = range,
                   .density = density_field(grid, true_values(*ring, grid).to_vector())});
  for (const size_t quarter : {size_t{0}, size_t{1}, size_t{3}}) {
    PlaneView view{.title = fmt::format("yours after {} steps: KL {:.2g}",
                                        (quarter + 1) * static_cast<size_t>(size.steps / 4),
                                        result.kl_by_quarter[quarter]),
                   .x = range,
                   .y = range};
    if (std::isfinite(result.kl_by_quarter[quarter]))
      view.density = density_field(grid, result.log_densities[quarter]);
    views.push_back(std::move(view));
  }
  return draw_planes(views);
}

double own_step_seconds(const RingSize& size) {
  constexpr int kTries = 5;
  Rng rng(0, "course");
  const Tensor x = make_toy("ring8")->sample(size.batch, rng, DType::f64);
  Tensors parameters;
  for (const auto& [in, out] : {std::pair<int64_t, int64_t>{2, 64}, {64, 64}, {64, 1}}) {
    parameters.push_back(
        (randn({in, out}, rng, DType::f64) / std::sqrt(static_cast<double>(in))).requires_grad_());
    parameters.push_back(zeros({1, out}, DType::f64).requires_grad_());
  }
  double best = std::numeric_limits<double>::infinity();
  for (int i = 0; i < kTries; ++i) {
    const double begun = steady_seconds();
    const Tape tape;
    grad(matching_loss(parameters, x), parameters);
    best = std::min(best, steady_seconds() - begun);
  }
  return best;
}

}  // namespace gradzoo::course
