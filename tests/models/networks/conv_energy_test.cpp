#include "models/networks/conv_energy.h"

#include <map>

#include <doctest/doctest.h>

#include "gradzoo/autograd/check/gradcheck.h"
#include "gradzoo/autograd/ops.h"
#include "support/error_message.h"
#include "support/tensor_values.h"

namespace gradzoo {
using namespace test;
namespace {

const DataShape kImage{.example = {28, 28}};
const ConvEnergyOptions kSmall{.channels = 2, .hidden = {5}, .dtype = DType::f64};

TEST_CASE("an energy by convolutions is its layers in a row, on pixels in [-1,1]") {
  Rng rng(1, "conv_energy_test");
  const ConvEnergy energy(kImage, kSmall, rng);
  std::map<std::string, Tensor> p;
  for (const NamedTensor& each : energy.named_parameters()) p[each.name] = each.tensor;
  const Tensor x = rand({3, 784}, rng, DType::f64);
  Tensor h = reshape(x * 2.0 - 1.0, {3, 28, 28, 1});
  int side = 16;
  for (const char* layer : {"0", "2", "4", "6"}) {
    const std::string name = std::string("convolutions.") + layer;
    h = silu(conv2d(h, p[name + ".weight"], p[name + ".bias"], {.stride = 2, .padding = side == 16 ? 4 : 1}));
    CHECK(h.dim(1) == side);
    CHECK(h.dim(2) == side);
    side /= 2;
  }
  CHECK(h.shape() == Shape{3, 2, 2, 8});
  const Tensor hidden = silu(linear(reshape(h, {3, 32}), p["head.0.weight"], p["head.0.bias"]));
  const Tensor f = linear(hidden, p["head.2.weight"], p["head.2.bias"]);
  CHECK(max_error(energy.forward(x), f.to_vector()) < 1e-14);
  CHECK(energy.forward(zeros({0, 784}, DType::f64)).shape() == Shape{0, 1});
}

TEST_CASE("at the tutorial's sizes it has its 76,993 numbers") {
  Rng rng(1, "conv_energy_test");
  int64_t count = 0;
  for (const NamedTensor& p : ConvEnergy(kImage, {}, rng).named_parameters()) count += p.tensor.size();
  const int64_t convolutions = 16 * 25 + 16 + 32 * 16 * 9 + 32 + 64 * 32 * 9 + 64 + 64 * 64 * 9 + 64;
  CHECK(count == convolutions + 256 * 64 + 64 + 64 + 1);
}

TEST_CASE("images of every size and of colours will do, and f is differentiable to second order") {
  Rng rng(2, "conv_energy_test");
  for (const DataShape& shape :
       {DataShape{.example = {1, 1}}, DataShape{.example = {5, 8}}, DataShape{.example = {3, 4, 3}}}) {
    const ConvEnergy energy(shape, kSmall, rng);
    const Tensor x = rand({2, shape.size()}, rng, DType::f64);
    CHECK(energy.forward(x).shape() == Shape{2, 1});
    CHECK(gradgradcheck([&](const Tensor& in) { return energy.forward(in); }, x).ok);
  }
}

TEST_CASE("the spectral norm is of every layer, and points are refused") {
  Rng rng(3, "conv_energy_test");
  CHECK(ConvEnergy(kImage, kSmall, rng).named_buffers().empty());
  ConvEnergyOptions normed = kSmall;
  normed.spectral_norm = true;
  CHECK(ConvEnergy(kImage, normed, rng).named_buffers().size() == 6);
  check_refused("net=conv is for images", [&] { ConvEnergy(DataShape{.example = {2}}, kSmall, rng); });
}

}  // namespace
}  // namespace gradzoo
