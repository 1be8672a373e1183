#include "gradzoo/nn/layers/module.h"

#include <doctest/doctest.h>

#include "gradzoo/autograd/grad.h"
#include "gradzoo/autograd/ops.h"
#include "gradzoo/autograd/tape.h"
#include "nn/toy_modules.h"
#include "support/error_message.h"

namespace gradzoo {
using namespace test;
namespace {

struct Tree : Module {
  Tensor scale = ones({1});
  Pair decoder;
  Tree() {
    register_module("decoder", decoder);
    register_parameter("scale", scale);
  }
};

struct Registers : Module {
  using Module::register_module;
  using Module::register_parameter;
};

}  // namespace

TEST_CASE("a module names its own parameters first, then its children's with their path") {
  const Tree tree;
  std::vector<std::string> names;
  for (const NamedTensor& p : tree.named_parameters()) names.push_back(p.name);
  CHECK(names == std::vector<std::string>{"scale", "decoder.a.w", "decoder.b.w"});
}

TEST_CASE("parameters() has each tensor once, in the order of the names") {
  struct Tied : Module {
    Tensor a = ones({1}), b = ones({2});
    Tied() {
      register_parameter("a", a);
      register_parameter("again", a);
      register_parameter("b", b);
    }
  };
  const Tied tied;
  const std::vector<Tensor> parameters = tied.parameters();
  REQUIRE(parameters.size() == 2);
  CHECK(parameters[0].impl() == tied.a.impl());
  CHECK(parameters[1].impl() == tied.b.impl());
  CHECK(tied.named_parameters().size() == 3);
}

TEST_CASE("a registered parameter is a leaf that carries its full name") {
  const Tree tree;
  for (const NamedTensor& p : tree.named_parameters()) {
    CHECK(p.tensor.is_leaf());
    CHECK(p.tensor.name() == p.name);
  }
}

TEST_CASE("names that are empty, dotted or taken are refused") {
  Registers module;
  Vector child({1.0});
  const Tensor w = module.register_parameter("w", ones({1}));
  CHECK(w.requires_grad());
  CHECK(w.impl() == module.named_parameters()[0].tensor.impl());
  CHECK(error_message([&] { module.register_parameter("w", ones({1})); }) ==
        "register: 'w' is registered twice. Hint: choose another name");
  check_refused("twice", [&] { module.register_module("w", child); });
  check_refused("Hint:", [&] { module.register_parameter("", ones({1})); });
  check_refused("Hint:", [&] { module.register_module("a.b", child); });
}

TEST_CASE("a module is no part of itself, at any depth") {
  Registers outer, middle, inner, beside;
  middle.register_module("inner", inner);
  outer.register_module("middle", middle);
  outer.register_module("again", inner);  // twice is no circle
  for (Registers* part : {&outer, &middle, &inner})
    check_refused("has this module as a part", [&] { part->register_module("parent", outer); });
  inner.register_module("beside", beside);
}

namespace {

/// y = scale (x + t), a row of x at its own time.
struct Shifted : Module {
  Tensor scale = full({1}, 3, DType::f64);
  Shifted() { register_parameter("scale", scale); }
  Tensor forward_all(std::span<const Tensor> inputs) const override {
    if (inputs.size() != 2) return Module::forward_all(inputs);
    return (inputs[0] + unsqueeze(inputs[1], 1)) * scale;
  }
};

/// y = 2 x.
struct Doubled : Module {
  Tensor forward(const Tensor& x) const override { return x * 2.0; }
};

}  // namespace

TEST_CASE("a module is called with as many tensors as it takes, and refuses any other number") {
  const Tensor x = ones({2, 3}, DType::f64), time = arange(2, DType::f64);
  const Shifted shifted;
  CHECK(shifted(x, time).to_vector() == std::vector<double>{3, 3, 3, 6, 6, 6});
  check_refused("does not take one tensor", [&] { shifted(x); });
  CHECK(error_message([&] { shifted(x, time, time); }) ==
        "forward: this module does not take 3 tensors. Hint: pass one");
  const Doubled doubled;
  CHECK(doubled(x).to_vector() == doubled.forward(x).to_vector());
  CHECK(doubled.forward_all(std::span(&x, 1)).to_vector() == doubled(x).to_vector());
  check_refused("does not take 2 tensors", [&] { doubled(x, time); });
}

TEST_CASE("gradients reach the parameters of a module of several inputs, and each input") {
  const Shifted shifted;
  const Tensor x = ones({2, 3}, DType::f64).requires_grad_(), time = arange(2, DType::f64).requires_grad_();
  const Tape tape;
  const Tensors g = grad(sum(shifted(x, time)), {shifted.scale, x, time});
  CHECK(g[0].item() == 9);
  CHECK(g[1].to_vector() == std::vector<double>(6, 3));
  CHECK(g[2].to_vector() == std::vector<double>{9, 9});
}

TEST_CASE("an undefined parameter and one without gradient are refused") {
  Registers module;
  check_refused("'w' is undefined", [&] { module.register_parameter("w", Tensor()); });
  check_refused("i64", [&] { module.register_parameter("w", ones({1}, DType::i64)); });
  CHECK(module.named_parameters().empty());
}

TEST_CASE("a module that is no function says so") {
  const Registers module;
  check_refused("Hint:", [&] { module.forward(ones({1})); });
}

}  // namespace gradzoo
