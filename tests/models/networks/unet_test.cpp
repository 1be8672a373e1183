#include "models/networks/unet.h"

#include <doctest/doctest.h>

#include "autograd/grad.h"
#include "autograd/tape.h"
#include "support/error_message.h"
#include "support/tensor_values.h"

namespace gradzoo {
namespace {

using test::contains;
using test::error_message;
using test::wave;

TEST_CASE("a fresh U-Net gives zeros of the image's shape") {
  Rng rng(1, "unet");
  const Unet net(1, 11, rng, {.channels = 8, .embedding = 16});
  const Tensor x = wave({3, 8, 12, 1}, DType::f32), t = tensor({0, 0.5, 1}, {3});
  const Tensor labels = tensor({0, 10, 3}, {3}, DType::i64);
  const Tensor y = net(x, t, labels);
  CHECK(y.shape() == x.shape());
  CHECK(max(abs(y)).item() == 0);
}

TEST_CASE(
    "time and label change what a U-Net gives, images do not see each other, and every parameter has a "
    "gradient") {
  Rng rng(1, "unet");
  Unet net(1, 3, rng, {.channels = 8, .embedding = 16});
  Rng nudge(2, "nudge");
  for (NamedTensor& p : net.named_parameters()) {
    float* values = p.tensor.mutable_data<float>();
    const Tensor by = randn(p.tensor.shape(), nudge);
    for (int64_t i = 0; i < p.tensor.size(); ++i) values[i] += 0.1F * by.data<float>()[i];
  }
  const Tensor x = wave({2, 8, 8, 1}, DType::f32), t = tensor({0.2, 0.2}, {2});
  const auto at = [&](const Tensor& time, std::initializer_list<double> labels) {
    return net(x, time, tensor(std::vector<double>(labels), {2}, DType::i64)).to_vector();
  };
  const std::vector<double> before = at(t, {0, 1});
  CHECK(at(tensor({0.9, 0.2}, {2}), {0, 1}) != before);
  CHECK(at(t, {2, 1}) != before);
  const std::vector<double> changed = at(t, {2, 1});
  CHECK(std::equal(before.begin() + 64, before.end(), changed.begin() + 64));  // the second image
  const Tape tape;
  const Tensor loss = sum(square(net(x, t, tensor({0, 1}, {2}, DType::i64))));
  for (const NamedTensor& p : net.named_parameters()) {
    CAPTURE(p.name);
    CHECK(max(abs(grad(loss, p.tensor, {.retain_graph = true}))).item() > 0);
  }
}

TEST_CASE("images that cannot be halved twice are refused") {
  Rng rng(1, "unet");
  const Unet net(1, 0, rng, {.channels = 8, .embedding = 16});
  const Tensor t = zeros({1});
  CHECK(contains(error_message([&] { net(zeros({1, 6, 8, 1}), t); }), "multiples of 4, got (1,6,8,1)"));
  CHECK(contains(error_message([&] { net(zeros({1, 8, 8, 1}), t, t); }), "3 tensors. Hint: images, times"));
}

}  // namespace
}  // namespace gradzoo
