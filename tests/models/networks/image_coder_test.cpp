#include "gradzoo/models/networks/image_coder.h"

#include <cmath>
#include <map>

#include <doctest/doctest.h>

#include "gradzoo/autograd/check/gradcheck.h"
#include "gradzoo/autograd/ops.h"
#include "support/approx.h"
#include "support/error_message.h"
#include "support/tensor_values.h"

namespace gradzoo {
namespace {

const DataShape kSmallImage{.example = {8, 4}};

TEST_CASE("an encoder halves the sides twice, a decoder doubles them back") {
  Rng rng(1, "image_coder_test");
  const ImageEncoder encoder(kSmallImage, rng, {.channels = 3});
  CHECK(encoder.features() == 2 * 1 * 6);
  const Tensor h = encoder.forward(rand({5, 32}, rng));
  CHECK(h.shape() == Shape{5, 12});
  CHECK(min(h).item() >= 0);  // behind a ReLU
  const ImageDecoder decoder(7, kSmallImage, rng, {.channels = 3});
  CHECK(decoder.forward(randn({5, 7}, rng)).shape() == Shape{5, 32});
  CHECK(decoder.forward(zeros({0, 7})).shape() == Shape{0, 32});
  CHECK(encoder.forward(zeros({0, 32})).shape() == Shape{0, 12});
}

TEST_CASE("both are differentiable to second order") {
  Rng rng(2, "image_coder_test");
  const ImageCoderOptions options{.channels = 2, .activation = silu, .dtype = DType::f64};
  const ImageEncoder encoder(kSmallImage, rng, options);
  const ImageDecoder decoder(3, kSmallImage, rng, options);
  const Tensor x = randn({2, 32}, rng, DType::f64), z = randn({2, 3}, rng, DType::f64);
  CHECK(gradgradcheck([&](const Tensor& in) { return encoder.forward(in); }, x).ok);
  CHECK(gradgradcheck([&](const Tensor& in) { return decoder.forward(in); }, z).ok);
}

TEST_CASE("He's initialisation brings a decoder's input through at its own size") {
  Rng rng(3, "image_coder_test");
  const DataShape image{.example = {28, 28}};
  const auto size_of_output = [&](bool he) {
    const ImageDecoder decoder(64, image, rng, {.channels = 64, .he = he});
    return std::sqrt(mean(square(decoder.forward(randn({50, 64}, rng)))).item());
  };
  // Each layer but the last is halved by a ReLU and doubled by its weights: sqrt 2, less at the border.
  CHECK(size_of_output(true) == approx(std::sqrt(2.0)).epsilon(0.25));
  CHECK(size_of_output(false) < 0.5);
}

TEST_CASE("images whose sides cannot be halved twice are refused") {
  const DataShape odd{.example = {28, 30}};
  CHECK(!is_codable(odd));
  CHECK(is_codable(kSmallImage));
  CHECK(!is_codable({.example = {4}}));
  test::check_refused("multiples of 4", [&] { check_codable("net=conv", odd); });
}

TEST_CASE("a decoder is its layers in a row: linear, norm, ReLU, transpose, norm, ReLU, transpose") {
  Rng rng(4, "image_coder_test");
  const ImageDecoder decoder(3, kSmallImage, rng, {.channels = 2, .norm_groups = 2, .dtype = DType::f64});
  std::map<std::string, Tensor> p;
  for (const NamedTensor& each : decoder.named_parameters()) p[each.name] = each.tensor;
  const Tensor z = randn({2, 3}, rng, DType::f64);
  const ConvOptions doubling{.stride = 2, .padding = 1};
  const Tensor quarter = reshape(linear(z, p["in.weight"], p["in.bias"]), {2, 2, 1, 4});
  const Tensor half =
      conv_transpose2d(relu(group_norm(quarter, 2, p["norm_quarter.scale"], p["norm_quarter.shift"])),
                       p["first.weight"], p["first.bias"], doubling);
  const Tensor image = conv_transpose2d(relu(group_norm(half, 2, p["norm_half.scale"], p["norm_half.shift"])),
                                        p["second.weight"], p["second.bias"], doubling);
  CHECK(test::max_error(decoder.forward(z), reshape(image, {2, 32}).to_vector()) < 1e-14);
}

TEST_CASE("an encoder's spectral norm is of both convolutions, and there for the asking") {
  Rng rng(9, "image_coder_test");
  const DataShape shape{.example = {8, 8}};
  CHECK(ImageEncoder(shape, rng, {.channels = 2}).named_buffers().empty());
  CHECK(ImageEncoder(shape, rng, {.channels = 2, .spectral_norm = true}).named_buffers().size() == 2);
}

}  // namespace
}  // namespace gradzoo
