#include <cmath>
#include <string>

#include <doctest/doctest.h>

#include "gradzoo/autograd/grad.h"
#include "gradzoo/autograd/ops.h"
#include "gradzoo/autograd/tape.h"
#include "gradzoo/models/networks/rbm_layer.h"
#include "support/error_message.h"

namespace gradzoo {
namespace {

std::unique_ptr<RbmLayer> some_rbm(int64_t n, int64_t m, DType dtype = DType::f64) {
  Rng rng(7);
  auto layer = std::make_unique<RbmLayer>(n, m, rng, dtype);
  for (Tensor p : {layer->weight().detach(), layer->visible_bias().detach(), layer->hidden_bias().detach()})
    p += randn(p.shape(), rng, dtype);
  return layer;
}

TEST_CASE("Moments of an enumerated machine are the gradient of its log Z, whichever side is smaller") {
  for (const bool wide : {false, true}) {
    const auto layer = some_rbm(wide ? 7 : 4, wide ? 4 : 7);
    const RbmMoments found = exact_moments(*layer);
    const Tape tape;
    const int64_t n = layer->visible();
    const Tensor x = binary_patterns(0, int64_t{1} << n, n, DType::f64);
    const Tensors leaves{layer->weight(), layer->visible_bias(), layer->hidden_bias()};
    const Tensors expected = grad(logsumexp(neg(layer->free_energy(x))), leaves);
    CHECK(max(abs(found.products - expected[0])).item() < 1e-12);
    CHECK(max(abs(found.visible - expected[1])).item() < 1e-12);
    CHECK(max(abs(found.hidden - expected[2])).item() < 1e-12);
  }
}

TEST_CASE("Exact samples have the moments of the machine, by either side") {
  constexpr int64_t kDraws = 100'000;
  const NoGrad quiet;
  for (const bool wide : {false, true}) {
    const auto layer = some_rbm(wide ? 7 : 4, wide ? 4 : 7);
    const RbmMoments moments = exact_moments(*layer);
    Rng rng(11, "exact");
    const Tensor x = exact_samples(*layer, kDraws, rng);
    const Tensor p = moments.visible;
    const Tensor z = (mean(x, 0) - p) / sqrt(p * (1.0 - p) / static_cast<double>(kDraws));
    CHECK(max(abs(z)).item() < 4.5);  // of 11: false alarm 8e-5
    // A pair of units, which independent ones would get wrong.
    const Tensor pair = slice(x, 1, 0, 1) * slice(x, 1, 1, 2);
    const int64_t n = layer->visible();
    const Tensor states = binary_patterns(0, int64_t{1} << n, n, DType::f64);
    const Tensor shares = softmax(neg(layer->free_energy(states)), 0);
    const double q =
        sum(shares * reshape(slice(states, 1, 0, 1) * slice(states, 1, 1, 2), {states.dim(0)})).item();
    CHECK(std::abs(mean(pair).item() - q) < 4.5 * std::sqrt(q * (1 - q) / kDraws));
  }
}

TEST_CASE("A machine that is too large is refused with the cost and the alternative") {
  Rng rng(1);
  const RbmLayer layer(30, 21, rng);
  CHECK_FALSE(is_enumerable(layer));
  try {
    exact_log_partition(layer);
    FAIL("was enumerated");
  } catch (const Error& error) {
    const std::string text = error.what();
    for (const char* word : {"2^21", "Hint", "20 units", "annealed"}) CHECK(test::contains(text, word));
  }
}

TEST_CASE("Patterns count in binary from the lowest bit on") {
  CHECK(binary_patterns(5, 7, 3, DType::f32).to_vector() == std::vector<double>{1, 0, 1, 0, 1, 1});
}

}  // namespace
}  // namespace gradzoo
