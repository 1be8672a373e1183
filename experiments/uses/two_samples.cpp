#include "experiments/uses/two_samples.h"

#include <algorithm>
#include <optional>
#include <utility>

#include <fmt/format.h>

#include "gradzoo/autograd/ops.h"
#include "gradzoo/autograd/plain.h"
#include "gradzoo/autograd/tape.h"
#include "gradzoo/base/error.h"
#include "gradzoo/base/text.h"
#include "gradzoo/experiments/draw_picture.h"
#include "gradzoo/experiments/live_line.h"
#include "gradzoo/experiments/uses/use.h"
#include "gradzoo/models/pictures/image_pictures.h"
#include "models/eval/moment_tests.h"
#include "models/pictures/unit_pictures.h"

namespace gradzoo {
namespace {

constexpr int64_t kInPicture = kImageColumns;  // images of a row

struct Side {
  std::string name;
  OpenedRun* run = nullptr;
  DatasetOptions data = {};  // of examples
  Split split = Split::test;

  std::string description() const {
    if (run) return name;
    return fmt::format("{} ({})", data.description(), name_of(kSplits, split));
  }
};

bool is_part(const std::string& name) { return name == "test" || name == "data"; }

Side side_of(const std::string& name, OpenedRun* run) {
  Side side{name, run};
  if (run != nullptr)
    side.data = run->options->data;
  else if (!is_part(name))  // a part is completed by take_from
    side.data.data = name;
  return side;
}

// `test`, `data`, or the name of what the other side learned: its examples as that one saw them.
void take_from(Side& side, const Side& other) {
  if (side.run || !other.run) return;
  if (!is_part(side.name) && side.name != other.data.data) return;
  side.data = other.data;
  if (side.name == "data") side.split = other.run->options->training.split;
}

void check_named(const Side& side, const Side& other) {
  if (is_part(side.name) && !other.run)
    throw Error("c2st: '{}' means examples of a run's data, but '{}' is not a run. Hint: gradzoo c2st RUN {}",
                side.name, other.name, side.name);
}

bool draws_pixels(const Side& side) { return side.run && is_binary(side.run->pixels()); }

// Each side has its own random stream, so that two runs with the same seed have different samples.
Tensor samples_of(const OpenedRun& run, int64_t n, int64_t side, bool binary, uint64_t seed) {
  Rng rng(seed, fmt::format("c2st/samples{}", side));
  const Tensor drawn = as_examples(run.samples(n, rng), run.shape);
  return binary ? bernoulli(drawn, rng) : drawn;
}

bool same_examples(const Side& a, const Side& b) {
  return !a.run && !b.run && a.data.data == b.data.data && a.split == b.split &&
         a.data.subset.description() == b.data.subset.description();
}

// n examples at random, the `turn`-th of `turns` times n in one order.
Tensor examples_of(const Side& side, int64_t n, int64_t turn, int64_t turns, bool binary, uint64_t seed) {
  const Dataset dataset(side.data);
  Examples all = dataset.split(side.split);
  if (all.count() < n * turns)
    throw Error("c2st: {} has {} examples, fewer than {}. Hint: use -n {}", side.description(), all.count(),
                n * turns, all.count() / turns);
  Rng order(seed, "c2st/order"), pixels(seed, "c2st/pixels");
  std::vector<double> chosen = randperm(all.count(), order).rows(turn * n, (turn + 1) * n).to_vector();
  std::ranges::sort(chosen);
  all.rows = index_select(all.rows, 0, tensor(chosen, {n}, DType::i64));
  const Tensor x = read_examples(all, 0, n, binary ? Pixels::dynamic_binary : Pixels::grey, pixels).x;
  return as_examples(x, dataset.shape());
}

DataShape shape_behind(const Side& side) { return side.run ? side.run->shape : shape_of(side.data); }

}  // namespace

TwoSets two_sets(const NamedSet& a, const NamedSet& b, int64_t n, uint64_t seed) {
  const NoGrad quiet;
  Side first = side_of(a.name, a.run), second = side_of(b.name, b.run);
  check_named(first, second);
  check_named(second, first);
  take_from(first, second);
  take_from(second, first);
  const DataShape shape = shape_behind(first), other = shape_behind(second);
  if (shape.example != other.example)
    throw Error("c2st: {} has examples of shape {}, but {} has shape {}. Hint: give two sets of one shape",
                first.description(), shape.example.str(), second.description(), other.example.str());
  const bool binary = draws_pixels(first) || draws_pixels(second);
  const bool parted = same_examples(first, second);
  const auto set_of = [&](Side& side, int64_t which) -> SampleSet {
    if (side.run) return {samples_of(*side.run, n, which, binary, seed), side.description()};
    return {examples_of(side, n, parted ? which : 0, parted ? 2 : 1, binary, seed), side.description()};
  };
  return {set_of(first, 0), set_of(second, 1), shape, binary};
}

namespace {

// The held-out examples by their logits, those of the largest or the smallest first.
Tensor surest(const Tensor& samples, const Tensor& rows, const Tensor& logits, bool largest, int64_t n) {
  const Tensor order = argsort(logits, 0, largest).rows(0, std::min(n, logits.dim(0))).clone();
  return index_select(samples, 0, index_select(rows, 0, order));
}

Plane points_plane(const std::string& title, const Tensor& points, const Plane& frame) {
  Plane plane = frame;
  plane.title = title;
  plane.points = points;
  return plane;
}

Planes planes_of(const TwoSets& sets, const C2stResult& result) {
  constexpr int64_t kTenth = 10;
  const Tensor all = concat(sets.a.samples, sets.b.samples, 0);
  const std::vector<double> low = min(all, 0).to_vector(), high = max(all, 0).to_vector();
  const Plane frame{"", low[0], high[0] + 1e-6, low[1], high[1] + 1e-6};
  const auto held_out = [](const SampleSet& set, const Tensor& rows) {
    return index_select(set.samples, 0, rows);
  };
  const Tensor &a = sets.a.samples, &b = sets.b.samples;
  return {
      {points_plane("A, held out", held_out(sets.a, result.rows_a), frame),
       points_plane("B, held out", held_out(sets.b, result.rows_b), frame),
       points_plane("A, the most certain tenth",
                    surest(a, result.rows_a, result.logits_a, true, result.rows_a.dim(0) / kTenth), frame),
       points_plane("B, the most certain tenth",
                    surest(b, result.rows_b, result.logits_b, false, result.rows_b.dim(0) / kTenth), frame)}};
}

// Of images and of points that are tiles.
std::optional<ImageGrid> grid_of(const TwoSets& sets, const C2stResult& result) {
  const Shape tile = tile_of(sets.shape);
  if (tile.rank() == 0) return std::nullopt;
  const Tensor of_a = surest(sets.a.samples, result.rows_a, result.logits_a, true, kInPicture),
               of_b = surest(sets.b.samples, result.rows_b, result.logits_b, false, kInPicture);
  const Tensor both = clamp(concat(of_a, of_b, 0), 0, 1);
  return ImageGrid{reshape(both, tile.insert(0, both.dim(0))), kInPicture, {"A", "B"}};
}

}  // namespace

Picture surest_picture(const TwoSets& sets, const C2stResult& result) {
  const NoGrad quiet;
  const std::string caption =
      fmt::format("Held-out examples about which the classifier is most certain; A: {}, B: {}.",
                  sets.a.description, sets.b.description);
  if (std::optional<ImageGrid> grid = grid_of(sets, result)) return {"c2st", caption, std::move(*grid)};
  if (sets.a.samples.dim(1) == 2) return {"c2st", caption, planes_of(sets, result)};
  // Of one number, or several: the logits against the first of them.
  const Tensor first = concat(index_select(sets.a.samples, 0, result.rows_a),
                              index_select(sets.b.samples, 0, result.rows_b), 0);
  const Tensor logits = concat(result.logits_a, result.logits_b, 0);
  const Tensor labels = concat(zeros({result.rows_a.dim(0)}), ones({result.rows_b.dim(0)}), 0);
  return {"c2st", caption,
          Scatter{concat(slice(first, 1, 0, 1), unsqueeze(logits, 1), 1), cast(labels, DType::i64), "x0",
                  "logit: above 0 for A (0), below 0 for B (1)"}};
}

namespace {

constexpr double kLevel = 0.05;

std::string p_value_meaning(double p_value, int64_t permutations, const std::string& statistic) {
  return fmt::format("fraction of {} relabellings {}: {}different at the 5 % level", permutations + 1,
                     statistic, p_value <= kLevel ? "" : "not ");
}

// What the first two moments tell, of all examples: no classifier is needed for it.
Quantities moment_numbers(const TwoSets& sets, int64_t permutations, uint64_t seed) {
  Rng rng(seed, "c2st/moments");
  const MomentTests found = moment_tests(sets.a.samples, sets.b.samples, permutations, rng);
  const auto p_value = [&](const char* name, const MomentTest& test, const char* of) -> Quantity {
    return {name, test.p_value, NAN, "",
            p_value_meaning(test.p_value, permutations, fmt::format("with {} as far apart", of))};
  };
  return {
      {"mean_distance", found.mean.distance, NAN, "", "distance between the means, in standard deviations"},
      p_value("mean_p_value", found.mean, "means"),
      {"variance_distance", found.variance.distance, NAN, "",
       "distance between the variances, in units of both sets' variances"},
      p_value("variance_p_value", found.variance, "variances")};
}

struct C2st {
  double held_out = C2stOptions().held_out;
  int64_t epochs = 0, permutations = C2stOptions().permutations;

