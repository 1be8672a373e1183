#include "autograd/binary.h"

#include "autograd/kernels/gemm/binary.h"
#include "autograd/kernels/gemm/gemm.h"
#include "autograd/kernels/pointwise/softplus_rise.h"
#include "autograd/kernels/random/bernoulli.h"
#include "gradzoo/autograd/ops.h"
#include "gradzoo/autograd/tape.h"

namespace gradzoo {
namespace {

// Whether x is binary with so few ones that a product with it is a sum of rows.
bool has_few_ones(const Tensor& x) {
  constexpr double kFew = 0.3;  // a share beyond which gemm is as fast
  return visit_floating(x.dtype(), [&]<class T>() {
    const int64_t ones = kernels::count_ones(x.data<T>(), x.size());
    return ones >= 0 && static_cast<double>(ones) < kFew * static_cast<double>(x.size());
  });
}

}  // namespace

Tensor unit_product(const Tensor& x, const Tensor& w) {
  const NoGrad quiet;
  if (!has_few_ones(x)) return matmul(x, w);
  Tensor y = empty({x.dim(0), w.dim(1)}, x.dtype());
  visit_floating(x.dtype(), [&]<class T>() {
    kernels::binary_product(x.data<T>(), w.data<T>(), y.mutable_data<T>(), x.dim(0), w.dim(0), w.dim(1));
  });
  return y;
}

void add_product(const Tensor& x, const Tensor& h, Tensor& to, bool adds) {
  const int64_t k = x.dim(0), n = x.dim(1), m = h.dim(1);
  const bool few = has_few_ones(x);
  visit_floating(to.dtype(), [&]<class T>() {
    if (few)
      return kernels::binary_outer_product(x.data<T>(), h.data<T>(), to.mutable_data<T>(), adds, k, n, m);
    kernels::gemm(true, false, n, m, k, x.data<T>(), h.data<T>(), adds ? T{1} : T{0}, to.mutable_data<T>());
  });
}

void make_units(const Tensor& logits, double scale, const Tensor& bias, Rng* rng, Tensor* draws, Tensor* out,
                int64_t first, double factor) {
  const int64_t rows = logits.dim(0), cols = logits.dim(1);
  visit_floating(logits.dtype(), [&]<class T>() {
    kernels::BinaryUnits<T> units{.factor = factor};
    RandomAddress at;
    if (draws != nullptr) {
      units.draws = draws->mutable_data<T>();
      at = {rng->key(), rng->next_draw(), rng->first_row(rows)};
    }
    if (out != nullptr) units.probabilities = out->mutable_data<T>() + first * cols;
    kernels::bernoulli_sigmoid(at, scale, logits.data<T>(), bias.data<T>(), units, rows, cols);
  });
}

void add_softplus_rise(double from, double to, const Tensor& logits, const Tensor& bias, Tensor& sums) {
  visit_floating(logits.dtype(), [&]<class T>() {
    kernels::softplus_rise(from, to, logits.data<T>(), bias.data<T>(), sums.mutable_data<double>(),
                           logits.dim(0), logits.dim(1));
  });
}

}  // namespace gradzoo
