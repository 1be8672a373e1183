#include <map>
#include <string>

#include <doctest/doctest.h>

#include "gradzoo/autograd/ops.h"
#include "gradzoo/autograd/tape.h"
#include "gradzoo/models/vae/vae.h"
#include "support/tensor_values.h"

namespace gradzoo {

TEST_CASE("encoder and decoder are a hidden layer each, that see the label behind image and code") {
  Rng rng(1, "network_test");
  const VaeNetwork network({.data = {.example = {2, 3}, .classes = 3},
                            .classes = 3,
                            .latent = 2,
                            .hidden = 5,
                            .encoder_activation = "softplus",
                            .decoder_activation = "tanh",
                            .dtype = DType::f64},
                           rng);
  std::map<std::string, Tensor> p;
  for (const NamedTensor& named : network.named_parameters()) p[named.name] = named.tensor;
  const auto layer = [&](const std::string& name, const Tensor& x) {
    return linear(x, p.at(name + ".weight"), p.at(name + ".bias"));
  };
  const NoGrad quiet;
  const Tensor x = rand({2, 6}, rng, DType::f64), z = test::wave({2, 2});
  const Tensor labels = tensor({2, 1}, {2}, DType::i64),
               rows = tensor({0, 0, 1, 0, 1, 0}, {2, 3}, DType::f64);
  const Tensor head = layer("encoder_head", softplus(layer("encoder_hidden", concat(x, rows, 1))));
  const Posterior q = network.encode(x, labels);
  CHECK(test::max_error(q.mean, slice(head, 1, 0, 2).to_vector()) < 1e-13);
  CHECK(test::max_error(q.logvar, slice(head, 1, 2, 4).to_vector()) < 1e-13);
  const Tensor logits = layer("decoder_out", tanh(layer("decoder_hidden", concat(z, rows, 1))));
  CHECK(test::max_error(network.decode(z, labels), logits.to_vector()) < 1e-13);
  const Tensor on = sigmoid(logits), log_p = sum(x * log(on) + (1.0 - x) * log(1.0 - on), 1);
  CHECK(test::max_error(network.log_likelihood(x, z, labels), log_p.to_vector()) < 1e-12);
}

}  // namespace gradzoo
