#include <algorithm>

#include "gradzoo/samplers/kinds/hmc.h"

namespace gradzoo {

void RunningVariance::reset(int64_t dimensions) {
  count_ = 0;
  for (Tensor* sums : {&mean_, &squares_}) {
    if (sums->defined() && sums->dim(0) == dimensions) {
      std::fill_n(sums->mutable_data<double>(), dimensions, 0.0);
    } else {
      *sums = zeros({dimensions}, DType::f64);
    }
  }
}

void RunningVariance::add(const Tensor& x) {
  const int64_t d = x.dim(1);
  double *const mean = mean_.mutable_data<double>(), *const squares = squares_.mutable_data<double>();
  visit_floating(x.dtype(), [&]<class T>() {
    const T* row = x.data<T>();
    for (int64_t r = 0; r < x.dim(0); ++r, row += d) {
      const double share = 1 / static_cast<double>(++count_);
      for (int64_t i = 0; i < d; ++i) {
        const double value = static_cast<double>(row[i]), before = value - mean[i];
        mean[i] += before * share;
        squares[i] += before * (value - mean[i]);
      }
    }
  });
}

double RunningVariance::regularised(int64_t i) const {
  constexpr double kExtra = 5, kTowards = 1e-3;
  const auto n = static_cast<double>(count_);
  const double variance = squares_.data<double>()[i] / std::max(n - 1, 1.0);
  return (n * variance + kExtra * kTowards) / (n + kExtra);
}

void RunningVariance::add_to(State& state, const std::string& prefix) {
  state.add(prefix + ".count", count_);
  state.add(prefix + ".mean", mean_);
  state.add(prefix + ".squares", squares_);
}

void WarmupWindows::plan(int64_t transitions) {
  constexpr int64_t kFewest = 20;
  const bool enough = transitions >= kFewest;
  first_ = enough ? transitions * 15 / 100 : 0;
  end_ = enough ? transitions - transitions / 4 : 0;
}

// A window that would leave less than its double behind it takes the rest.
bool WarmupWindows::closes(int64_t t) const {
  if (!inside(t)) return false;
  int64_t begin = first_, width = std::max<int64_t>((end_ - first_) / 15, 1);
  while (begin < end_) {
    const bool last = begin + 3 * width > end_;
    const int64_t close = last ? end_ : begin + width;
    if (t < close) return t == close - 1;
    begin = close;
    width *= 2;
  }
  return false;
}

}  // namespace gradzoo
