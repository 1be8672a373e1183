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
  std::vector<double> centre, width;
  for (size_t i = 0; i < box.low.size(); ++i) {
    centre.push_back((box.low[i] + box.high[i]) / 2);
    width.push_back((box.high[i] - box.low[i]) / 6);
  }
  const Shape row{shape.size()};
  return z * tensor(width, row) + tensor(centre, row);
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

Settings sampler_settings(SamplerKind kind) {
  const bool mh = kind == SamplerKind::mh;
  Settings settings;
  settings.add({.key = "step",
                .type = SettingType::real,
                .value = mh ? "0.5" : "0.01",
                .meaning = mh ? "standard deviation of a proposal" : "e of the Langevin step"});
  settings.add(
      {.key = "steps", .type = SettingType::integer, .value = "1000", .meaning = "transitions of a chain"});
  settings.add({.key = "warmup",
                .type = SettingType::integer,
                .value = "500",
                .meaning = "transitions that the diagnostics leave out; half of the steps unless set"});
  if (mh) return settings;
  settings.add({.key = "convention",
                .type = SettingType::text,
                .value = "full",
                .meaning = "full: x + e grad f + sqrt(2e) z; half: x + e/2 grad f + sqrt(e) z",
                .choices = {"full", "half"}});
  if (kind == SamplerKind::mala) return settings;
  settings.add({.key = "noise",
                .type = SettingType::real,
                .value = "1",
                .meaning = "factor on the noise: 1 samples exp f, 0 climbs to a mode"});
  return settings;
}

ChainOptions chain_options(SamplerKind kind, const Settings& settings) {
  ChainOptions options{.kind = kind, .step = settings.real("step"), .steps = settings.integer("steps")};
  options.warmup = settings.is_set("warmup") ? settings.integer("warmup") : options.steps / 2;
  if (kind != SamplerKind::mh) options.convention = parse_convention(settings.text("convention"));
  if (kind == SamplerKind::ula) options.noise_scale = settings.real("noise");
  return options;
}

void check_fits(SamplerKind kind, const Target& target, const std::string& model) {
  if (why_unfit(kind, target).empty()) return;
  const auto info = std::ranges::find(known_samplers(), kind, &SamplerInfo::kind);
  const std::string_view has = target.score ? "a score but no log-density" : "neither log-density nor score";
  throw Error("sample: {} walks on a {}, and this run of {} has {}. Hint: {}", info->name, info->needs, model,
              has, fitting_models());
}

Walk walk(const Target& target, const DataShape& shape, int64_t n, const ChainOptions& options,
          uint64_t seed) {
  Rng start(seed, "chains/start"), rng(seed, "chains");
  const Tensor x0 = target.initial ? target.initial(n, start) : noise_like(shape, n, start);
  Walk out{run_chains(target, x0, options, rng), {}};
  out.samples = shape.is_image() ? as_images(out.chains.x, shape) : out.chains.x;
  return out;
}

std::string walk_table(const ChainResult& chains, int64_t n, const ChainOptions& options) {
  fmt::memory_buffer text;
  const auto out = std::back_inserter(text);
  const bool mh = options.kind == SamplerKind::mh;
  fmt::format_to(out, "{}: {} chains, {} steps of {:g} ({} warm-up)", sampler_name(options.kind), n,
                 options.steps, options.step, options.warmup);
  if (options.kind == SamplerKind::ula) {
    fmt::format_to(out, ", every move taken: biased by the step's size\n");
  } else {
    fmt::format_to(out, ", acceptance {:.3f}\n", chains.acceptance);
  }
  if (options.noise_scale == 0) {
    fmt::format_to(out, "no noise: chains climb to the modes and stay, so nothing is sampled\n");
    return fmt::to_string(text);
  }
  if (options.noise_scale != 1) {
    fmt::format_to(out, "noise {:g}: not samples of exp f\n", options.noise_scale);
  }
  fmt::format_to(out, "  {:<10} {:>10} {:>12} {:>18}\n", "statistic", "ESS", "split R-hat",
                 mh ? "ESS per log p" : "ESS per gradient");
  const int64_t evaluations = n * (mh ? options.steps + 1 : chains.gradients);
  double worst = 0;
  for (size_t i = 0; i < chains.statistics.size(); ++i) {
    worst = std::max(worst, chains.rhat[i]);
    fmt::format_to(out, "  {:<10} {:>10} {:>12} {:>18}\n", chains.statistics[i],
                   number(chains.ess[i], "{:.0f}"), number(chains.rhat[i], "{:.3f}"),
                   number(chains.ess[i] / static_cast<double>(evaluations), "{:.2g}"));
  }
  if (worst > kDisagreement) {
    fmt::format_to(out, "the chains do not agree yet (split R-hat above {}): more steps, or another step\n",
                   kDisagreement);
  }
  return fmt::to_string(text);
}

}  // namespace gradzoo
