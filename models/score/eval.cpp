#include "gradzoo/models/score/eval.h"

#include <algorithm>
#include <cmath>

#include <fmt/format.h>

#include "gradzoo/autograd/functional/functional.h"
#include "gradzoo/autograd/ops.h"
#include "gradzoo/autograd/tape.h"
#include "gradzoo/models/base/density_quantities.h"
#include "gradzoo/models/base/over_examples.h"
#include "gradzoo/models/eval/quadrature.h"
#include "gradzoo/samplers/tweedie.h"

namespace gradzoo {
namespace {

constexpr int64_t kTruthCells = 200, kMostTruthCells = 1000;  // along an axis of the truth's grid

}  // namespace

std::optional<ScoreTruth> score_truth(const DataShape& shape, const ScoreTask& task) {
  const Toy* toy = shape.toy.get();
  if (!toy || !toy->integrable()) return std::nullopt;
  const double noise = task.learned_noise();
  ScoreTruth truth{noised_toy(*toy, 0, kTruthCells), std::nullopt};
  if (noise == 0) return truth;
  const Box box = toy->box();
  double side = 0;
  for (size_t i = 0; i < box.low.size(); ++i) side = std::max(side, box.high[i] - box.low[i] + 12 * noise);
  const auto cells = std::max(kTruthCells, static_cast<int64_t>(std::ceil(2.5 * side / noise)));
  if (cells <= kMostTruthCells) truth.noised = noised_toy(*toy, noise, cells);
  return truth;
}

namespace {

constexpr int64_t kRows = 2000;  // held-out examples, at most
constexpr int64_t kChunk = 250;
constexpr int64_t kTraceRows = 20000;  // directions of exact traces, over all rows, at most
constexpr int64_t kTraceChunk = 5000;  // and at a time: each is carried through the network
constexpr double kMaxBoxError = 1e-3;

Batch held_out(const DataView& data, int64_t rows) {
  return read_examples(data.examples, 0, std::min(rows, data.examples.count()), Pixels::grey,
                       Rng(data.seed, "eval/pixels"));
}

Quantity held_out_objective(const ScoreNetwork& network, const ScoreTask& task, const DataShape& shape,
                            const DataView& data) {
  int64_t rows = kRows, chunk = kChunk;
  if (task.objective == ScoreObjective::ism) {
    rows = std::clamp<int64_t>(kTraceRows / shape.size(), 8, kRows);
    chunk = std::clamp<int64_t>(kTraceChunk / shape.size(), 1, kChunk);
  }
  const Batch batch = held_out(data, rows);
  Rng rng(data.seed, "eval/score");
  std::vector<double> values;
  for (int64_t begin = 0; begin < batch.count(); begin += chunk) {
    const Tape tape;
    const int64_t end = std::min(begin + chunk, batch.count());
    const Tensor labels = batch.labels.defined() ? batch.labels.rows(begin, end) : Tensor();
    const auto conditional = [&](const Tensor& x) { return network(x, labels); };
    const ScoreFunction model{conditional, network.shape().is_energy};
    for (const double value :
         score_task_objective(model, batch.x.rows(begin, end), shape.toy.get(), task, rng).to_vector())
      values.push_back(value);
  }
  return mean_over_examples(kScoreObjective,
                            tensor(values, {static_cast<int64_t>(values.size())}, DType::f64),
                            "loss on held-out examples" + of_the_first(batch.count(), data.examples));
}

// KL(truth || exp f / Z) on a grid and its double: NaN where exp f cannot be normalised on them.
double checked_kl(const ScoreNetwork& network, const NoisedToy& truth) {
  const auto f = [&](const Tensor& x) { return network(x); };
  const Grid doubled(truth.grid.box.scaled(2), truth.grid.cells);
  const Tensor log_q = on_grid(truth.grid, f, DType::f32);
  const double log_z = log_partition(truth.grid, log_q),
               wide = log_partition(doubled, on_grid(doubled, f, DType::f32));
  return std::abs(wide - log_z) > kMaxBoxError ? NAN : kl_on_grid(truth.grid, truth.log_p, log_q);
}

void add_truth(Quantities& out, const ScoreNetwork& network, const ScoreTask& task, const ScoreTruth& truth) {
  const NoisedToy& learned = truth.noised ? *truth.noised : truth.clean;
  const std::string noise = fmt::format("{:.3g}", task.learned_noise());
  if (network.shape().is_energy) {
    if (truth.noised) {
      out.add(quantity(kScoreKlToNoised, checked_kl(network, learned),
                       "KL(truth with noise " + noise + " || exp f / Z), the learned density"));
    }
    Quantity kl = quantity(kKl, checked_kl(network, truth.clean),
                           "KL(truth || exp f / Z) by quadrature; nan if Z grows with the box");
    kl.density_kind = kKlToTruth;
    out.add(std::move(kl));
  }
  if (!learned.score.defined()) return;
  const auto score = [&](const Tensor& x) { return network.score(x); };
  out.add(quantity(kScoreFisher,
                   fisher_divergence_on_grid(learned.grid, learned.log_p, learned.score,
                                             on_grid(learned.grid, score, DType::f32)),
                   truth.noised ? "1/2 E|s - s_truth|^2, the truth with noise " + noise
                                : std::string("1/2 E|s - s_truth|^2")));
}

// Root mean square error of a pixel, before and after x~ + sigma^2 s(x~).
Quantity denoising_error(const ScoreNetwork& network, const ScoreTask& task, const DataView& data) {
  Rng rng(data.seed, "eval/denoise");
  const Batch batch = held_out(data, kRows);
  const Tensor& x = batch.x;
  const Tensor noisy = x + randn_like(x, rng) * task.learned_noise();
  const Tensor guess = tweedie_denoised(noisy, network.score(noisy, batch.labels), task.learned_noise());
  return quantity(
      kScoreDenoisedRmse, std::sqrt(mean(square(guess - x)).item()),
      fmt::format(
          "root mean square error of a held-out pixel with noise of {:.3g}, after the step x + sigma^2 s{}",
          task.learned_noise(), of_the_first(batch.count(), data.examples)));
}

}  // namespace

double curl_share(const ScoreNetwork& network, const Tensor& x, Rng& rng, const Tensor& labels) {
  const Tensor u = rademacher(x.shape(), rng, x.dtype()), v = rademacher(x.shape(), rng, x.dtype());
  const auto field = [&](const Tensor& at) { return network(at, labels); };
  const Tensor vju = sum(vjp(field, x, v) * u, 1), ujv = sum(vjp(field, x, u) * v, 1);
  // Over the probes, E(u'Jv - v'Ju)^2 = |J - J'|^2 and E(u'Jv)^2 = |J|^2.
  return std::sqrt(sum(square(vju - ujv)).item() / (2 * sum(square(vju) + square(ujv)).item()));
}

Quantities score_quantities(const ScoreNetwork& network, const ScoreTask& task, const DataShape& shape,
                            const ScoreTruth* truth, const DataView& data) {
  Quantities out{held_out_objective(network, task, shape, data)};
  if (truth) add_truth(out, network, task, *truth);
  if (!network.shape().is_energy) {
    Rng rng(data.seed, "eval/curl");
    const Batch batch = held_out(data, kChunk);
    const Tensor noisy = batch.x + randn_like(batch.x, rng) * task.learned_noise();
    out.add(quantity(kScoreCurl, curl_share(network, noisy, rng, batch.labels),
                     "deviation of the network from a gradient field: 0 for a gradient, 1 for a rotation" +
                         of_the_first(batch.count(), data.examples)));
  }
  if (shape.kind().pixels && task.learned_noise() > 0) out.add(denoising_error(network, task, data));
  return out;
}

std::string score_reading(const ScoreNetwork& network, const ScoreTask& task, const DataShape& shape,
                          const ScoreTruth* truth, const DataView& data) {
  const double noise = task.learned_noise();
  std::string text = noise > 0 ? fmt::format(
                                     "The model learns the data with Gaussian noise of {:.3g}, not the data "
                                     "themselves. Chains sample these noisy data. The step x + sigma^2 s "
                                     "then removes the noise: it gives the mean of the clean examples. ",
                                     noise)
                               : "The model learns the data without noise. ";
  text +=
      task.objective == ScoreObjective::dsm
          ? "The objective cannot reach 0: its minimum is the part of the noise that cannot be predicted. "
          : "";
  const Quantities found = score_quantities(network, task, shape, truth, data);
  if (const Quantity* kl = found.find(kKl)) {
    text += fmt::format("KL(truth || model) is {:.2g} nats", kl->value);
    text += shape.toy->name() == "ring8"
                ? fmt::format("; a ring without modes would have {:.3f}. ", ring_without_modes_kl(*shape.toy))
                : ". ";
  }
  if (const Quantity* curl = found.find(kScoreCurl)) {
    text += fmt::format(
        "A vector network need not be a gradient field: its curl share is {:.2g} (0 for a gradient, 1 for a "
        "rotation). ",
        curl->value);
  }
  if (const Quantity* rmse = found.find(kScoreDenoisedRmse))
    text += fmt::format("The error of a held-out pixel after denoising is {:.2f}. ", rmse->value);
  return text;
}

}  // namespace gradzoo
