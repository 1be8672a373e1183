#include "gradzoo/samplers/kinds/annealed.h"

#include <algorithm>
#include <cmath>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "gradzoo/autograd/ops.h"
#include "gradzoo/base/text.h"
#include "gradzoo/samplers/domain.h"
#include "samplers/kinds/check_step.h"

namespace gradzoo {
namespace {

// The numbers of "1,.5,.1".
std::vector<double> numbers_in(const std::string& text) {
  if (auto numbers = parse_numbers<double>(text)) return std::move(*numbers);
  throw Error("annealed: sigmas is '{}'. Hint: separate numbers by commas, as in sigmas=1,0.3,0.1", text);
}

std::vector<double> geometric(double begin, double end, int64_t levels) {
  std::vector<double> out;
  for (int64_t i = 0; i < levels; ++i) {
    const double share = levels == 1 ? 0 : static_cast<double>(i) / static_cast<double>(levels - 1);
    out.push_back(begin * std::pow(end / begin, share));
  }
  return out;
}

void check_levels(const std::vector<double>& sigmas) {
  const bool positive = std::ranges::all_of(sigmas, [](double s) { return s > 0 && std::isfinite(s); });
  if (positive && !sigmas.empty() && std::ranges::is_sorted(sigmas, std::greater())) return;
  throw Error(
      "annealed: the noise levels are {}. Hint: use numbers above 0, from the largest to the smallest",
      fmt::join(sigmas, ", "));
}

}  // namespace

void AnnealedOptions::describe(OptionTable& options) {
  describe_langevin_step(options, step, convention);
  options.add("sigmas", sigmas,
              "noise levels, such as 1,0.3,0.1; default: geometric, from the next three options");
  options.add("sigma_begin", sigma_begin, "first noise level");
  options.add("sigma_end", sigma_end, "last noise level");
  options.add("levels", levels, "noise levels", {1, 100'000});
  options.add("level_steps", level_steps, "transitions per level", {1, 1'000'000});
  options.add("denoise", denoise, "final denoising step x + sigma^2 score");
}

AnnealedLangevin::AnnealedLangevin(const AnnealedOptions& options) : options_(options) {
  check_step("annealed", options.step);
  if (options.levels < 1 || options.level_steps < 1)
    throw Error("annealed: {} levels of {} steps. Hint: use 1 or more of both", options.levels,
                options.level_steps);
  sigmas_ = options.sigmas.empty() ? geometric(options.sigma_begin, options.sigma_end, options.levels)
                                   : numbers_in(options.sigmas);
  check_levels(sigmas_);
}

WalkLength AnnealedLangevin::length() const {
  const int64_t steps = static_cast<int64_t>(sigmas_.size()) * options_.level_steps;
  return {steps, steps - options_.level_steps};
}

std::string AnnealedLangevin::remarks() const {
  std::string text = fmt::format("{} noise levels from {:g} to {:g}, {} steps per level", sigmas_.size(),
                                 sigmas_.front(), sigmas_.back(), options_.level_steps);
  if (taken_ > 0 && taken_ < length().steps)
    text += fmt::format("; stopped after {} steps of {}", taken_, length().steps);
  if (sigmas_.back() < least_)
    text += fmt::format(
        "; the target has no score below noise {:g}, so lower levels used the score at that noise", least_);
  if (!is_noisy_) text += "; the target has no noisy scores, so its score was used at every level";
  return text;
}

void AnnealedLangevin::add_to(State& state, const std::string& prefix) {
  state.add(prefix + ".taken", taken_);
}

void AnnealedLangevin::on_begin(const Tensor&) { taken_ = 0; }

double AnnealedLangevin::sigma() const {
  const auto level = static_cast<size_t>(taken_ / options_.level_steps);
  return std::max(sigmas_[std::min(level, sigmas_.size() - 1)], least_);
}

PointValue AnnealedLangevin::evaluate(const Target& target, const Tensor& x) {
  count_evaluations(1);
  is_noisy_ = static_cast<bool>(target.noisy_score);
  least_ = is_noisy_ ? target.noise_range.least : 0;
  return {{}, noisy_score_of(target, x, sigma())};
}

Transition AnnealedLangevin::transition(const Target& target, Rng& rng, bool) {
  const double growth = sigma() / sigmas_.back();
  const double e = full_step(options_.step, options_.convention) * growth * growth;
  Tensor next = x() + evaluate(target, x()).score * e + randn_like(x(), rng) * std::sqrt(2 * e);
  reflect(target.domain, next);
  ++taken_;
  if (options_.denoise && taken_ == length().steps) {
    const double variance = sigma() * sigma();
    next = next + evaluate(target, next).score * variance;
    reflect(target.domain, next);
  }
  return {next, {}, 1};
}

SamplerEntry annealed_entry() {
  return sampler_entry_of<AnnealedOptions, AnnealedLangevin>(
      {.moves = "ula on p * N(0, sigma^2) with falling sigma; eta is proportional to sigma^2",
       .source = "Song & Ermon 2019"});
}

}  // namespace gradzoo
