#include "gradzoo/samplers/compose.h"

#include <algorithm>
#include <cmath>
#include <numeric>
#include <optional>
#include <utility>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "gradzoo/autograd/ops.h"
#include "gradzoo/autograd/plain.h"
#include "gradzoo/autograd/tape.h"
#include "gradzoo/base/error.h"
#include "gradzoo/base/text.h"
#include "gradzoo/experiments/draw_picture.h"
#include "gradzoo/experiments/live_line.h"
#include "gradzoo/experiments/uses/classifiers.h"
#include "gradzoo/experiments/uses/use.h"
#include "gradzoo/experiments/uses/walk.h"
#include "gradzoo/models/eval/quadrature.h"
#include "gradzoo/models/pictures/image_pictures.h"
#include "gradzoo/models/pictures/plane_pictures.h"
#include "models/base/data_units.h"
#include "models/pictures/samples_picture.h"
#include "samplers/denoised.h"

namespace gradzoo {
namespace {

struct RunProduct {
  std::vector<OpenedRun*> runs;
  std::vector<Target> factors;  // one a run, of the models in `runs`
  Target product;               // of toys with a place to start

  const DataShape& shape() const { return runs[0]->shape; }
  bool in_plane() const { return shape().example == Shape{2}; }
  bool of_images() const { return shape().kind().pixels; }
};

void check_fit(const OpenedRun& first, const OpenedRun& run) {
  if (run.shape.example != first.shape.example)
    throw Error(
        "compose: {} learned {}, but {} learned {}, and these have no product. Hint: give runs of one shape",
        first.path(), first.shape.kind().size(first.shape.example), run.path(),
        run.shape.kind().size(run.shape.example));
  const Pixels pixels = run.pixels(), of_first = first.pixels();
  if (pixels != of_first)
    throw Error(
        "compose: the pixels of {} are {}, but the pixels of {} are {}. Hint: give runs with the same pixels",
        first.path(), name_of(kPixels, of_first), run.path(), name_of(kPixels, pixels));
}

Box around(const std::vector<OpenedRun*>& runs, Box (*box_of)(const Toy&)) {
  Box out = box_of(*runs[0]->shape.toy);
  for (const OpenedRun* run : runs) {
    const Box box = box_of(*run->shape.toy);
    for (size_t axis = 0; axis < out.low.size(); ++axis) {
      out.low[axis] = std::min(out.low[axis], box.low[axis]);
      out.high[axis] = std::max(out.high[axis], box.high[axis]);
    }
  }
  return out;
}

Box whole(const Toy& toy) { return toy.box(); }
Box visible(const Toy& toy) { return in_plane(&toy) ? visible_box(toy) : toy.box(); }

// Throws Error unless the runs are of one shape, and their pixels mean the same.
RunProduct compose(const UseCall& call) {
  RunProduct out;
  for (const auto& run : call.runs) {
    out.runs.push_back(run.get());
    check_fit(*out.runs[0], *run);
    out.factors.push_back(run->model->abilities().target);
  }
  out.product = product_of_all(out.factors);
  if (!out.shape().toy || out.product.binary) return out;
  const Box box = around(out.runs, whole);
  out.product.initial = [box](int64_t n, Rng& rng) {
    return box.centre() + randn({n, box.dimensions()}, rng) * box.sides() / 6.0;
  };
  return out;
}

constexpr int64_t kCells = 400;  // of the quadrature, along an axis

// Nothing unless the density of every run's toy is known.
std::optional<double> kl_to_truths(const RunProduct& composition, const Grid& grid, const Tensor& log_q) {
  Tensor log_p = zeros({grid.count()}, DType::f64);
  for (const OpenedRun* run : composition.runs) {
    const Toy& toy = *run->shape.toy;
    if (!toy.why_no_density().empty()) return std::nullopt;
    log_p = log_p + on_grid(grid, [&](const Tensor& x) { return toy.log_prob(x); });
  }
  return kl_on_grid(grid, log_p, log_q);
}

// What quadrature says of a product of densities in the plane beside samples (n, 2), which are independent.
void tell_plane(UseResult& out, const RunProduct& composition, const Tensor& samples) {
  if (!composition.in_plane() || !composition.product.log_prob) return;
  const NoGrad quiet;
  const Grid grid(around(composition.runs, whole), kCells);
  const Tensor log_q = on_grid(grid, composition.product.log_prob, DType::f32);
  const Tensor mass = reshape(exp(log_q - log_partition(grid, log_q)) * grid.volume, {grid.count(), 1});
  const Tensor at = grid.points(0, grid.count()), x = cast(samples, DType::f64);
  const Tensor centre = sum(at * mass, 0), variance = sum(square(at - centre) * mass, 0);
  out.details["axes"] = nlohmann::ordered_json::array();
  for (int64_t axis = 0; axis < 2; ++axis) {
    const Tensor values = reshape(slice(x, 1, axis, axis + 1), {x.dim(0)});
    const Estimate found = mean_of_rows(values);
    const double spread = std::sqrt(var(values, 0).item()), exact = centre.data<double>()[axis],
                 exact_spread = std::sqrt(variance.data<double>()[axis]);
    out.text += fmt::format(
        "  x{}: mean {:.3f} ± {:.3f}, by quadrature {:.3f}; standard deviation {:.3f}, by quadrature "
        "{:.3f}\n",
        axis, found.value, found.standard_error, exact, spread, exact_spread);
    out.details["axes"].push_back({{"mean", found.value},
                                   {"mean_standard_error", found.standard_error},
                                   {"mean_by_quadrature", exact},
                                   {"standard_deviation", spread},
                                   {"standard_deviation_by_quadrature", exact_spread}});
  }
  if (const std::optional<double> kl = kl_to_truths(composition, grid, log_q))
    out.numbers.add(quantity(
        kKl, *kl, "KL(product of the true densities || product of the learned densities), by quadrature"));
}

// Fraction of the samples classified as a label of the run; nothing if it has all labels or no classifier.
std::optional<Estimate> called_share(OpenedRun& run, const Tensor& samples) {
  if (run.shape.classes == 0) return std::nullopt;
  const LabelNames labels = run.shape.labels();
  if (std::ssize(labels) == run.shape.classes) return std::nullopt;
  const auto classifier = own_classifier(run.options->data, run.data(), false, nullptr, run.processes());
  if (!classifier) return std::nullopt;
  const Tensor called = argmax(classifier->probabilities(flatten_rows(samples)), 1);
  Tensor right = zeros({called.size()}, DType::f64);
  for (int64_t i = 0; i < called.size(); ++i)
    if (labels.contains(called.data<int64_t>()[i])) right.mutable_data<double>()[i] = 1;
  return mean_of_rows(right);
}

// What each run has to do with the samples of a product of images.
void tell_images(UseResult& out, const RunProduct& composition, const Tensor& samples) {
  const NoGrad quiet;
  out.numbers.add({"mean_grey", mean(samples).item(), NAN, "", "mean grey value of the samples"});
  out.details["factors"] = nlohmann::ordered_json::array();
  for (OpenedRun* run : composition.runs) {
    const std::vector<double> of_images = mean_grey(run->data().train());
    const double grey =
        std::accumulate(of_images.begin(), of_images.end(), 0.0) / static_cast<double>(of_images.size());
    const std::optional<Estimate> called = called_share(*run, samples);
    const std::string learned = run->options->data.description();
    out.text += fmt::format("  {} ({}): mean grey value of its images {:.3f}{}\n", printable(run->path()),
                            printable(learned), grey,
                            called ? fmt::format("; samples classified as its labels {:.3f} ± {:.3f}",
                                                 called->value, called->standard_error)
                                   : "");
    nlohmann::ordered_json row{
        {"run", run->path()}, {"learned", learned}, {"mean_grey", grey}, {"called_share", nullptr}};
    if (called) {
      row["called_share"] = called->value;
      row["called_share_standard_error"] = called->standard_error;
    }
    out.details["factors"].push_back(row);
  }
}

Plane density_plane(const Target& target, const Grid& grid, std::string title) {
  const Box& box = grid.box;
  Plane plane{std::move(title), box.low[0], box.high[0], box.low[1], box.high[1]};
  if (!target.log_prob) return plane;
  const Tensor log_p = on_grid(grid, target.log_prob, DType::f32);
  // The grid has y fastest, the picture x.
  plane.density = transpose(exp(reshape(log_p - log_partition(grid, log_p), {grid.cells, grid.cells})));
  return plane;
}

// Each factor's density, and the product's with the samples over it; images as a grid.
Picture composition_picture(const RunProduct& composition, const Tensor& samples) {
  if (!composition.in_plane()) return samples_picture(samples);
  const Grid grid(around(composition.runs, visible), kDensityCells);
  Planes planes;
  for (size_t i = 0; i < composition.runs.size(); ++i)
    planes.planes.push_back(
        density_plane(composition.factors[i], grid, composition.runs[i]->options->data.description()));
  planes.planes.push_back(density_plane(composition.product, grid, "their product"));
  Plane drawn = density_plane(composition.product, grid, "samples of the product");
  drawn.contours = std::exchange(drawn.density, {});
  constexpr int64_t kShown = 1000;
  drawn.points = samples.rows(0, std::min(kShown, samples.dim(0)));
  planes.planes.push_back(std::move(drawn));
  return {"composition", "The densities, their product, and samples from chains on the product.", planes};
}

// The default sampler: exact if there are log-densities, with steps that suit the noise in the data.
WalkOptions walk_options(const Target& product, const std::string& sampler,
                         std::vector<std::string> assignments) {
  if (!sampler.empty()) return {sampler, assignments};
  const auto sets_step = [](const std::string& text) { return text.starts_with("step="); };
  if (product.data_noise > 0 && std::ranges::none_of(assignments, sets_step)) {
    const double step = rounded(0.1 * product.data_noise * product.data_noise, 3);
    assignments.push_back(fmt::format("step={}", step));
  }
  return {product.binary ? "flip" : product.log_prob ? "mala" : "ula", assignments};
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
  if (!composition.of_images() || product.data_noise == 0) return {walked.samples, walked.chains};
  Rng rng(seed, "compose");
  const Tensor clean = denoised(product, walked.chains.x, product.data_noise, rng);
  return {as_examples(clean, composition.shape()), walked.chains};
}

struct Compose {
  std::string sampler;

