#include <doctest/doctest.h>

#include "gradzoo/autograd/grad.h"
#include "gradzoo/autograd/ops.h"
#include "gradzoo/autograd/tape.h"
#include "gradzoo/models/networks/image_coder.h"
#include "gradzoo/models/networks/time_network.h"
#include "gradzoo/nn/layers/image_layers.h"
#include "gradzoo/nn/layers/layers.h"

namespace gradzoo {
namespace {

// What is given for no example at all has that many rows, and every parameter's gradient is 0.
void check_empty(const Module& module, std::span<const Tensor> inputs, const Shape& expected) {
  const Tape tape;
  const Tensor y = inputs.size() == 1 ? module.forward(inputs[0]) : module.forward_all(inputs);
  CHECK(y.shape() == expected);
  for (const NamedTensor& p : module.named_parameters()) {
    CAPTURE(p.name);
    const Tensor g = grad(sum(y), p.tensor, {.retain_graph = true});
    CHECK(g.shape() == p.tensor.shape());
    CHECK(sum(abs(g)).item() == 0);
  }
}

void check_empty(const Module& module, const Tensor& input, const Shape& expected) {
  check_empty(module, {&input, 1}, expected);
}

TEST_CASE("an empty batch goes through every layer, forwards and backwards") {
  Rng rng(1, "empty_batch_test");
  const Tensor image = zeros({0, 8, 8, 4});
  check_empty(Linear(3, 2, rng), zeros({0, 3}), {0, 2});
  check_empty(Linear(3, 2, rng, {.spectral_norm = true}), zeros({0, 3}), {0, 2});
  check_empty(Mlp({3, 5, 2}, rng), zeros({0, 3}), {0, 2});
  check_empty(Residual(std::make_unique<Linear>(3, 3, rng)), zeros({0, 3}), {0, 3});
  check_empty(Conv2d(4, 2, 3, rng, {.conv = {.padding = 1}}), image, {0, 8, 8, 2});
  check_empty(ConvTranspose2d(4, 2, 4, rng, {.conv = {.stride = 2, .padding = 1}}), image, {0, 16, 16, 2});
  check_empty(GroupNorm(2, 4, {.silu = true}), image, image.shape());
  check_empty(Embedding(5, 3, rng), empty({0}, DType::i64), {0, 3});
  check_empty(ImageEncoder({.example = {8, 8, 4}}, rng, {.channels = 2}), zeros({0, 256}), {0, 16});
  check_empty(ImageDecoder(3, {.example = {8, 8}}, rng, {.channels = 2, .norm_groups = 2}), zeros({0, 3}),
              {0, 64});
  const Tensor timed[] = {zeros({0, 8, 8, 1}), zeros({0}), empty({0}, DType::i64)};
  check_empty(Unet(1, 3, rng, {.channels = 8, .embedding = 16}), timed, {0, 8, 8, 1});
}

TEST_CASE("so it does through the functions of images") {
  Rng rng(2, "empty_batch_test");
  const Tensor image = zeros({0, 8, 8, 4});
  CHECK(avg_pool2d(image, 2).shape() == Shape{0, 4, 4, 4});
  CHECK(max_pool2d(image, 2).shape() == Shape{0, 4, 4, 4});
  CHECK(upsample_nearest2d(image, 2).shape() == Shape{0, 16, 16, 4});
  CHECK(space_to_depth(image, 2).shape() == Shape{0, 4, 4, 16});
  CHECK(depth_to_space(image, 2).shape() == Shape{0, 16, 16, 1});
  CHECK(layer_norm(zeros({0, 5}), ones({5}), zeros({5})).shape() == Shape{0, 5});
  CHECK(dropout(image, 0.5, rng).shape() == image.shape());
  CHECK(time_features(zeros({0}), 6).shape() == Shape{0, 6});
}

}  // namespace
}  // namespace gradzoo
