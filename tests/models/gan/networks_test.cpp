#include "gradzoo/models/gan/networks.h"

#include <cmath>

#include <doctest/doctest.h>

#include "gradzoo/autograd/ops.h"
#include "gradzoo/autograd/tape.h"
#include "gradzoo/models/gan/gan.h"
#include "support/error_message.h"
#include "support/small_model.h"
#include "support/stir.h"
#include "support/tensor_values.h"

namespace gradzoo {
using namespace test;

TEST_CASE("D sees pixels in [-1, 1] and points as they are, and bends by a fifth below 0") {
  Rng rng(1, "networks_test");
  const Discriminator of_images({.data = {.example = {2, 2}}}, rng),
      of_points({.data = {.example = {2}}}, rng);
  const Tensor x = tensor({0, 0.25, 0.5, 1}, {1, 4});
  CHECK(of_images.centred(x).to_vector() == std::vector<double>{-1, -0.5, 0, 1});
  const Tensor point = tensor({0.25, 3}, {1, 2});
  CHECK(of_points.centred(point).to_vector() == point.to_vector());
  CHECK(max_error(steep_leaky_relu(tensor({-2, -1, 0, 3}, {4})), {-0.4, -0.2, 0, 3}) < 1e-6);
}

TEST_CASE("draws are made of the labels that are asked for") {
  Rng rng(2, "networks_test");
  const Generator generator(
      {.data = {.example = {2, 2}, .classes = 3}, .latent = 3, .generator_hidden = {5}, .classes = 3}, rng);
  const NoGrad quiet;
  const auto drawn = [&](const Tensor& labels) {
    Rng draws(3, "networks_test");
    return generator.draw(4, draws, labels).to_vector();
  };
  const auto labels = [](const std::vector<double>& of) { return tensor(of, {4}, DType::i64); };
  Rng same(3, "networks_test");
  const Tensor z = randn({4, 3}, same);
  for (const Tensor& asked : {labels({2, 2, 0, 1}), labels({1, 1, 1, 1})}) {
    CHECK(drawn(asked) == generator.generate(z, asked).to_vector());
    CHECK(generator.generate(z, asked).to_vector() ==
          ((generator.centred(z, asked) + 1.0) * 0.5).to_vector());
  }
}

TEST_CASE("codes are Gaussian, or uniform; between two they go on an arc, or on a straight line") {
  const auto made = [](LatentPrior prior) {
    Rng rng(5, "networks_test");
    return Generator({.data = {.example = {2}}, .latent = 3, .prior = prior, .generator_hidden = {4}}, rng);
  };
  const Generator gaussian = made(LatentPrior::normal), uniform = made(LatentPrior::uniform);
  Rng draws(6, "networks_test"), again(6, "networks_test"), same(6, "networks_test");
  const Tensor z = uniform.draw_codes(4000, draws);  // variance 1/3, whose standard error is sqrt(4/45/12000)
  CHECK(min(z).item() >= -1);
  CHECK(max(z).item() < 1);
  CHECK(std::abs(mean(z).item()) < 4 * std::sqrt(1 / 36000.0));
  CHECK(std::abs(var(z).item() - 1 / 3.0) < 4 * std::sqrt(4.0 / 45 / 12000));
  CHECK(gaussian.draw_codes(5, again).to_vector() == randn({5, 3}, same).to_vector());
  CHECK(uniform.draw(4000, again).to_vector() != gaussian.draw(4000, same).to_vector());
  for (const Generator* generator : {&gaussian, &uniform}) {
    Rng one(7, "networks_test"), other(7, "networks_test");
    const Tensor ends = generator->draw_codes(4, one), walked = generator->codes_between(2, other);
    const Tensor a = ends.rows(2, 3), b = ends.rows(3, 4);
    // A third of the way, the fourth of ten points.
    const Tensor third = generator == &gaussian ? a * 0.8660254037844387 + b * 0.5 : (a * 2.0 + b) / 3.0;
    CHECK(max_error(walked.rows(13, 14), third.to_vector()) < 1e-6);
    CHECK(max_error(walked.rows(19, 20), b.to_vector()) < 1e-6);
  }
}

TEST_CASE("a D with spectral normalisation does not spread its inputs, whatever its weights") {
  Rng rng(4, "networks_test");
  // Two linear maps with a bend of slope 1 at most between them: |l(x) - l(y)| <= |x - y|.
  const Discriminator d({.data = {.example = {3}}, .discriminator_hidden = {6}, .spectral_norm = true}, rng);
  for (const NamedTensor& named : d.named_parameters()) {
    Tensor leaf = named.tensor;
    for (int64_t i = 0; i < leaf.size(); ++i) leaf.mutable_data<float>()[i] *= 50;
  }
  const Tensor x = randn({200, 3}, rng), y = x + randn({200, 3}, rng) * 0.1;
  const Tensor apart = abs(d.forward(x) - d.forward(y)), allowed = sqrt(sum(square(x - y), 1, true));
  CHECK(max(apart / allowed).item() < 1.05);
}

TEST_CASE("a D that packs gives one score to several examples, whatever order a pack's own maps see") {
  Rng rng(5, "networks_test");
  // Images: the first convolution sees pixel p of example e in channel e.
  const GanShape shape{.net = GanNet::dcgan, .data = {.example = {4, 8}}, .channels = 2, .pac = 2};
  const Discriminator d(shape, rng);
  GanShape wide = shape;
  wide.data.example = {4, 8, 2};
  wide.pac = 1;
  Rng again(5, "networks_test");
  const Discriminator of_two_channels(wide, again);
  const Tensor x = randn({6, 32}, rng);
  const Tensor pairs = stack({slice(x, 0, 0, 6, 2), slice(x, 0, 1, 6, 2)}, 2);  // (3, 32, 2)
  CHECK(d.judge(x, {}).shape() == Shape{3, 1});
  CHECK(d.judge(x, {}).to_vector() == of_two_channels.judge(reshape(pairs, {3, 64}), {}).to_vector());
  const Discriminator of_points({.data = {.example = {2}}, .discriminator_hidden = {5}, .pac = 3}, rng);
  const Tensor y = randn({6, 2}, rng);
  const auto rows = [&](const Tensor& z) { return of_points.forward(z).to_vector(); };
  Tensor moved = y.clone();
  moved.mutable_data<float>()[11] += 1;  // the second pack's last number
  CHECK(rows(moved)[0] == rows(y)[0]);
  CHECK(rows(moved)[1] != rows(y)[1]);
  check_refused("whole number of packs", [&] { of_points.forward(y.rows(0, 4)); });
}

TEST_CASE("rows for whole number of packs are the first ones once more, and none where there are enough") {
  const Tensor x = tensor({1, 2, 3, 4, 5}, {5, 1});
  CHECK(whole_packs(x, 4).to_vector() == std::vector<double>{1, 2, 3, 4, 5, 1, 2, 3});
  CHECK(whole_packs(x, 5).to_vector() == x.to_vector());
  CHECK(whole_packs(x.rows(0, 1), 3).to_vector() == std::vector<double>{1, 1, 1});
  CHECK_FALSE(whole_packs({}, 3).defined());
}

TEST_CASE("G's images are hyperbolic tangents, from [-1, 1] to [0, 1]") {
  Rng rng(6, "networks_test");
  const Generator generator({.data = {.example = {1, 2}}, .latent = 1, .generator_hidden = {}}, rng);
  fill_parameters(generator, 0.5F);
  const Tensor x = generator.generate(tensor({0, 2}, {2, 1}), {});
  CHECK(max_error(x, {0.5 + 0.5 * std::tanh(0.5), 0.5 + 0.5 * std::tanh(0.5), 0.5 + 0.5 * std::tanh(1.5),
                      0.5 + 0.5 * std::tanh(1.5)}) < 1e-6);
}

TEST_CASE("the groups that are asked for normalise a G of convolutions") {
  const auto parameters = [](const char* groups) {
    const auto gan = small_model<Gan>("gan", {"net=dcgan", "channels=4", groups}, {.example = {8, 8}});
    return gan->generator().named_parameters().size();
  };
  CHECK(parameters("norm_groups=2") == parameters("norm_groups=0") + 4);  // a scale and a shift, twice
}

}  // namespace gradzoo
