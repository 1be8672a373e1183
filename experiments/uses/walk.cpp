#include "gradzoo/experiments/uses/walk.h"

#include <algorithm>
#include <cmath>
#include <iterator>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "gradzoo/autograd/ops.h"
#include "gradzoo/autograd/plain.h"
#include "gradzoo/experiments/uses/capable_models.h"
#include "gradzoo/models/pictures/image_pictures.h"
#include "gradzoo/samplers/domain.h"
#include "models/base/data_units.h"
#include "nn/parallel/shared_rows.h"

namespace gradzoo {
namespace {

constexpr double kDisagreement = 1.01;  // R-hat above which chains are held to disagree (Vehtari et al. 2021)

Tensor by_rows(const Tensor& x, Processes& processes, FunctionRef<Tensor(const Tensor& x)> fn) {
  const RowBlocks blocks(x.dim(0));
  return shared_rows(blocks, processes, [&](int64_t i) { return fn(rows_of_block(x, blocks, i)); });
}

// Inside the domain; bits are tossed.
Tensor start_of(const Target& target, const DataShape& shape, int64_t n, Rng& rng) {
  if (target.initial) return target.initial(n, rng);
  if (target.binary) return bernoulli(full({n, shape.size()}, 0.5), rng);
  Tensor x = shape.kind().noise(shape, n, rng);
  reflect(target.domain, x);
  return x;
}

// Noise, drawn again where the toy's density is 0.
Tensor inside(const DataShape& shape, int64_t n, Rng& rng) {
  Tensor x = shape.kind().noise(shape, n, rng);
  while (true) {
    const Tensor outside = reshape(eq(shape.toy->log_prob(x), -INFINITY), {n, 1});
    if (!any(outside)) return x;
    x = where(outside, shape.kind().noise(shape, n, rng), x);
  }
}

std::string number(double value, std::string_view format) {
  return std::isnan(value) ? "-" : fmt::format(fmt::runtime(format), value);
}

}  // namespace

WalkOptions::WalkOptions(const std::string& sampler, std::span<const std::string> assignments)
    : entry_(find_sampler(sampler)), options_(entry_.options()) {
  options_->describe(table_);
  chains_.warmup = chains_.steps / 2;
  table_.add("steps", chains_.steps, "number of transitions per chain");
  table_.add("warmup", chains_.warmup,
             "number of first transitions that the diagnostics leave out (default: half of the steps)");
  for (const std::string& assignment : assignments) table_.assign(assignment);
  const WalkLength whole = make()->length();
  if (whole.steps > 0) table_.prefer(chains_.steps, whole.steps, "the sampler's levels");
  const bool is_whole = whole.steps > 0 && chains_.steps == whole.steps;
  table_.prefer(chains_.warmup, is_whole ? whole.before_last : chains_.steps / 2, "steps");
  check_chain_options(chains_, entry_.name);
}

Target with_extent(Target target, const DataShape& shape) {
  if (!shape.toy || target.binary || has_extent(target)) return target;
  const Box box = shape.toy->box();
  target.extent = {box.low, box.high};
  return target;
}

void check_fits(const SamplerEntry& sampler, const Target& target, const RunOptions& options,
                const DataShape& shape) {
  if (why_unfit(sampler.name, sampler.needs, target).empty()) return;
  const std::string fitting = fitting_samplers(target);
  const auto missing = [&](const Abilities& abilities, const DataShape& on) {
    return why_unfit(sampler.name, sampler.needs, with_extent(abilities.target, on));
  };
  const std::string models = names_of(capable_models(missing, shape)),
                    setting = remedy(options, missing, shape);
  throw Error("sample: {} needs a {}, but this run of {} has {}. Hint: {}{}{}", sampler.name,
              needs_text(sampler.needs), options.entry().name, target_text(target),
              fitting.empty() ? "" : fmt::format("on this run use {}; ", fitting),
              setting.empty() ? "" : fmt::format("train it with --set {}, or ", setting),
              models.empty() ? "choose another sampler, since no model of such data has that"
                             : "use a run of " + models);
}

Target density_target(const DataShape& shape, const SamplerEntry& sampler) {
  const std::shared_ptr<const Toy> toy = shape.toy;
  if (const std::string reason = toy->why_no_density(); !reason.empty()) throw Error(reason);
  const bool along_score = (sampler.needs & kNeedsScore) != 0;
  if (along_score && !toy->why_no_score().empty())
    throw Error("sample: {} needs a score, but {} has none. Hint: use --sampler mh or --sampler jumps",
                sampler.name, toy->name());
  Target target = with_extent({.log_prob = [toy](const Tensor& x) { return toy->log_prob(x); },
                               .initial = [shape](int64_t n, Rng& rng) { return inside(shape, n, rng); }},
                              shape);
  if (const std::string reason = why_unfit(sampler.name, sampler.needs, target); !reason.empty())
    throw Error(reason);
  return target;
}

Target shared_target(const Target& target, Processes& processes) {
  Target shared = target;
  if (target.log_prob)
    shared.log_prob = [target, &processes](const Tensor& x) {
      return by_rows(x, processes, [&](const Tensor& rows) { return log_prob_of(target, rows); });
    };
  if (!target.binary)
    shared.score = [target, &processes](const Tensor& x) {
      return by_rows(x, processes, [&](const Tensor& rows) { return score_of(target, rows); });
    };
  if (target.log_prob && !target.binary)
    shared.value_and_score = [target, &processes](const Tensor& x) {
      // One row of both: log p, then the score.
      const Tensor both = by_rows(x, processes, [&](const Tensor& rows) {
        const PointValue value = value_and_score(target, rows);
        return concat(reshape(value.log_prob, {rows.dim(0), 1}), value.score, 1);
      });
      return PointValue{reshape(slice(both, 1, 0, 1), {x.dim(0)}), slice(both, 1, 1, both.dim(1))};
    };
  if (target.noisy_score)
    shared.noisy_score = [target, &processes](const Tensor& x, double sigma) {
      return by_rows(x, processes, [&](const Tensor& rows) { return noisy_score_of(target, rows, sigma); });
    };
  return shared;
}

Walk walk(const Target& target, const DataShape& shape, int64_t n, Sampler& sampler,
          const ChainOptions& chains, uint64_t seed) {
  const Target walked = in_model_units(target, shape.units);
  Rng start(seed, "chains/start"), rng(seed, "chains");
  Walk out{run_chains(walked, start_of(walked, shape.in_model_units(), n, start), sampler, chains, rng), {}};
  out.chains.x = shape.units.to_data(out.chains.x);
  out.samples = as_examples(out.chains.x, shape);
  return out;
}

namespace {

std::string diagnostics_table(const ChainResult& result, int64_t n, const Sampler& sampler) {
  fmt::memory_buffer text;
  const auto out = std::back_inserter(text);
  const bool gradients = (sampler.needs() & kNeedsScore) != 0;
  fmt::format_to(out, "  {:<10} {:>10} {:>10} {:>8} {:>18}\n", "statistic", "bulk ESS", "tail ESS", "R-hat",
                 gradients ? "ESS per gradient" : "ESS per log p");
  const auto evaluations = static_cast<double>(n * result.evaluations);
  double worst = 0;
  for (size_t i = 0; i < result.statistics.size(); ++i) {
    worst = std::max(worst, result.rhat[i]);
    fmt::format_to(out, "  {:<10} {:>10} {:>10} {:>8} {:>18}\n", result.statistics[i],
                   number(result.ess[i], "{:.0f}"), number(result.tail_ess[i], "{:.0f}"),
                   number(result.rhat[i], result.rhat[i] < 1e4 ? "{:.3f}" : "{:.1e}"),
                   number(result.ess[i] / evaluations, "{:.2g}"));
  }
  if (worst > kDisagreement) {
    fmt::format_to(out, "the chains do not agree yet (R-hat above {}): use more steps, or another step\n",
                   kDisagreement);
  }
  return fmt::to_string(text);
}

}  // namespace

std::string walk_table(const ChainResult& result, int64_t n, const Sampler& sampler,
                       const ChainOptions& chains) {
  std::string text =
      fmt::format("{}: {} chains, {} steps{} ({} warm-up), ", sampler.name(), n, chains.steps,
                  sampler.step_size() > 0 ? fmt::format(" of {:g}", sampler.step_size()) : "", chains.warmup);
  text += sampler.is_exact() ? fmt::format("acceptance {:.3f}\n", result.acceptance)
                             : "every move is accepted: the step size biases the samples\n";
  if (!sampler.remarks().empty()) text += sampler.remarks() + "\n";
  return sampler.is_sampling() ? text + diagnostics_table(result, n, sampler) : text;
}

nlohmann::ordered_json walk_json(const ChainResult& result, int64_t n, const Sampler& sampler,
                                 const ChainOptions& chains) {
  using Json = nlohmann::ordered_json;
  Json object{{"sampler", sampler.name()},
              {"chains", n},
              {"steps", chains.steps},
              {"warmup", chains.warmup},
              {"step", nullptr},
              {"exact", sampler.is_exact()},
              {"acceptance", nullptr},
              {"divergences", nullptr},
              {"remarks", sampler.remarks()},
              {"statistics", Json::array()}};
  if (sampler.step_size() > 0) object["step"] = sampler.step_size();
  if (sampler.is_exact()) object["acceptance"] = result.acceptance;
  if (sampler.divergences() >= 0) object["divergences"] = sampler.divergences();
  if (!sampler.is_sampling()) return object;
  const auto evaluations = static_cast<double>(n * result.evaluations);
  const auto number = [](double x) { return std::isfinite(x) ? Json(x) : Json(nullptr); };
  for (size_t i = 0; i < result.statistics.size(); ++i) {
    object["statistics"].push_back({{"name", result.statistics[i]},
                                    {"bulk_ess", number(result.ess[i])},
                                    {"tail_ess", number(result.tail_ess[i])},
                                    {"rhat", number(result.rhat[i])},
                                    {"ess_per_evaluation", number(result.ess[i] / evaluations)}});
  }
  return object;
}

}  // namespace gradzoo
