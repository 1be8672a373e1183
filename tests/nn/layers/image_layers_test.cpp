#include "gradzoo/nn/layers/image_layers.h"

#include <cmath>

#include <doctest/doctest.h>

#include "gradzoo/autograd/check/gradcheck.h"
#include "support/error_message.h"
#include "support/tensor_values.h"

namespace gradzoo {
using namespace test;

TEST_CASE("layers of images have PyTorch's initial bounds: 1/sqrt of what a number is summed from") {
  Rng rng(1, "layers");
  const Conv2d conv(3, 40, 5, rng);
  const ConvTranspose2d back(40, 3, 5, rng);
  const auto largest = [](const Module& m, size_t i) {
    return max(abs(m.named_parameters()[i].tensor)).item();
  };
  const double bound = 1 / std::sqrt(75.0);
  for (const Module* m : {static_cast<const Module*>(&conv), static_cast<const Module*>(&back)}) {
    CHECK(m->named_parameters()[0].tensor.shape() == Shape{5, 5, 3, 40});
    CHECK(largest(*m, 0) <= bound);
    CHECK(largest(*m, 0) > 0.99 * bound);
    CHECK(largest(*m, 1) <= bound);
  }
  CHECK(conv.named_parameters()[1].tensor.shape() == Shape{40});
  CHECK(back.named_parameters()[1].tensor.shape() == Shape{3});
}

TEST_CASE("an initialiser sees the weight as PyTorch has it, and the layer keeps it channels last") {
  Rng rng(1, "layers");
  const ConvLayerOptions zeros{.init = init::zeros};
  const Conv2d silent(3, 2, 2, rng, zeros);
  CHECK(max(abs(silent.forward(wave({1, 4, 4, 3}, DType::f32)))).item() == 0);
  const Conv2d numbered(1, 2, 2, rng, {.bias = false, .init = [](Tensor& weight, Rng&) {
                                         for (int64_t i = 0; i < 8; ++i)
                                           weight.mutable_data<float>()[i] = static_cast<float>(i);
                                       }});
  CHECK(numbered.named_parameters().size() == 1);
  CHECK(numbered.named_parameters()[0].tensor.to_vector() == std::vector<double>{0, 4, 1, 5, 2, 6, 3, 7});
}

TEST_CASE("a modulated norm is z (1 + a) + b of an image each, before SiLU") {
  const GroupNorm norm(2, 4, {.silu = true}, DType::f64), plain(2, 4, {}, DType::f64);
  const Tensor x = wave({3, 2, 2, 4}), a = wave({3, 4}, DType::f64, 1), b = wave({3, 4}, DType::f64, 2);
  const Tensor z = plain.forward(x);
  const Tensor wanted = silu(z * reshape(a + 1.0, {3, 1, 1, 4}) + reshape(b, {3, 1, 1, 4}));
  CHECK(max_error(norm.modulated(x, a, b), wanted.to_vector()) < 1e-13);
  CHECK(gradcheck([&](const Tensor& t) { return norm.modulated(t, a, b); }, x).ok);
  // With a scale and a shift of its own: (z scale + shift) (1 + a) + b.
  for (size_t i = 0; i < 2; ++i) {
    Tensor leaf = plain.named_parameters()[i].tensor;
    for (int64_t j = 0; j < 4; ++j)
      leaf.mutable_data<double>()[j] = 0.5 + static_cast<double>(j) - 2.0 * static_cast<double>(i);
  }
  const Tensor own = plain.forward(x) * reshape(a + 1.0, {3, 1, 1, 4}) + reshape(b, {3, 1, 1, 4});
  CHECK(max_error(plain.modulated(x, a, b), own.to_vector()) < 1e-13);
}

TEST_CASE("a transposed convolution's output padding adds rows and columns") {
  Rng rng(1, "layers");
  const ConvTranspose2d plain(2, 3, 3, rng, {.conv = {.stride = 2, .padding = 1}});
  const ConvTranspose2d padded(2, 3, 3, rng, {.conv = {.stride = 2, .padding = 1}, .output_padding = 1});
  const Tensor x = wave({1, 4, 5, 2}, DType::f32);
  CHECK(plain.forward(x).shape() == Shape{1, 7, 9, 3});
  CHECK(padded.forward(x).shape() == Shape{1, 8, 10, 3});
}

TEST_CASE("an embedding gives rows by number, and times become cosines and sines") {
  Rng rng(1, "layers");
  const Embedding table(5, 3, rng);
  const Tensor index = tensor({4, 0, 4}, {3}, DType::i64);
  const Tensor rows = table.named_parameters()[0].tensor;
  CHECK(same_bytes(table.forward(index).rows(0, 1).clone(), rows.detach().rows(4, 5).clone()));
  CHECK_THROWS_AS(table.forward(tensor({5}, {1}, DType::i64)), Error);
  const Tensor t = tensor({0, 0.25}, {2}, DType::f64);
  const std::vector<double> features = time_features(t, 4, 100).to_vector();
  const std::vector<double> wanted = {1, 1, 0, 0, std::cos(250), std::cos(25), std::sin(250), std::sin(25)};
  CHECK(max_error(features, wanted) < 1e-12);
  check_refused("an even number", [&] { time_features(t, 3); });
  check_refused("times are (B)", [&] { time_features(wave({2, 2}), 4); });
}

TEST_CASE("dropout hides a share p, keeps the mean, and is x itself at p = 0") {
  Rng rng(1, "dropout");
  const Tensor x = full({400, 500}, 2.0);
  const Tensor y = dropout(x, 0.25, rng);
  const double n = 200000;
  double hidden = 0;
  for (const double v : y.to_vector()) {
    CHECK((v == 0 || std::abs(v - 2 / 0.75) < 1e-6));
    hidden += v == 0 ? 1 : 0;
  }
  CHECK(std::abs(hidden / n - 0.25) < 4 * std::sqrt(0.25 * 0.75 / n));  // 4 standard errors: 6e-5
  CHECK(same_bytes(dropout(x, 0, rng), x));
  check_refused("below 1", [&] { dropout(x, 1, rng); });
}

}  // namespace gradzoo