  void describe(OptionTable& table) {
    table.add("held_out", held_out, "fraction of the examples that the classifier never sees", {0.05, 0.95});
    table.add("epochs", epochs, "number of the classifier's epochs; 0: 10 for images, 40 for points",
              {0, 10'000});
    table.add("permutations", permutations, "number of relabellings", {19, 1'000'000});
  }

  UseResult run(UseCall& call) const {
    C2stOptions options;
    options.held_out = held_out;
    options.epochs = epochs;
    options.permutations = permutations;
    options.seed = call.seed;
    const TwoSets sets =
        two_sets({call.names[0], call.runs[0].get()}, {call.names[1], call.runs[1].get()}, call.n, call.seed);
    if (call.progress != nullptr)
      fmt::print(call.progress, "c2st: a classifier learns from {} {}\n", 2 * call.n, sets.shape.kind().word);
    const C2stResult found = c2st(sets.a.samples, sets.b.samples, options);
    const int64_t held = found.rows_a.dim(0);
    UseResult out;
    out.text = fmt::format("A: {} of {}\nB: {} of {}\n{}", call.n, printable(sets.a.description), call.n,
                           printable(sets.b.description),
                           sets.binary ? "pixels of both sets are drawn as 0 or 1\n" : "");
    out.numbers = {
        {"statistic", found.statistic, NAN, "", "mean logit of held-out A minus mean logit of held-out B"},
        {"p_value", found.p_value, NAN, "",
         p_value_meaning(found.p_value, permutations, "with such a statistic")},
        {"accuracy", found.accuracy, NAN, "",
         fmt::format("accuracy on {} held-out examples; 0.5 is chance, and it is not tested",
                     held + found.rows_b.dim(0))}};
    out.numbers.add(moment_numbers(sets, permutations, call.seed));
    out.details = {{"a", sets.a.description}, {"b", sets.b.description}, {"examples", call.n},
                   {"held_out", held},        {"binary", sets.binary},   {"permutations", permutations}};
    out.picture = draw_picture(surest_picture(sets, found));
    return out;
  }
};

std::string lacks_samples(const Abilities& abilities, const DataShape&) {
  return abilities.samples ? "" : "draws no samples";
}

}  // namespace

Use c2st_use() {
  return use_of<C2st>(
      {.name = "c2st",
       .summary = "test whether two sets of samples have the same distribution",
       .description = "Tests whether two sets of samples have the same distribution. A classifier learns "
                      "from half of both sets. Its logits on the rest, with labels permuted at random, give "
                      "a p-value that is valid however good the classifier is.",
       .examples = {{"gradzoo c2st zoo/ddpm test", "p-value for its samples and test digits"}},
       .names = UseNames::set_and_set,
       .names_meaning = "a run directory (its samples) or a dataset (its test examples); if the other set is "
                        "a run, also test or data (test or training examples of that run's data)",
       .count = {"number of examples in each set", 1000, kC2stFewest, 60'000},
       .seed_meaning = "seed of the choice, the training and the relabelling",
       .file_meaning = "picture of the examples about which the classifier is most certain",
       .missing = lacks_samples});
}

}  // namespace gradzoo
