#include <cmath>
#include <map>
#include <string>

#include <doctest/doctest.h>

#include "gradzoo/autograd/grad.h"
#include "gradzoo/autograd/tape.h"
#include "gradzoo/models/networks/time_network.h"
#include "support/approx.h"
#include "support/error_message.h"
#include "support/stir.h"
#include "support/tensor_values.h"

namespace gradzoo {
using namespace test;
namespace {

TEST_CASE("a fresh U-Net gives zeros of the image's shape") {
  Rng rng(1, "unet");
  const Unet net(1, 11, rng, {.channels = 8, .embedding = 16});
  const Tensor x = wave({3, 8, 12, 1}, DType::f32), t = tensor({0, 0.5, 1}, {3});
  const Tensor labels = tensor({0, 10, 3}, {3}, DType::i64);
  const Tensor y = net(x, t, labels);
  CHECK(y.shape() == x.shape());
  CHECK(max(abs(y)).item() == 0);
}

TEST_CASE("time and label change what a U-Net gives, images stay apart, all parameters have gradients") {
  Rng rng(1, "unet");
  Unet net(1, 3, rng, {.channels = 8, .embedding = 16});
  stir(net, 2);
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

/// A network's parameters by their names, and its parts made of them.
struct ByHand {
  std::map<std::string, Tensor> p;
  explicit ByHand(const Module& module) {
    for (const NamedTensor& named : module.named_parameters()) p[named.name] = named.tensor;
  }
  Tensor conv(const std::string& name, const Tensor& x, const ConvOptions& options = {.padding = 1}) const {
    return conv2d(x, p.at(name + ".weight"), p.at(name + ".bias"), options);
  }
  Tensor affine(const std::string& name, const Tensor& x) const {
    return linear(x, p.at(name + ".weight"), p.at(name + ".bias"));
  }
  Tensor normalised(const std::string& name, const Tensor& x) const {
    return group_norm(x, 8, p.at(name + ".scale"), p.at(name + ".shift"));
  }
  // x + conv(silu(norm(conv(silu(norm x))) (1 + a) + b)), a and b linear in the embedding.
  Tensor block(const std::string& name, const Tensor& x, const Tensor& e, int64_t out) const {
    const Tensor by = affine(name + ".modulation", e);  // (B, 2 out)
    const Shape image{x.dim(0), 1, 1, out};
    const Tensor a = reshape(slice(by, 1, 0, out), image), b = reshape(slice(by, 1, out, 2 * out), image);
    const Tensor h = conv(name + ".conv_in", silu(normalised(name + ".norm_in", x)));
    const Tensor added = conv(name + ".conv_out", silu(normalised(name + ".norm_out", h) * (a + 1.0) + b));
    return added + (p.contains(name + ".skip.weight") ? conv(name + ".skip", x, {}) : x);
  }
};

TEST_CASE("a U-Net is what its parts make, written out") {
  constexpr int64_t kChannels = 8;
  Rng rng(1, "unet"), nudge(2, "nudge");
  Unet net(1, 3, rng, {.channels = kChannels, .embedding = 16});
  for (NamedTensor& named : net.named_parameters()) {
    float* values = named.tensor.mutable_data<float>();
    const Tensor by = randn(named.tensor.shape(), nudge);
    for (int64_t i = 0; i < named.tensor.size(); ++i) values[i] += 0.1F * by.data<float>()[i];
  }
  const ByHand parts(net);
  const Tensor x = wave({2, 8, 12, 1}, DType::f32), t = tensor({0.2, 0.7}, {2});
  const Tensor labels = tensor({2, 0}, {2}, DType::i64);
  const Tensor time = parts.affine("time_out", silu(parts.affine("time_in", time_features(t, 64))));
  const Tensor e = silu(time + index_select(parts.p.at("labels.weight"), 0, labels));
  const Tensor high = parts.block("high", parts.conv("in", space_to_depth(x, 2)), e, kChannels);
  Tensor low = parts.conv("down", high, {.stride = 2, .padding = 1});
  low = parts.block("low_first", low, e, 2 * kChannels);
  low = parts.block("low_second", low, e, 2 * kChannels);
  const Tensor up = depth_to_space(parts.conv("up", low, {}), 2);
  const Tensor joined = parts.block("joined", concat(up, high, -1), e, kChannels);
  const Tensor wanted = depth_to_space(parts.conv("out", silu(parts.normalised("norm", joined))), 2);
  CHECK(max_error(net(x, t, labels), wanted.detach().to_vector()) < 1e-4);
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
  CHECK((above - below) / (2 * h) == approx(squares).epsilon(0.01));
}

TEST_CASE("images that cannot be halved twice are refused") {
  Rng rng(1, "unet");
  const Unet net(1, 0, rng, {.channels = 8, .embedding = 16});
  const Tensor t = zeros({1});
  check_refused("images are (1,6,8,1) instead of", [&] { net(zeros({1, 6, 8, 1}), t); });
  check_refused("3 tensors. Hint: give images, times", [&] { net(zeros({1, 8, 8, 1}), t, t); });
}

TEST_CASE("a U-Net with a wrong number of tensors names labels only if it has classes") {
  Rng rng(1, "unet");
  const Unet plain(1, 0, rng, {.channels = 8, .embedding = 16}),
      conditional(1, 3, rng, {.channels = 8, .embedding = 16});
  const Tensor x = zeros({1, 8, 8, 1}), t = zeros({1});
  CHECK_FALSE(contains(error_message([&] { plain(x, t, t); }), "labels"));
  check_refused("2 tensors. Hint: give images, times and labels", [&] { conditional(x, t); });
}

}  // namespace
}  // namespace gradzoo
