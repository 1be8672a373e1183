#include "models/networks/unet.h"

#include <cmath>

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

TEST_CASE("the gradient of a U-Net is the slope of its loss along itself") {
  Rng rng(1, "unet");
  Unet net(1, 3, rng, {.channels = 8, .embedding = 16});
  Rng nudge(2, "nudge");
  std::vector<NamedTensor> parameters = net.named_parameters();
  const auto move = [&](const Tensors& by, double h) {
    for (size_t i = 0; i < by.size(); ++i) {
      float* values = parameters[i].tensor.mutable_data<float>();
      for (int64_t k = 0; k < by[i].size(); ++k) values[k] += static_cast<float>(h) * by[i].data<float>()[k];
    }
  };
  Tensors noise;
  for (const NamedTensor& p : parameters) noise.push_back(randn(p.tensor.shape(), nudge));
  move(noise, 0.1);
  const Tensor x = wave({4, 8, 8, 1}, DType::f32), t = tensor({0.1, 0.4, 0.6, 0.9}, {4});
  const Tensor labels = tensor({0, 1, 2, 1}, {4}, DType::i64);
  const auto loss = [&] { return mean(square(net(x, t, labels) - x)); };
  Tensors gradients;
  double squares = 0;
  {
    const Tape tape;
    const Tensor value = loss();
    for (const NamedTensor& p : parameters)
      gradients.push_back(grad(value, p.tensor, {.retain_graph = true}));
  }
  for (const Tensor& g : gradients) squares += sum(square(cast(g, DType::f64))).item();
  const double h = 1e-3 / std::sqrt(squares);
  move(gradients, h);
  const double above = loss().item();
  move(gradients, -2 * h);
  const double below = loss().item();
  CHECK((above - below) / (2 * h) == doctest::Approx(squares).epsilon(0.01));
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
