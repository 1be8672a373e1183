#include "gradzoo/models/eval/c2st.h"

#include <algorithm>
#include <cmath>
#include <numeric>
#include <span>
#include <vector>

#include "gradzoo/autograd/ops.h"
#include "gradzoo/autograd/tape.h"
#include "gradzoo/nn/layers/image_layers.h"
#include "gradzoo/nn/layers/layers.h"
#include "gradzoo/nn/learn/learner.h"

namespace gradzoo {
namespace {

constexpr int64_t kBatch = 64;  // of each set, a step
constexpr int64_t kLeastSide = 4;

// Two convolutions of stride 2, then a perceptron: (B, H, W) or (B, H, W, C) -> (B, 1).
class ImageClassifier : public Module {
 public:
  ImageClassifier(const Shape& example, Rng& rng) {
    const int64_t height = example[0], width = example[1];
    const ConvLayerOptions halve{.conv = {.stride = 2, .padding = 1}};
    convolutions_.append<Conv2d>(example.rank() == 3 ? example[2] : 1, kChannels, 4, rng, halve);
    convolutions_.append<Activation>("silu");
    convolutions_.append<Conv2d>(kChannels, 2 * kChannels, 4, rng, halve);
    convolutions_.append<Activation>("silu");
    register_module("convolutions", convolutions_);
    body_ = std::make_unique<Mlp>(
        std::initializer_list<int64_t>{2 * kChannels * (height / 4) * (width / 4), kFeatures, 1}, rng,
        MlpOptions{.activation = "silu"});
    register_module("body", *body_);
  }
  Tensor forward(const Tensor& x) const override {
    return body_->forward(flatten_rows(convolutions_.forward(x.rank() == 3 ? unsqueeze(x, 3) : x)));
  }

