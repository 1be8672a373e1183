#include "models/networks/residual_net.h"

#include <map>
#include <string>

#include <doctest/doctest.h>

#include "gradzoo/autograd/check/gradcheck.h"
#include "gradzoo/autograd/grad.h"
#include "gradzoo/autograd/tape.h"
#include "gradzoo/nn/layers/init.h"
#include "support/tensor_values.h"

namespace gradzoo {
using namespace test;
namespace {

// Parameters far from their beginning, where the net gives zeros.
void stir_all(Module& net, uint64_t seed) {
  Rng rng(seed, "residual_net_test");
  for (const NamedTensor& named : net.named_parameters()) {
    Tensor leaf = named.tensor;
    init::normal(leaf, rng, 0.1, 0.3);
  }
}

TEST_CASE("a residual network is what its parts make, written out, and zeros at first") {
  Rng rng(1, "residual_net_test");
  ResidualNet net(3, 5, rng, {.channels = 12, .blocks = 2, .dtype = DType::f64});
  const Tensor x = wave({2, 4, 6, 3});
  CHECK(net(x).shape() == Shape{2, 4, 6, 5});
  CHECK(max(abs(net(x))).item() == 0);
  stir_all(net, 2);
  std::map<std::string, Tensor> p;
  for (const NamedTensor& named : net.named_parameters()) p[named.name] = named.tensor;
  const auto conv = [&](const std::string& name, const Tensor& at) {
    return conv2d(at, p.at(name + ".weight"), p.at(name + ".bias"), {.padding = 1});
  };
  // Four groups: the largest number of at most 8 that divides 12 and is a divisor of 8.
  const auto bent = [&](const std::string& name, const Tensor& at) {
    return silu(group_norm(at, 4, p.at(name + ".scale"), p.at(name + ".shift")));
  };
  Tensor h = conv("in", x);
  for (const std::string block : {"block_0_", "block_1_"}) {
    const Tensor inner = conv(block + "conv_in", bent(block + "norm_in", h));
    h = h + conv(block + "conv_out", bent(block + "norm_out", inner));
  }
  CHECK(max_error(net(x), conv("out", bent("norm", h)).to_vector()) < 1e-12);
}

TEST_CASE("images of a residual network do not see each other, and every parameter has a gradient") {
  Rng rng(3, "residual_net_test");
  ResidualNet net(2, 4, rng, {.channels = 8, .blocks = 1, .dtype = DType::f64});
  stir_all(net, 4);
  const Tensor x = wave({2, 4, 4, 2});
  CHECK(max_error(net(x.rows(1, 2).clone()), net(x).rows(1, 2).to_vector()) < 1e-13);
  const Tape tape;
  const Tensor loss = sum(square(net(x)));
  for (const NamedTensor& p : net.named_parameters()) {
    CAPTURE(p.name);
    CHECK(max(abs(grad(loss, p.tensor, {.retain_graph = true}))).item() > 0);
  }
}

TEST_CASE("a residual network has the derivatives of first and second order that differences give") {
  Rng rng(5, "residual_net_test");
  ResidualNet net(2, 2, rng, {.channels = 4, .blocks = 1, .dtype = DType::f64});
  stir_all(net, 6);
  const Tensor x = wave({1, 2, 4, 2});
  const auto of_x = [&](const Tensor& at) { return net(at); };
  CHECK(gradcheck(of_x, x).ok);
  CHECK(gradgradcheck(of_x, x).ok);
}

}  // namespace
}  // namespace gradzoo
