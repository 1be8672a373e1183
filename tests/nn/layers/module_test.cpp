#include "nn/layers/module.h"

#include <doctest/doctest.h>

#include "nn/toy_modules.h"
#include "support/error_message.h"

namespace gradzoo {
namespace {

using test::error_message;

struct Tree : Module {
  Tensor scale = ones({1});
  test::Pair decoder;
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

TEST_CASE("a registered parameter is a leaf that carries its full name") {
  const Tree tree;
  for (const NamedTensor& p : tree.named_parameters()) {
    CHECK(p.tensor.is_leaf());
    CHECK(p.tensor.name() == p.name);
  }
}

TEST_CASE("names that are empty, dotted or taken are refused") {
  Registers module;
  test::Vector child({1.0});
  module.register_parameter("w", ones({1}));
  CHECK(error_message([&] { module.register_parameter("w", ones({1})); }) ==
        "register: 'w' is registered twice. Hint: choose another name");
  CHECK(error_message([&] { module.register_module("w", child); }).find("twice") != std::string::npos);
  CHECK(error_message([&] { module.register_parameter("", ones({1})); }).find("Hint:") != std::string::npos);
  CHECK(error_message([&] { module.register_module("a.b", child); }).find("Hint:") != std::string::npos);
}

TEST_CASE("an undefined parameter and one without gradient are refused") {
  Registers module;
  CHECK(error_message([&] { module.register_parameter("w", Tensor()); }).find("'w' is undefined") !=
        std::string::npos);
  CHECK(error_message([&] { module.register_parameter("w", ones({1}, DType::i64)); }).find("i64") !=
        std::string::npos);
  CHECK(module.named_parameters().empty());
}

TEST_CASE("a module that is no function says so") {
  const Registers module;
  CHECK(error_message([&] { module.forward(ones({1})); }).find("Hint:") != std::string::npos);
}

}  // namespace gradzoo
