#include <algorithm>
#include <optional>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "autograd/kernels/threads/parallel.h"
#include "autograd/ops.h"
#include "autograd/tape.h"
#include "base/error.h"
#include "base/text.h"
#include "models/pictures/image_pictures.h"
#include "samplers/denoised.h"
#include "tools/command/command_line.h"
#include "tools/command/commands.h"
#include "tools/command/shared_options.h"
#include "tools/run/draw_picture.h"
#include "tools/uses/composition.h"
#include "tools/uses/walk.h"

namespace gradzoo {
namespace {

using Json = nlohmann::ordered_json;

// Unless one is chosen: exact where there are log-densities, in steps that suit the noise in what was
// learned.
WalkOptions walk_options(const Target& product, const std::string& sampler,
                         std::vector<std::string> assignments) {
  if (!sampler.empty()) return {sampler, assignments};
  const auto sets_step = [](const std::string& text) { return text.starts_with("step="); };
  if (product.data_noise > 0 && std::ranges::none_of(assignments, sets_step)) {
    const double step = rounded(0.1 * product.data_noise * product.data_noise, 3);
    assignments.push_back(fmt::format("step={}", step));
  }
  return {product.log_prob ? "mala" : "ula", assignments};
}

/// Where chains on the product ended: images without their noise.
struct ProductSamples {
  Tensor samples;  // (n, H, W) or (n, d)
  ChainResult chains;
};

ProductSamples sample_product(const RunProduct& composition, int64_t n, Sampler& sampler,
                              const ChainOptions& chains, uint64_t seed) {
  const Target& product = composition.product;
  if (const std::string why = why_unfit(sampler.name(), sampler.needs(), product); !why.empty())
    throw Error("compose: {}", why);
  Walk walked = walk(product, composition.shape(), n, sampler, chains, seed);
  if (!composition.shape().is_image() || product.data_noise == 0) return {walked.samples, walked.chains};
  Rng rng(seed, "compose");
  const Tensor clean = denoised(product, walked.chains.x, product.data_noise, rng);
  return {as_images(clean, composition.shape()), walked.chains};
}

/// What is printed of the product, for people and for a program.
struct ProductFigures {
  std::string text;
  Json json = Json::object();
};

ProductFigures plane_figures(const PlaneCheck& check) {
  ProductFigures out;
  out.json["axes"] = Json::array();
  for (size_t axis = 0; axis < check.axes.size(); ++axis) {
    const AxisCheck& a = check.axes[axis];
    out.text += fmt::format(
        "  x{}: mean {:.3f} +- {:.3f}, by quadrature {:.3f}; standard deviation {:.3f}, by quadrature "
        "{:.3f}\n",
        axis, a.mean.value, a.mean.standard_error, a.exact_mean, a.spread, a.exact_spread);
    out.json["axes"].push_back({{"mean", a.mean.value},
                                {"mean_standard_error", a.mean.standard_error},
                                {"mean_by_quadrature", a.exact_mean},
                                {"standard_deviation", a.spread},
                                {"standard_deviation_by_quadrature", a.exact_spread}});
  }
  if (!check.kl) return out;
  out.text += fmt::format(
      "  KL {:.4f} nats, from the product of the true densities to that of the learned ones, by quadrature\n",
      *check.kl);
  out.json["kl_nats"] = *check.kl;
  return out;
}

ProductFigures image_figures(const RunProduct& composition, const Tensor& samples) {
  const std::vector<FactorCheck> checks = factor_checks(composition, samples);
  const double grey = mean(samples).item();
  ProductFigures out{fmt::format("  mean grey of the samples {:.3f}\n", grey), {{"mean_grey", grey}}};
  out.json["factors"] = Json::array();
  for (size_t i = 0; i < checks.size(); ++i) {
    const FactorCheck& check = checks[i];
    const std::string& path = composition.runs[i].directory.path();
    const std::string called = check.called ? fmt::format("; called one of its labels {:.3f} +- {:.3f}",
                                                          check.called->value, check.called->standard_error)
                                            : "";
    out.text += fmt::format("  {} ({}): mean grey of its images {:.3f}{}\n", printable(path),
                            printable(check.learned), check.grey, called);
    Json row{{"run", path}, {"learned", check.learned}, {"mean_grey", check.grey}, {"called_share", nullptr}};
    if (check.called) {
      row["called_share"] = check.called->value;
      row["called_share_standard_error"] = check.called->standard_error;
    }
    out.json["factors"].push_back(row);
  }
  return out;
}

ProductFigures figures_of(const RunProduct& composition, const Tensor& samples) {
  if (composition.shape().is_image()) return image_figures(composition, samples);
  const std::optional<PlaneCheck> check = plane_check(composition, samples);
  return check ? plane_figures(*check) : ProductFigures{};
}

}  // namespace

int compose_command(const Arguments& arguments) {
  std::vector<std::string> paths, assignments;
  std::string out, sampler_name;
  int64_t count = 100, seed = -1, threads = 0;
  bool json = false;
  CommandLine line("compose",
                   "Samples the product of what runs have learned, by Markov chains on the sum of their "
                   "log-densities or scores: what all of them find likely.");
  line.positionals("RUN", paths, "two run directories or more, of data of one shape");
  line.option("-n", "N", count, "chains, a sample each (default: 100)", 1, 100'000);
  line.option("--out", "FILE", out, "x.png (default: compose-seed<S>.png in samples/ of the first run)");
  line.option("--sampler", "NAME", sampler_name,
              "of " + sampler_names() + " (default: mala, or ula where a run has a score alone)");
  line.options("--set", "KEY=VALUE", assignments,
               "of the sampler: steps (default: 1000), step, and others (gradzoo sample --help lists them)");
  add_seed(line, seed, "of the chains (default: the first run's)");
  add_threads(line, threads);
  line.flag("--json", json, "print one JSON object");
  if (!line.parse(arguments)) {
    fmt::print("{}", line.help());
    return 0;
  }
  if (!out.empty()) check_picture("compose", out);
  kernels::set_flush_denormals(true);
  use_threads(threads);
  const NoGrad quiet;
  const RunProduct composition = compose(paths);
  const WalkOptions options = walk_options(composition.product, sampler_name, assignments);
  const std::unique_ptr<Sampler> sampler = options.make();
  const uint64_t own_seed = seed < 0 ? composition.runs[0].seed() : static_cast<uint64_t>(seed);
  if (out.empty()) out = composition.runs[0].directory.picture(fmt::format("compose-seed{}", own_seed));
  const ProductSamples drawn = sample_product(composition, count, *sampler, options.chains(), own_seed);
  write_png(out, draw_picture(composition_picture(composition, drawn.samples)));
  const ProductFigures figures = figures_of(composition, drawn.samples);
  if (json) {
    Json object{{"runs", paths}, {"samples", count}, {"seed", own_seed}, {"file", out}};
    object["walk"] = Json::parse(walk_json(drawn.chains, count, *sampler, options.chains()));
    object.update(figures.json);
    fmt::print("{}\n", object.dump());
  } else {
    fmt::print("{}{}{}\n", walk_table(drawn.chains, count, *sampler, options.chains()), figures.text,
               printable(out));
  }
  return 0;
}

}  // namespace gradzoo
