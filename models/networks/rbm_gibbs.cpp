#include <algorithm>

#include "autograd/kernels/gemm/binary.h"
#include "autograd/kernels/gemm/turn.h"
#include "autograd/kernels/random/bernoulli.h"
#include "gradzoo/autograd/ops.h"
#include "gradzoo/autograd/runtime.h"
#include "gradzoo/autograd/tape.h"
#include "gradzoo/models/networks/rbm_layer.h"

namespace gradzoo {
namespace {

// Units of logits (B, k): `draws` undefined where none are wanted, `out` null likewise.
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

Tensor turned(const Tensor& w) {
  const int64_t n = w.dim(0), m = w.dim(1);
  Tensor to = empty({m, n}, w.dtype());
  visit_floating(w.dtype(), [&]<class T>() {
    const T* from = w.data<T>();
    T* into = to.mutable_data<T>();
    parallel_for(n, std::max<int64_t>(1, 8192 / m), 16, [=](int64_t begin, int64_t end) {
      kernels::turn(from + begin * m, m, end - begin, m, into + begin, n);
    });
  });
  return to;
}

}  // namespace

bool has_few_ones(const Tensor& x) {
  constexpr double kFew = 0.3;  // a share beyond which gemm is as fast
  return visit_floating(x.dtype(), [&]<class T>() {
    const int64_t ones = kernels::count_ones(x.data<T>(), x.size());
    return ones >= 0 && static_cast<double>(ones) < kFew * static_cast<double>(x.size());
  });
}

Tensor unit_product(const Tensor& x, const Tensor& w) {
  const NoGrad quiet;
  if (!has_few_ones(x)) return matmul(x, w);
  Tensor y = empty({x.dim(0), w.dim(1)}, x.dtype());
  visit_floating(x.dtype(), [&]<class T>() {
    kernels::binary_product(x.data<T>(), w.data<T>(), y.mutable_data<T>(), x.dim(0), w.dim(0), w.dim(1));
  });
  return y;
}

Tensor draw_units(const Tensor& logits, const Tensor& bias, Rng& rng, double scale) {
  Tensor draws = empty_like(logits);
  make_units(logits, scale, bias, &rng, &draws, nullptr, 0, 1);
  return draws;
}

void write_probabilities(const Tensor& logits, const Tensor& bias, double factor, Tensor& out,
                         int64_t first) {
  make_units(logits, 1, bias, nullptr, nullptr, &out, first, factor);
}

Tensor draw_and_write(const Tensor& logits, const Tensor& bias, Rng& rng, double factor, Tensor& out,
                      int64_t first) {
  Tensor draws = empty_like(logits);
  make_units(logits, 1, bias, &rng, &draws, &out, first, factor);
  return draws;
}

RbmGibbs::RbmGibbs(const RbmLayer& layer) : layer_(layer), turned_(turned(layer.weight())) {}

Tensor RbmGibbs::hidden_logits(const Tensor& x) const { return unit_product(x, layer_.weight()); }

Tensor RbmGibbs::visible_logits(const Tensor& h) const { return unit_product(h, turned_); }

Tensor RbmGibbs::draw_hidden(const Tensor& x, Rng& rng) const {
  return draw_units(hidden_logits(x), layer_.hidden_bias(), rng);
}

Tensor RbmGibbs::draw_visible(const Tensor& h, Rng& rng) const {
  return draw_units(visible_logits(h), layer_.visible_bias(), rng);
}

Tensor RbmGibbs::walk(Tensor x, int64_t steps, Rng& rng) const {
  for (int64_t i = 0; i < steps; ++i) x = draw_visible(draw_hidden(x, rng), rng);
  return x;
}

}  // namespace gradzoo
