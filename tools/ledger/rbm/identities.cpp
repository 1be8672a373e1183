#include <algorithm>
#include <cmath>

#include "autograd/grad.h"
#include "autograd/ops.h"
#include "autograd/tape.h"
#include "models/networks/rbm_exact.h"
#include "tools/ledger/rbm/rows.h"

namespace gradzoo {
namespace {

/// log p(x, h) + log Z of all pairs, (2^n, 2^m), with the patterns of both sides.
struct JointTable {
  Tensor x, h, log_weights;
};

JointTable joint_table(const RbmLayer& layer) {
  const NoGrad quiet;
  const DType dtype = layer.weight().dtype();
  const int64_t n = layer.visible(), m = layer.hidden();
  const Tensor x = binary_patterns(0, int64_t{1} << n, n, dtype),
               h = binary_patterns(0, int64_t{1} << m, m, dtype);
  const Tensor of_x = matmul(x, reshape(layer.visible_bias(), {n, 1})),
               of_h = reshape(matmul(h, reshape(layer.hidden_bias(), {m, 1})), {1, h.dim(0)});
  return {x, h, matmul(matmul(x, layer.weight()), h, false, true) + of_x + of_h};
}

double largest(const Tensor& x) { return max(abs(x)).item(); }

}  // namespace

std::unique_ptr<RbmLayer> random_rbm(int64_t visible, int64_t hidden, double scale, DType dtype,
                                     uint64_t seed) {
  Rng rng(seed, "ledger/rbm");
  auto layer = std::make_unique<RbmLayer>(visible, hidden, rng, dtype);
  const auto draw = [&](Tensor into, double width) {
    const Tensor values = randn(into.shape(), rng, dtype) * width;
    visit_floating(dtype,
                   [&]<class T>() { std::copy_n(values.data<T>(), values.size(), into.mutable_data<T>()); });
  };
  draw(layer->weight().detach(), scale);
  draw(layer->visible_bias().detach(), 1);
  draw(layer->hidden_bias().detach(), 1);
  return layer;
}

double conditionals_error(FunctionRef<Conditionals(const RbmLayer&)> conditionals) {
  const NoGrad quiet;
  const auto layer = random_rbm(5, 4, 1, DType::f64, 1);
  const JointTable table = joint_table(*layer);
  const Conditionals found = conditionals(*layer);
  const Tensor of_h = matmul(softmax(table.log_weights, 1), table.h);        // (2^n, m)
  const Tensor of_x = matmul(softmax(table.log_weights, 0), table.x, true);  // (2^m, n)
  return std::max(largest(found.hidden(table.x) - of_h), largest(found.visible(table.h) - of_x));
}

double draws_z(FunctionRef<Tensor(const RbmLayer&, const Tensor& x, Rng&)> draw, uint64_t seed) {
  const NoGrad quiet;
  constexpr int64_t kDraws = 200'000;
  const auto layer = random_rbm(5, 4, 1, DType::f32, 1);
  const Tensor x = binary_patterns(0b10110, 0b10111, 5, DType::f32);
  Rng rng(seed, "ledger/draws");
  const Tensor means = mean(draw(*layer, broadcast_to(x, {kDraws, 5}), rng), 0);
  const Tensor p = reshape(layer->hidden_probabilities(x), {4});
  return largest((means - p) / sqrt(p * (1.0 - p) / static_cast<double>(kDraws)));
}

double free_energy_error(FunctionRef<Tensor(const RbmLayer&, const Tensor& x)> free_energy) {
  const NoGrad quiet;
  const auto layer = random_rbm(6, 5, 1, DType::f64, 2);
  const JointTable table = joint_table(*layer);
  return largest(free_energy(*layer, table.x) + logsumexp(table.log_weights, 1));
}

double log_partition_error(FunctionRef<double(const RbmLayer&)> log_partition) {
  double worst = 0;
  for (const bool wide : {false, true}) {
    const auto layer = random_rbm(wide ? 9 : 5, wide ? 5 : 9, 1, DType::f64, 3);
    const double exact = logsumexp(joint_table(*layer).log_weights).item();
    worst = std::max(worst, std::abs(log_partition(*layer) - exact));
  }
  return worst;
}

double rbm_gradient_error(RbmGradient gradient, bool centred) {
  constexpr int64_t kVisible = 7, kHidden = 5;
  const auto layer = random_rbm(kVisible, kHidden, 1, DType::f64, 4);
  Rng rng(5, "ledger/rbm-gradient");
  const auto patterns = [&](int64_t rows) { return bernoulli(full({rows, kVisible}, 0.4, DType::f64), rng); };
  const Tensor data = patterns(11), samples = patterns(6);
  const Tensor mu = centred ? rand({kVisible}, rng, DType::f64) : Tensor(),
               lambda = centred ? rand({kHidden}, rng, DType::f64) : Tensor();
  const Tensors found = gradient(*layer, data, samples, mu, lambda);

  // The machine in centred parameters: b = b' - W lambda, c = c' - W'mu.
  const auto column = [](const Tensor& v) { return reshape(v, {v.size(), 1}); };
  Tensor w = layer->weight().detach().clone(), b = layer->visible_bias().detach().clone(),
         c = layer->hidden_bias().detach().clone();
  if (centred) {
    b = b + reshape(matmul(w, column(lambda)), {kVisible});
    c = c + reshape(matmul(w, column(mu), true), {kHidden});
  }
  for (Tensor* p : {&w, &b, &c}) p->requires_grad_();
  const Tape tape;
  const Tensor b_plain = centred ? b - reshape(matmul(w, column(lambda)), {kVisible}) : b;
  const Tensor c_plain = centred ? c - reshape(matmul(w, column(mu), true), {kHidden}) : c;
  const auto f = [&](const Tensor& x) {
    return neg(reshape(matmul(x, column(b_plain)), {x.dim(0)}) + sum(softplus(matmul(x, w) + c_plain), 1));
  };
  const Tensors leaves{w, b, c};
  Tensors expected = grad(mean(f(data)) - mean(f(samples)), leaves);
  const NoGrad quiet;
  if (centred) {
    expected[1] = expected[1] - reshape(matmul(expected[0], column(lambda)), {kVisible});
    expected[2] = expected[2] - reshape(matmul(expected[0], column(mu), true), {kHidden});
  }
  double error = 0, size = 0;
  for (size_t i = 0; i < expected.size(); ++i) {
    error += sum(square(found[i] - expected[i])).item();
    size += sum(square(expected[i])).item();
  }
  return std::sqrt(error / size);
}

Tensor bars_and_stripes(DType dtype) {
  std::vector<double> values;
  for (int64_t pattern = 0; pattern < 30; ++pattern) {
    const bool stripes = pattern >= 16;
    const int64_t bits = stripes ? pattern - 15 : pattern;
    for (int64_t i = 0; i < 16; ++i)
      values.push_back(static_cast<double>(bits >> (stripes ? i % 4 : i / 4) & 1));
  }
  return tensor(values, {30, 16}, dtype);
}

double bars_and_stripes_likelihood(FunctionRef<void(RbmLayer&, const Tensor& patterns)> train,
                                   FunctionRef<double(const RbmLayer&)> log_partition) {
  Rng rng(1, "ledger/bars");
  RbmLayer layer(16, 16, rng);
  const Tensor patterns = bars_and_stripes(DType::f32);
  train(layer, patterns);
  const NoGrad quiet;
  return -mean(layer.free_energy(patterns)).item() - log_partition(layer);
}

}  // namespace gradzoo
