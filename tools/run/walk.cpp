#include "tools/run/walk.h"

#include <algorithm>
#include <cmath>
#include <iterator>

#include <fmt/format.h>

#include "autograd/ops.h"
#include "models/pictures/image_pictures.h"
#include "models/registry.h"

namespace gradzoo {
namespace {

constexpr double kDisagreement =
    1.1;  // split R-hat above which chains are held to disagree (Gelman et al. 2013)

// Images start as uniform pixels, points as a Gaussian that the toy's box holds, or N(0, I).
Tensor noise_like(const DataShape& shape, int64_t n, Rng& rng) {
  const Shape rows{n, shape.size()};
  if (shape.is_image()) return rand(rows, rng);
  Tensor z = randn(rows, rng);
  if (!shape.toy) return z;
  const Box box = shape.toy->box();
  return box.centre() + z * box.sides() / 6.0;
}

std::string fitting_models() {
  std::string text;
  for (const ModelEntry& entry : model_registry()) {
    if (!entry.walks_on.empty())
      text += fmt::format("{}{} ({})", text.empty() ? "" : ", ", entry.name, entry.walks_on);
  }
  return text.empty() ? "no model of the list does yet" : "these do: " + text;
}

std::string number(double value, std::string_view format) {
  return std::isnan(value) ? "-" : fmt::format(fmt::runtime(format), value);
}

}  // namespace

WalkOptions::WalkOptions(const std::string& sampler, std::span<const std::string> assignments)
    : entry_(find_sampler(sampler)), options_(entry_.options()) {
  options_->describe(table_);
  chains_.warmup = chains_.steps / 2;
  table_.add("steps", chains_.steps, "transitions of a chain");
  table_.add("warmup", chains_.warmup,
             "transitions that the diagnostics leave out; half of the steps unless set");
  for (const std::string& assignment : assignments) table_.assign(assignment);
  table_.prefer(chains_.warmup, chains_.steps / 2, "steps");
  check_chain_options(chains_, entry_.name);
  make();
}

void check_fits(const SamplerEntry& sampler, const Target& target, const std::string& model) {
  if (why_unfit(sampler.name, sampler.needs, target).empty()) return;
  const std::string_view has = target.score ? "a score but no log-density" : "neither log-density nor score";
  throw Error("sample: {} walks on a {}, and this run of {} has {}. Hint: {}", sampler.name,
              needs_text(sampler.needs), model, has, fitting_models());
}

Walk walk(const Target& target, const DataShape& shape, int64_t n, Sampler& sampler,
          const ChainOptions& chains, uint64_t seed) {
  Rng start(seed, "chains/start"), rng(seed, "chains");
  const Tensor x0 = target.initial ? target.initial(n, start) : noise_like(shape, n, start);
  Walk out{run_chains(target, x0, sampler, chains, rng), {}};
  out.samples = shape.is_image() ? as_images(out.chains.x, shape) : out.chains.x;
  return out;
}

namespace {

std::string diagnostics_table(const ChainResult& result, int64_t n, const Sampler& sampler) {
  fmt::memory_buffer text;
  const auto out = std::back_inserter(text);
  const bool gradients = (sampler.needs() & kNeedsScore) != 0;
  fmt::format_to(out, "  {:<10} {:>10} {:>12} {:>18}\n", "statistic", "ESS", "split R-hat",
                 gradients ? "ESS per gradient" : "ESS per log p");
  const auto evaluations = static_cast<double>(n * result.evaluations);
  double worst = 0;
  for (size_t i = 0; i < result.statistics.size(); ++i) {
    worst = std::max(worst, result.rhat[i]);
    fmt::format_to(out, "  {:<10} {:>10} {:>12} {:>18}\n", result.statistics[i],
                   number(result.ess[i], "{:.0f}"), number(result.rhat[i], "{:.3f}"),
                   number(result.ess[i] / evaluations, "{:.2g}"));
  }
  if (worst > kDisagreement) {
    fmt::format_to(out, "the chains do not agree yet (split R-hat above {}): more steps, or another step\n",
                   kDisagreement);
  }
  return fmt::to_string(text);
}

}  // namespace

std::string walk_table(const ChainResult& result, int64_t n, const Sampler& sampler,
                       const ChainOptions& chains) {
  std::string text = fmt::format("{}: {} chains, {} steps of {:g} ({} warm-up), ", sampler.name(), n,
                                 chains.steps, sampler.step_size(), chains.warmup);
  text += sampler.is_exact() ? fmt::format("acceptance {:.3f}\n", result.acceptance)
                             : "every move taken: biased by the step's size\n";
  if (!sampler.remarks().empty()) text += sampler.remarks() + "\n";
  return sampler.is_sampling() ? text + diagnostics_table(result, n, sampler) : text;
}

}  // namespace gradzoo
