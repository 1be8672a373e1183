#include <cmath>
#include <vector>

#include "gradzoo/autograd/ops.h"
#include "gradzoo/autograd/tape.h"
#include "gradzoo/models/networks/rbm_layer.h"

namespace gradzoo {
namespace {

constexpr int64_t kNumbersAtOnce = int64_t{1} << 22;  // of the larger side's terms

/// A machine seen from its smaller side s, whose states are enumerated; o is the other one.
struct SmallSide {
  bool hidden;           // s = h
  Tensor weight;         // (s, o)
  Tensor own, opposite;  // biases
  int64_t bits() const { return weight.dim(0); }
  int64_t states() const { return int64_t{1} << bits(); }

  Tensor logits(const Tensor& states) const { return matmul(states, weight) + opposite; }  // (K, o)
  // log of the sum over the other side, (K) f64.
  Tensor log_weights(const Tensor& states, const Tensor& logits) const {
    const Tensor linear = reshape(matmul(states, reshape(own, {bits(), 1})), {states.dim(0)});
    return cast(linear + sum(softplus(logits), 1), DType::f64);
  }
};

void check_enumerable(const RbmLayer& layer) {
  if (is_enumerable(layer)) return;
  const int64_t side = std::min(layer.visible(), layer.hidden());
  throw Error(
      "rbm: an exact log Z sums 2^{} = 10^{:.0f} states, about a million per second. Hint: use at most {} "
      "units on one side, or annealed importance sampling: gradzoo logz RUN",
      side, static_cast<double>(side) * std::log10(2.0), kMostEnumerated);
}

SmallSide small_side(const RbmLayer& layer, DType dtype) {
  check_enumerable(layer);
  const Tensor w = cast(layer.weight().detach(), dtype), b = cast(layer.visible_bias().detach(), dtype),
               c = cast(layer.hidden_bias().detach(), dtype);
  if (layer.hidden() <= layer.visible()) return {true, transpose(w), c, b};
  return {false, w, b, c};
}

// fn(first state, states (K, s), logits of the other side (K, o)) for all states in their order.
template <class Fn>
void for_each_state(const SmallSide& side, Fn&& fn) {
  const int64_t at_once = std::max<int64_t>(1, kNumbersAtOnce / side.weight.dim(1));
  for (int64_t begin = 0; begin < side.states(); begin += at_once) {
    const int64_t end = std::min(side.states(), begin + at_once);
    const Tensor states = binary_patterns(begin, end, side.bits(), side.weight.dtype());
    fn(begin, states, side.logits(states));
  }
}

// The logarithm of every state's weight, (2^s) f64.
Tensor all_log_weights(const SmallSide& side) {
  Tensors parts;
  for_each_state(side, [&](int64_t, const Tensor& states, const Tensor& logits) {
    parts.push_back(side.log_weights(states, logits));
  });
  return concat(parts, 0);
}

}  // namespace

Tensor binary_patterns(int64_t begin, int64_t end, int64_t bits, DType dtype) {
  Tensor out = empty({end - begin, bits}, dtype);
  visit_floating(dtype, [&]<class T>() {
    T* values = out.mutable_data<T>();
    for (int64_t state = begin; state < end; ++state)
      for (int64_t bit = 0; bit < bits; ++bit) *values++ = static_cast<T>(state >> bit & 1);
  });
  return out;
}

double exact_log_partition(const RbmLayer& layer) {
  const NoGrad quiet;
  return logsumexp(all_log_weights(small_side(layer, DType::f64))).item();
}

RbmMoments exact_moments(const RbmLayer& layer) {
  const NoGrad quiet;
  const DType dtype = layer.weight().dtype();
  const SmallSide side = small_side(layer, dtype);
  const Tensor log_weights = all_log_weights(side);
  const Tensor shares = cast(exp(log_weights - logsumexp(log_weights)), dtype);  // (2^s)
  Tensor products = zeros({side.bits(), side.weight.dim(1)}, dtype), own = zeros({side.bits()}, dtype),
         other = zeros({side.weight.dim(1)}, dtype);
  for_each_state(side, [&](int64_t begin, const Tensor& states, const Tensor& logits) {
    const int64_t k = states.dim(0);
    const Tensor weighted = states * reshape(shares.rows(begin, begin + k), {k, 1});  // (K, s)
    const Tensor given = sigmoid(logits);
    products += matmul(weighted, given, true);
    own += sum(weighted, 0);
    other += reshape(matmul(reshape(shares.rows(begin, begin + k), {1, k}), given), {side.weight.dim(1)});
  });
  if (side.hidden) return {transpose(products), other, own};
  return {products, own, other};
}

Tensor exact_samples(const RbmLayer& layer, int64_t n, Rng& rng) {
  const NoGrad quiet;
  const SmallSide side = small_side(layer, layer.weight().dtype());
  const Tensor log_weights = all_log_weights(side);
  const Tensor cumulative = cumsum(exp(log_weights - logsumexp(log_weights)), 0);
  const double* begin = cumulative.data<double>();
  const Tensor u = rand({n, 1}, rng, DType::f64);
  Tensors rows;
  for (int64_t i = 0; i < n; ++i) {
    const int64_t state = std::upper_bound(begin, begin + side.states(), u.data<double>()[i]) - begin;
    const int64_t last = std::min(state, side.states() - 1);  // the sum may round to less than 1
    rows.push_back(binary_patterns(last, last + 1, side.bits(), side.weight.dtype()));
  }
  const Tensor drawn = concat(rows, 0);
  return side.hidden ? RbmGibbs(layer).draw_visible(drawn, rng) : drawn;
}

}  // namespace gradzoo
