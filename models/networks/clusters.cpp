#include "models/networks/clusters.h"

#include <algorithm>

#include "gradzoo/autograd/ops.h"
#include "gradzoo/autograd/plain.h"
#include "gradzoo/autograd/tape.h"
#include "gradzoo/base/error.h"
#include "models/networks/labels.h"
#include "nn/fit/kmeans.h"
#include "nn/fit/principal_components.h"

namespace gradzoo {
namespace {

constexpr int64_t kComponents = 40;
constexpr int64_t kNumbersLookedAt = int64_t{1} << 24;  // for directions: 128 MB
constexpr int64_t kExamplesAtOnce = 2000;

Tensor pixels_of(const Examples& examples, int64_t begin, int64_t end) {
  return read_examples(examples, begin, end, Pixels::grey, Rng(0)).x;
}

}  // namespace

Clusters::Clusters(int64_t count, int64_t labels, int64_t numbers) : labels_(labels) {
  const int64_t parts = std::max<int64_t>(1, labels), components = std::min(kComponents, numbers);
  if (count < parts || count % parts != 0)
    throw Error("{} clusters cannot be divided evenly among {} labels. Hint: use {}", count, parts,
                parts * std::max<int64_t>(1, count / parts));
  mean_ = zeros({numbers}, DType::f64);
  directions_ = zeros({components, numbers}, DType::f64);
  centres_ = zeros({count, components}, DType::f64);
  shares_ = full({count}, static_cast<double>(parts) / static_cast<double>(count), DType::f64);
}

void Clusters::fit(const Examples& examples, uint64_t seed) {
  const NoGrad quiet;
  Rng rng(seed, "clusters");
  const int64_t n = examples.count();
  const int64_t looked_at = std::min(n, std::max<int64_t>(100, kNumbersLookedAt / mean_.size()));
  const PrincipalComponents found =
      principal_components(pixels_of(examples, 0, looked_at), directions_.dim(0), rng);
  assign_values(mean_, found.mean);
  assign_values(directions_, found.directions);
  Tensors projected, labels;
  for (int64_t begin = 0; begin < n; begin += kExamplesAtOnce) {
    const Batch batch =
        read_examples(examples, begin, std::min(begin + kExamplesAtOnce, n), Pixels::grey, Rng(0));
    projected.push_back(found.project(batch.x));
    if (labels_ > 0) labels.push_back(batch.labels);
  }
  const Tensor all = concat(projected, 0), of = labels_ > 0 ? concat(labels, 0) : Tensor();
  const int64_t parts = std::max<int64_t>(1, labels_), each = count() / parts;
  Tensors centres, shares;
  for (int64_t part = 0; part < parts; ++part) {
    const Tensor rows = of.defined() ? rows_with_label(of, part) : Tensor();
    if (rows.defined() && rows.size() == 0) {  // a label that no example has
      centres.push_back(zeros({each, all.dim(1)}, DType::f64));
      shares.push_back(full({each}, 1 / static_cast<double>(each), DType::f64));
      continue;
    }
    const Clustering found_here = kmeans(rows.defined() ? index_select(all, 0, rows) : all, each, rng);
    centres.push_back(found_here.centres);
    shares.push_back(mean(one_hot(found_here.labels, each, DType::f64), 0));
  }
  assign_values(centres_, concat(centres, 0));
  assign_values(shares_, concat(shares, 0));
}

void Clusters::add_to(State& state, const std::string& prefix) {
  state.add(prefix + ".mean", mean_);
  state.add(prefix + ".directions", directions_);
  state.add(prefix + ".centres", centres_);
  state.add(prefix + ".shares", shares_);
}

Tensor Clusters::of(const Tensor& x, const Tensor& labels) const {
  const NoGrad quiet;
  const Tensor at = PrincipalComponents{mean_, directions_, {}}.project(x);
  // |at - c|^2 but for |at|^2, which all clusters share.
  const Tensor distances = sum(square(centres_), 1) - matmul(at, centres_, false, true) * 2.0;
  const int64_t each = count() / std::max<int64_t>(1, labels_);
  Tensor nearest = zeros({x.dim(0)}, DType::i64);
  for (int64_t i = 0; i < x.dim(0); ++i) {
    const int64_t first = labels_ > 0 ? labels.data<int64_t>()[i] * each : 0;
    const double* row = distances.data<double>() + i * count();
    nearest.mutable_data<int64_t>()[i] = std::min_element(row + first, row + first + each) - row;
  }
  return nearest;
}

Tensor Clusters::draw(int64_t n, const Tensor& labels, Rng& rng) const {
  const int64_t each = count() / std::max<int64_t>(1, labels_);
  const Tensor at = rand({n}, rng, DType::f64);
  const double* shares = shares_.data<double>();
  Tensor drawn = zeros({n}, DType::i64);
  for (int64_t i = 0; i < n; ++i) {
    const int64_t first = labels_ > 0 ? labels.data<int64_t>()[i] * each : 0;
    double left = at.data<double>()[i];
    int64_t cluster = first, last = first;  // the last that has a share takes what rounding leaves
    for (; cluster < first + each; ++cluster) {
      if (shares[cluster] > 0) last = cluster;
      left -= shares[cluster];
      if (left < 0) break;
    }
    drawn.mutable_data<int64_t>()[i] = cluster < first + each ? cluster : last;
  }
  return drawn;
}

}  // namespace gradzoo
