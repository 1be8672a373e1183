#include <doctest/doctest.h>

#include "gradzoo/autograd/ops.h"
#include "gradzoo/autograd/tape.h"
#include "gradzoo/models/networks/rbm_layer.h"

namespace gradzoo {

TEST_CASE("Gibbs steps are draws of the layer's own conditionals, whose address is the stream's") {
  Rng init(3);
  const RbmLayer layer(37, 21, init);
  Rng rng(4, "x"), same(4, "x");
  const Tensor x = bernoulli(full({9, 37}, 0.5), rng);
  static_cast<void>(bernoulli(full({9, 37}, 0.5), same));
  const NoGrad quiet;
  const RbmGibbs gibbs(layer);
  const Tensor h = gibbs.draw_hidden(x, rng);
  CHECK(count_nonzero(ne(h, bernoulli(layer.hidden_probabilities(x), same))) == 0);
  const Tensor back = gibbs.draw_visible(h, rng);
  CHECK(count_nonzero(ne(back, bernoulli(layer.visible_probabilities(h), same))) == 0);
  Rng walker(4, "x");
  walker.set_draw(1);
  CHECK(count_nonzero(ne(gibbs.walk(x, 1, walker), back)) == 0);
}

TEST_CASE("Probabilities are written where they are wanted, times a factor, with or without draws") {
  Rng init(3), rng(5), other(5);
  const RbmLayer layer(6, 4, init);
  const NoGrad quiet;
  const Tensor logits = randn({3, 4}, init);
  Tensor out = zeros({5, 4});
  const Tensor h = draw_and_write(logits, layer.hidden_bias(), rng, -2, out, 1);
  CHECK(count_nonzero(ne(h, draw_units(logits, layer.hidden_bias(), other))) == 0);
  const Tensor p = sigmoid(logits + layer.hidden_bias());
  CHECK(max(abs(out.rows(1, 4) + p * 2.0)).item() < 1e-6);
  CHECK(max(abs(out.rows(0, 1))).item() == 0);
  CHECK(max(abs(out.rows(4, 5))).item() == 0);
  write_probabilities(logits, layer.hidden_bias(), 1, out, 2);
  CHECK(max(abs(out.rows(2, 5) - p)).item() < 1e-6);
}

}  // namespace gradzoo
