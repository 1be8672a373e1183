#include <string>
#include <vector>

#include <doctest/doctest.h>

#include "gradzoo/nn/layers/layers.h"
#include "gradzoo/nn/layers/module.h"
#include "gradzoo/nn/learn/learner.h"
#include "gradzoo/state/safetensors.h"
#include "support/error_message.h"
#include "support/scratch.h"

namespace gradzoo {
using namespace test;
namespace {}  // namespace

TEST_CASE("a saved module loads into another of its structure, parameters and buffers") {
  const ScratchDirectory scratch;
  const std::string path = scratch.file("net.safetensors");
  Rng rng(1);
  const MlpOptions options{.linear = {.spectral_norm = true}};
  const Mlp net({3, 4, 2}, rng, options);
  Mlp other({3, 4, 2}, rng, options);
  const Learner learner(other);  // an optimiser holds its weights: they are changed in place
  const Tensor x = randn({5, 3}, rng);
  REQUIRE(net(x).to_vector() != other(x).to_vector());
  save(net, path);
  load(other, path);
  CHECK(other(x).to_vector() == net(x).to_vector());
  std::vector<std::string> names;
  const SafetensorsReader file(path);
  for (const SafetensorsEntry& entry : file.entries()) names.push_back(entry.name);
  CHECK(names.size() == net.named_parameters().size() + net.named_buffers().size());
}

TEST_CASE("a file of another structure changes nothing and names the tensor") {
  const ScratchDirectory scratch;
  const std::string path = scratch.file("net.safetensors");
  Rng rng(1);
  const Mlp small({3, 2}, rng);
  Mlp deep({3, 2, 2}, rng), wide({3, 4}, rng), same({3, 2}, rng);
  save(small, path);
  const std::vector<double> before = deep.parameters()[0].to_vector();
  check_refused("is missing", [&] { load(deep, path); });
  CHECK(deep.parameters()[0].to_vector() == before);
  check_refused("'0.weight' is f32 (2,3), not f32 (4,3)", [&] { load(wide, path); });
  save(deep, path);
  check_refused("is in the file, but not in this model", [&] { load(same, path); });
  load(same, path, {.partial = true});
  CHECK(same.parameters()[0].to_vector() == before);
}

}  // namespace gradzoo