  void describe(OptionTable& table) {
    table.add("sampler", sampler,
              "sampler: " + sampler_names() +
                  " (default: mala; ula if a run has only a score; flip for binary units)");
  }

  UseResult run(UseCall& call) const {
    const RunProduct composition = compose(call);
    const WalkOptions options =
        walk_options(in_model_units(composition.product, composition.shape().units), sampler, call.settings);
    const std::unique_ptr<Sampler> walker = options.make();
    Countdown countdown(call.progress, "compose");
    ChainOptions chains = options.chains();
    chains.done = [&](double share) { countdown.done(share); };
    const ProductSamples drawn = sample_product(composition, call.n, *walker, chains, call.seed);
    UseResult out;
    out.text = walk_table(drawn.chains, call.n, *walker, chains);
    out.details = {{"samples", call.n}, {"walk", walk_json(drawn.chains, call.n, *walker, chains)}};
    if (composition.of_images())
      tell_images(out, composition, drawn.samples);
    else
      tell_plane(out, composition, drawn.samples);
    out.picture = draw_picture(composition_picture(composition, drawn.samples));
    return out;
  }
};

std::string lacks_factor(const Abilities& abilities, const DataShape&) {
  if (!abilities.target.log_prob && !abilities.target.score)
    return "has neither a log-density nor a score to multiply";
  return abilities.needs_label ? "is conditional on a label, but a product has no label" : "";
}

}  // namespace

Use compose_use() {
  return use_of<Compose>(
      {.name = "compose",
       .summary = "sample the product of the densities of several runs",
       .description = "Samples the product of the densities of several runs, with Markov chains on the sum "
                      "of their log-densities or scores. The samples are likely under all runs.",
       .examples = {{"gradzoo compose runs/ebm-7 runs/ebm-thick",
                     "samples that are likely under both: thick sevens"}},
       .names = UseNames::runs,
       .names_meaning = "two or more run directories with data of one shape",
       .fewest = 2,
       .count = {"number of chains; each gives one sample", 100, 1, 100'000},
       .seed_meaning = "seed of the chains",
       .settings_meaning = "settings of the sampler: steps (default: 1000), step, and others (gradzoo sample "
                           "--help lists them)",
       .file_meaning = "picture of the densities, their product and its samples",
       .missing = lacks_factor});
}

}  // namespace gradzoo
