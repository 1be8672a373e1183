#include <cmath>

#include <doctest/doctest.h>

#include "gradzoo/autograd/check/gradcheck.h"
#include "gradzoo/autograd/grad.h"
#include "gradzoo/autograd/ops.h"
#include "gradzoo/autograd/tape.h"
#include "gradzoo/nn/layers/image_layers.h"
#include "gradzoo/nn/layers/layers.h"
#include "gradzoo/nn/learn/learner.h"
#include "support/approx.h"
#include "support/tensor_values.h"

namespace gradzoo {
namespace {

// By the eigenvalues of A'A.
double largest_singular_value(const Tensor& weight) {
  const int64_t n = weight.dim(weight.rank() - 1);
  const Tensor a = cast(reshape(weight.detach(), {weight.size() / n, n}), DType::f64);
  return std::sqrt(max(symmetric_eigen(matmul(a, a, true, false)).values).item());
}

void iterate(const Module& module, int times) {
  for (int i = 0; i < times; ++i) module.update_buffers();
}

TEST_CASE("a new norm has iterated before it is used: singular values a tenth apart are told apart") {
  Rng rng(2, "spectral_norm_test");
  const Tensor weight = tensor({3, 0, 0, 0, 2.7, 0, 0, 0, 1}, {3, 3}, DType::f64);
  for (int i = 0; i < 20; ++i) {
    const SpectralNorm norm(weight, rng);
    CHECK(largest_singular_value(norm.normalised()) == approx(1).epsilon(0.02));
  }
}

TEST_CASE("a normalised weight has the largest singular value 1, of a matrix or of a kernel") {
  Rng rng(1, "spectral_norm_test");
  for (const Shape& shape : {Shape{7, 5}, Shape{3, 3, 2, 6}, Shape{1, 4}}) {
    const Tensor weight = randn(shape, rng, DType::f64) * 3.0;
    const SpectralNorm norm(weight, rng);
    iterate(norm, 300);
    CHECK(largest_singular_value(norm.normalised()) == approx(1).epsilon(1e-9));
  }
  const SpectralNorm none(zeros({3, 2}), rng);
  CHECK(none.normalised().to_vector() == std::vector<double>(6, 0.0));
}

TEST_CASE("its gradient is that of w / sigma(w), sigma's being u v'") {
  Rng rng(2, "spectral_norm_test");
  Tensor weight = randn({4, 3}, rng, DType::f64);
  const SpectralNorm norm(weight, rng);
  iterate(norm, 500);
  const Tensor probe = randn({4, 3}, rng, DType::f64);
  weight.requires_grad_();
  std::vector<double> found;
  {
    const Tape tape;
    found = grad(sum(norm.normalised() * probe), weight).to_vector();
  }
  // By differences, the true singular value in each.
  for (size_t i = 0; i < 12; ++i) {
    const auto at = [&](double step) {
      Tensor moved = weight.detach().clone();
      moved.mutable_data<double>()[i] += step;
      return sum(moved * probe).item() / largest_singular_value(moved);
    };
    CHECK(found[i] == approx((at(1e-5) - at(-1e-5)) / 2e-5).epsilon(1e-6));
  }
}

TEST_CASE("the vector follows the weight after each step, is in the State, and is taken back with the step") {
  Rng rng(3, "spectral_norm_test");
  Sequential net;
  net.append<Linear>(6, 4, rng, LinearOptions{.spectral_norm = true});
  net.append<Linear>(4, 1, rng, LinearOptions{.spectral_norm = true});
  Learner learner("critic", net);
  State state;
  learner.add_to(state);
  const State::Entry* entry = state.find("critic.0.spectral_norm.u");
  REQUIRE(entry != nullptr);
  const auto before = entry->bytes();
  const Tensor x = randn({5, 6}, rng);
  learner.mark();
  {
    const Tape tape;
    learner.step(sum(square(net.forward(x))), 0.1);
  }
  CHECK(entry->bytes() != before);
  learner.take_back();
  CHECK(entry->bytes() == before);
}

TEST_CASE("layers whose weights are normalised stretch nothing") {
  Rng rng(4, "spectral_norm_test");
  const Linear linear(8, 5, rng,
                      {.init = [](Tensor& w, Rng& r) { init::normal(w, r, 0, 2); }, .spectral_norm = true});
  iterate(linear, 200);
  const Tensor x = randn({50, 8}, rng);
  CHECK(max(sum(square(linear(x)), 1) / sum(square(x), 1)).item() < 1.0001);
  const Conv2d conv(2, 3, 3, rng, {.spectral_norm = true});
  const ConvTranspose2d back(3, 2, 3, rng, {.spectral_norm = true});
  const Tensor image = randn({2, 6, 6, 2}, rng);
  CHECK(back(conv(image)).shape() == image.shape());
  CHECK(conv.named_buffers().size() == 1);
  CHECK(conv.named_buffers()[0].name == "spectral_norm.u");
}

TEST_CASE("a residual layer is x + f(x), and names the parameters of f") {
  Rng rng(5, "spectral_norm_test");
  const Residual layer(std::make_unique<Linear>(3, 3, rng));
  const Tensor x = randn({4, 3}, rng);
  const auto p = layer.named_parameters();
  CHECK(p[0].name == "body.weight");
  CHECK(test::max_error(layer(x), (x + linear(x, p[0].tensor, p[1].tensor)).to_vector()) < 1e-6);
  CHECK_THROWS_AS(Residual(nullptr), Error);
}

}  // namespace
}  // namespace gradzoo
