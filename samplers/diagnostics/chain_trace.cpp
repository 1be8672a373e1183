#include "samplers/diagnostics/chain_trace.h"

#include <algorithm>
#include <limits>

#include "gradzoo/autograd/ops.h"
#include "gradzoo/samplers/diagnostics/diagnostics.h"

namespace gradzoo {
namespace {

constexpr int64_t kMostCoordinates = 4;
constexpr int64_t kMostTraced = 1000;              // chains
constexpr int64_t kMostValues = int64_t{1} << 23;  // of a statistic: 64 MB
constexpr int64_t kFewestDraws = 4;                // that diagnostics take

template <class Fn>
std::vector<double> of_each(const std::vector<Tensor>& draws, Fn diagnostic) {
  std::vector<double> out;
  out.reserve(draws.size());
  for (const Tensor& statistic : draws) {
    out.push_back(statistic.dim(1) < kFewestDraws ? std::numeric_limits<double>::quiet_NaN()
                                                  : diagnostic(statistic));
  }
  return out;
}

}  // namespace

ChainTrace::ChainTrace(const Tensor& x, bool has_log_prob, int64_t draws)
    : coordinates_(x.dim(1) <= kMostCoordinates), chains_(x.dim(0)) {
  if (coordinates_) {
    for (int64_t i = 0; i < x.dim(1); ++i) names_.push_back(fmt::format("x{}", i));
  } else {
    if (has_log_prob) names_.push_back("log_prob");
    names_.insert(names_.end(), {"mean", "norm"});
  }
  traced_ = std::min({chains_, kMostTraced, std::max<int64_t>(kMostValues / draws, 4)});
  for (size_t i = 0; i < names_.size(); ++i) draws_.push_back(empty({traced_, draws}, DType::f64));
}

void ChainTrace::record(const Tensor& x, const PointValue& value) {
  const Tensor rows = x.rows(0, traced_);
  if (coordinates_) {
    for (int64_t i = 0; i < x.dim(1); ++i) store(static_cast<size_t>(i), slice(rows, 1, i, i + 1));
  } else {
    const size_t after = names_.size() - 2;
    if (after == 1) store(0, value.log_prob.rows(0, traced_));
    store(after, mean(rows, 1));
    store(after + 1, sqrt(sum(square(rows), 1)));
  }
  ++recorded_;
}

void ChainTrace::store(size_t statistic, const Tensor& values) {
  Tensor& draws = draws_[statistic];
  const int64_t n = draws.dim(1);
  double* to = draws.mutable_data<double>() + recorded_;
  visit_floating(values.dtype(), [&]<class T>() {
    const T* from = values.data<T>();
    for (int64_t chain = 0; chain < traced_; ++chain) to[chain * n] = static_cast<double>(from[chain]);
  });
}

std::vector<double> ChainTrace::bulk_ess() const {
  return of_each(draws_, [this](const Tensor& draws) { return scale() * gradzoo::bulk_ess(draws); });
}

std::vector<double> ChainTrace::tail_ess() const {
  return of_each(draws_, [this](const Tensor& draws) { return scale() * gradzoo::tail_ess(draws); });
}

std::vector<double> ChainTrace::rhat() const { return of_each(draws_, rank_normalised_rhat); }

double ChainTrace::scale() const { return static_cast<double>(chains_) / static_cast<double>(traced_); }

}  // namespace gradzoo
