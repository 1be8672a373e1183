#include <algorithm>

#include "gradzoo/autograd/ops.h"
#include "gradzoo/autograd/tape.h"
#include "gradzoo/models/made/made.h"
#include "gradzoo/nn/distributions.h"

namespace gradzoo {
namespace {

constexpr int64_t kRowsAtOnce = 200;  // drawn: what changes with every number then stays in the cache

// How many of the first numbers each unit of a hidden layer may read, 1 to D-1: equally many units each,
// where the paper draws them (section 4.2).
std::vector<int64_t> degrees(int64_t units, int64_t size) {
  std::vector<int64_t> out(static_cast<size_t>(units));
  for (int64_t k = 0; k < units; ++k)
    out[static_cast<size_t>(k)] = 1 + k * std::max<int64_t>(0, size - 1) / units;
  return out;
}

// 1 where to[k] >= from[j] + margin: (to, from).
Tensor mask_of(const std::vector<int64_t>& to, const std::vector<int64_t>& from, int64_t margin,
               DType dtype) {
  std::vector<double> values;
  values.reserve(to.size() * from.size());
  for (const int64_t k : to)
    for (const int64_t j : from) values.push_back(k >= j + margin ? 1.0 : 0.0);
  return tensor(values, {std::ssize(to), std::ssize(from)}, dtype);
}

// The degree of each number: its place in the order, from 1.
std::vector<int64_t> input_degrees(const Order& order) {
  std::vector<int64_t> out = places_in(order);
  for (int64_t& place : out) ++place;
  return out;
}

}  // namespace

bool known_come_first(const Order& order, const Tensor& known) {
  const std::vector<double> is_known = known.to_vector();
  return std::ranges::is_partitioned(
      order, [&](int64_t number) { return is_known[static_cast<size_t>(number)] != 0; });
}

Tensor may_read(const Order& order, DType dtype) {
  const std::vector<int64_t> places = places_in(order);
  return mask_of(places, places, 1, dtype);
}

MadeNetwork::MadeNetwork(const MadeShape& shape, Rng& rng) : shape_(shape), activation_(shape.activation) {
  if (shape.hidden.empty()) throw Error("made: hidden has no layers. Hint: set hidden=1000");
  std::vector<int64_t> below = input_degrees(shape.order);
  const std::vector<int64_t> of_inputs = below;
  for (size_t i = 0; i < shape.hidden.size(); ++i) {
    std::vector<int64_t> own = degrees(shape.hidden[i], size());
    hidden_.push_back(std::make_unique<MaskedLinear>(mask_of(own, below, 0, shape.dtype), rng));
    register_module("hidden" + std::to_string(i), *hidden_.back());
    below = std::move(own);
  }
  output_ = std::make_unique<MaskedLinear>(mask_of(of_inputs, below, 1, shape.dtype), rng);
  register_module("output", *output_);
  if (!shape.direct) return;
  direct_ = std::make_unique<MaskedLinear>(may_read(shape.order, shape.dtype), rng, false);
  register_module("direct", *direct_);
}

Tensor MadeNetwork::forward(const Tensor& x) const {
  Tensor h = x;
  for (const auto& layer : hidden_) h = activation_.forward(layer->forward(h));
  const Tensor logits = output_->forward(h);
  return direct_ ? logits + direct_->forward(x) : logits;
}

Tensor MadeNetwork::log_prob(const Tensor& x) const { return sum(bernoulli_log_prob(x, forward(x)), 1); }

Tensor MadeNetwork::sample(int64_t n, Rng& rng) const {
  return complete(zeros({n, size()}, shape_.dtype), zeros({size()}, shape_.dtype), rng);
}

Tensor MadeNetwork::complete(const Tensor& values, const Tensor& known, Rng& rng) const {
  const NoGrad quiet;
  std::vector<bool> is_known;
  for (const double each : known.to_vector()) is_known.push_back(each != 0);
  const Tensor uniform = rand(values.shape(), rng, shape_.dtype);
  Tensors parts;
  for (int64_t begin = 0; begin < values.dim(0); begin += kRowsAtOnce) {
    const int64_t end = std::min(values.dim(0), begin + kRowsAtOnce);
    parts.push_back(draw_rows(uniform.rows(begin, end), values.rows(begin, end), is_known));
  }
  return concat(parts, 0);
}

// The first hidden layer's sums grow by a column of its weights with every number that is drawn, so that with
// one hidden layer all D draws cost about as much as one pass.
Tensor MadeNetwork::draw_rows(const Tensor& uniform, const Tensor& values,
                              const std::vector<bool>& known) const {
  const int64_t n = values.dim(0), d = size();
  const Tensor columns = transpose(hidden_[0]->weight());  // (D, units)
  const Tensor to_output = output_->weight(), bias = output_->bias(),
               past = direct_ ? direct_->weight() : Tensor();
  Tensors above;  // masked weights of the other hidden layers
  for (size_t layer = 1; layer < hidden_.size(); ++layer) above.push_back(hidden_[layer]->weight());
  Tensor x = zeros({n, d}, shape_.dtype);
  Tensor sums = broadcast_to(hidden_[0]->bias(), {n, columns.dim(1)}).clone();
  for (const int64_t i : shape_.order) {
    Tensor drawn = slice(values, 1, i, i + 1);  // (n, 1)
    if (!known[static_cast<size_t>(i)]) {
      Tensor h = activation_.forward(sums);
      for (size_t layer = 1; layer < hidden_.size(); ++layer)
        h = activation_.forward(linear(h, above[layer - 1], hidden_[layer]->bias()));
      Tensor logit = matmul(h, to_output.rows(i, i + 1), false, true) + bias.rows(i, i + 1);
      if (direct_) logit = logit + matmul(x, past.rows(i, i + 1), false, true);
      drawn = cast(lt(slice(uniform, 1, i, i + 1), sigmoid(logit)), shape_.dtype);
    }
    sums += drawn * columns.rows(i, i + 1);
    visit_floating(shape_.dtype, [&]<class T>() {
      for (int64_t row = 0; row < n; ++row) x.mutable_data<T>()[row * d + i] = drawn.data<T>()[row];
    });
  }
  return x;
}

}  // namespace gradzoo