 private:
  static constexpr int64_t kChannels = 16, kFeatures = 64;
  Sequential convolutions_;
  std::unique_ptr<Mlp> body_;
};

// Images that convolutions would leave nothing of are points.
Tensor as_learned(const Tensor& set) {
  return set.rank() >= 3 && std::min(set.dim(1), set.dim(2)) < kLeastSide ? flatten_rows(set) : set;
}

std::unique_ptr<Module> classifier_of(const Shape& example, Rng& rng) {
  if (example.rank() >= 2) return std::make_unique<ImageClassifier>(example, rng);
  return std::make_unique<Mlp>(std::initializer_list<int64_t>{example[0], 64, 64, 1}, rng,
                               MlpOptions{.activation = "silu"});
}

// Both sets, shifted and divided by mean and deviation of all their rows together, each column's own of
// points, one of all pixels. In f64, where no f32 overflows or vanishes; and blind to whose a row is, so that
// the held-out remain exchangeable.
void standardise(Tensor& a, Tensor& b) {
  const Tensor all = cast(concat(a, b, 0), DType::f64);
  const auto mean_of = [&](const Tensor& x) { return x.rank() == 2 ? mean(x, 0) : mean(x); };
  const Tensor away = all - mean_of(all);
  const Tensor deviation = sqrt(mean_of(square(away)));
  const Tensor standard = cast(away / where(gt(deviation, 0), deviation, ones_like(deviation)), DType::f32);
  b = standard.rows(a.dim(0), all.dim(0)).clone();
  a = standard.rows(0, a.dim(0)).clone();
}

/// A set in a random order: what is learned from, then what is held out.
struct Parts {
  Tensor learned, rows;
};

Parts parts_of(const Tensor& set, double held_out, Rng& rng) {
  const int64_t n = set.dim(0);
  const auto kept = std::clamp<int64_t>(std::llround(held_out * static_cast<double>(n)), 1, n - 1);
  const Tensor order = randperm(n, rng);
  return {index_select(set, 0, order.rows(kept, n)), order.rows(0, kept).clone()};
}

Tensor some_of(const Tensor& rows, Rng& rng) {
  const Tensor at = rand({kBatch}, rng, DType::f64) * static_cast<double>(rows.dim(0));
  return index_select(rows, 0, cast(floor(at), DType::i64));
}

// E_a softplus(-f) + E_b softplus(f), both sets weighing the same; Adam, its rate falling to 0.
void train(const Module& f, const Tensor& a, const Tensor& b, int64_t epochs, double rate, Rng& rng) {
  Learner learner(f);
  const int64_t steps = epochs * ((std::max(a.dim(0), b.dim(0)) + kBatch - 1) / kBatch);
  const Tensor sides = concat(full({kBatch, 1}, -1.0), ones({kBatch, 1}), 0);
  for (int64_t step = 0; step < steps; ++step) {
    const Tensor of_b = some_of(b, rng), of_a = some_of(a, rng);
    const Tensor batch = concat(of_a, of_b, 0);
    const Tape tape;
    const double left = 1 - static_cast<double>(step) / static_cast<double>(steps);
    learner.step(mean(softplus(sides * f.forward(batch))), rate * left);
  }
}

// f of each row. What a product rounds depends on a row's place: so equal rows are asked once, all in the
// order of their numbers, which knows nothing of whose they are.
Tensor logits_of(const Module& f, const Tensor& rows) {
  constexpr int64_t kAtOnce = 500;
  const NoGrad quiet;
  const auto n = static_cast<size_t>(rows.dim(0)), width = static_cast<size_t>(rows.size()) / n;
  const auto row = [&](int64_t i) {
    return std::span(rows.data<float>() + static_cast<size_t>(i) * width, width);
  };
  std::vector<int64_t> order(n);
  std::iota(order.begin(), order.end(), 0);
  std::ranges::sort(
      order, [&](int64_t i, int64_t j) { return std::ranges::lexicographical_compare(row(i), row(j)); });
  Tensor place = zeros({rows.dim(0)}, DType::i64);  // among the distinct
  std::vector<double> distinct;
  for (size_t k = 0; k < n; ++k) {
    if (k == 0 || !std::ranges::equal(row(order[k - 1]), row(order[k])))
      distinct.push_back(static_cast<double>(order[k]));
    place.mutable_data<int64_t>()[order[k]] = std::ssize(distinct) - 1;
  }
  const Tensor asked = tensor(distinct, {std::ssize(distinct)}, DType::i64);
  Tensors parts;
  for (int64_t begin = 0; begin < asked.dim(0); begin += kAtOnce) {
    const Tensor some =
        index_select(rows, 0, asked.rows(begin, std::min(begin + kAtOnce, asked.dim(0))).clone());
    parts.push_back(reshape(f.forward(some), {some.dim(0)}));
  }
  return index_select(concat(parts, 0), 0, place);
}

void check(const Tensor& a, const Tensor& b, const C2stOptions& options) {
  for (const Tensor* set : {&a, &b}) {
    if (set->rank() < 2 || set->rank() > 4 || set->dtype() != DType::f32)
      throw Error("c2st: a set of {}. Hint: give points (n, d) or images (n, H, W) or (n, H, W, C), f32",
                  set->shape().str());
    if (set->dim(0) < kC2stFewest)
      throw Error("c2st: a set has {} examples. Hint: give {} or more", set->dim(0), kC2stFewest);
    if (!all_finite(*set)) throw Error("c2st: a value is not finite. Hint: remove such samples");
  }
  if (a.shape().erase(0) != b.shape().erase(0))
    throw Error("c2st: examples of {} and of {}. Hint: give two sets of one width", a.shape().erase(0).str(),
                b.shape().erase(0).str());
  if (!(options.held_out > 0 && options.held_out < 1) || options.epochs < 0 || options.permutations < 1)
    throw Error("c2st: held_out {}, epochs {}, permutations {}. Hint: use a share below 1, and counts from 1",
                options.held_out, options.epochs, options.permutations);
}

}  // namespace

double permutation_p_value(const Tensor& a, const Tensor& b, int64_t permutations, Rng& rng) {
  std::vector<double> values = a.to_vector();
  const std::vector<double> others = b.to_vector();
  values.insert(values.end(), others.begin(), others.end());
  const size_t n = values.size(), first = static_cast<size_t>(a.size()), few = std::min(first, others.size());
  const double total = std::accumulate(values.begin(), values.end(), 0.0);
  // mean of a - mean of b, from the sum of one of them.
  const auto difference = [&](double sum, size_t count) {
    return sum / static_cast<double>(count) - (total - sum) / static_cast<double>(n - count);
  };
  const double found = difference(
      std::accumulate(values.begin(), values.begin() + static_cast<std::ptrdiff_t>(first), 0.0), first);
  double size = 0;
  for (const double value : values) size += std::abs(value) / static_cast<double>(n);
  const double rounding = 1e-12 * size;
  int64_t as_large = 1;
  for (int64_t i = 0; i < permutations; ++i) {
    // The first steps of Fisher and Yates' shuffle choose the smaller set.
    const Tensor uniform = rand({static_cast<int64_t>(few)}, rng, DType::f64);
    double sum = 0;
    for (size_t k = 0; k < few; ++k) {
      const size_t from = k + static_cast<size_t>(uniform.data<double>()[k] * static_cast<double>(n - k));
      std::swap(values[k], values[from]);
      sum += values[k];
    }
    const double drawn = few == first ? difference(sum, few) : -difference(sum, few);
    if (drawn >= found - rounding) ++as_large;
  }
  return static_cast<double>(as_large) / static_cast<double>(permutations + 1);
}

C2stResult c2st(const Tensor& first, const Tensor& second, const C2stOptions& options) {
  check(first, second, options);
  Tensor a = as_learned(first.detach()), b = as_learned(second.detach());
  const bool images = a.rank() >= 3;
  standardise(a, b);
  Rng rng(options.seed, "c2st");
  const Parts of_a = parts_of(a, options.held_out, rng), of_b = parts_of(b, options.held_out, rng);
  const std::unique_ptr<Module> f = classifier_of(a.shape().erase(0), rng);
  const int64_t epochs = options.epochs > 0 ? options.epochs : images ? 10 : 40;
  train(*f, of_a.learned, of_b.learned, epochs, images ? 1e-3 : 5e-3, rng);

  C2stResult out;
  out.rows_a = of_a.rows;
  out.rows_b = of_b.rows;
  const Tensor logits =
      logits_of(*f, concat(index_select(a, 0, of_a.rows), index_select(b, 0, of_b.rows), 0));
  const int64_t held_out = out.rows_a.dim(0);
  out.logits_a = logits.rows(0, held_out).clone();
  out.logits_b = logits.rows(held_out, logits.dim(0)).clone();
  out.statistic = mean(cast(out.logits_a, DType::f64)).item() - mean(cast(out.logits_b, DType::f64)).item();
  out.accuracy = 0.5 * (mean(cast(gt(out.logits_a, 0), DType::f64)).item() +
                        mean(cast(le(out.logits_b, 0), DType::f64)).item());
  out.p_value = permutation_p_value(out.logits_a, out.logits_b, options.permutations, rng);
  return out;
}

}  // namespace gradzoo
