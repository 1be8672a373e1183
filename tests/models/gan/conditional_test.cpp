#include <algorithm>
#include <cmath>

#include <doctest/doctest.h>

#include "gradzoo/autograd/ops.h"
#include "gradzoo/autograd/tape.h"
#include "gradzoo/models/gan/gan.h"
#include "models/networks/classes.h"
#include "support/error_message.h"
#include "support/short_names.h"
#include "support/small_model.h"
#include "support/tensor_values.h"

// Players that are told the label.
namespace gradzoo {
using namespace test;
namespace {

std::unique_ptr<Gan> small_conditional(const Strings& assignments, const DataShape& shape) {
  return small_model<Gan>(
      "gan",
      joined({"generator_hidden=8,8", "discriminator_hidden=8,8", "latent=3", "ema=0", "conditional=true"},
             assignments),
      shape);
}

TEST_CASE("a conditional game tells both players the label, and nobody else's") {
  const DataShape image{.example = {4, 4}, .classes = 3};
  for (const char* net : {"net=mlp", "net=dcgan"}) {
    CAPTURE(net);
    const auto gan = small_conditional({net, "channels=4", "norm_groups=2"}, image);
    Rng rng(7, "gan_model_test");
    const Tensor z = randn({2, 3}, rng), x = rand({2, 16}, rng);
    const auto labels = [](double a, double b) { return cast(tensor({a, b}, {2}), DType::i64); };
    const auto rows = [](const Tensor& t, int64_t row) { return t.rows(row, row + 1).to_vector(); };
    const Tensor first = gan->generator().generate(z, labels(0, 1)),
                 second = gan->generator().generate(z, labels(2, 1));
    CHECK(rows(first, 0) != rows(second, 0));
    CHECK(rows(first, 1) == rows(second, 1));
    const Tensor d = gan->discriminator().forward(x, labels(0, 1)),
                 e = gan->discriminator().forward(x, labels(2, 1));
    CHECK(d.shape() == Shape{2, 1});
    CHECK(rows(d, 0) != rows(e, 0));
    CHECK(rows(d, 1) == rows(e, 1));
    Rng again(8, "gan_model_test"), once(8, "gan_model_test");
    const Tensor any = gan->sample({4, again});
    CHECK(any.to_vector() == gan->sample({4, once, cast(tensor({0, 1, 2, 0}, {4}), DType::i64)}).to_vector());
  }
  check_refused("no labels", [] { small_conditional({}, toy_shape("ring8")); });
}

TEST_CASE("a conditional D learns that an image has the wrong label") {
  // Both classes are real, each under its own label; G's are of either kind.
  const DataShape image{.example = {4, 4}, .classes = 2};
  const auto gan = small_conditional({"net=mlp", "instance_noise=0"}, image);
  const Tensor labels = cast(tensor({0, 1, 0, 1}, {4}), DType::i64);
  const Tensor x = concat({zeros({1, 16}), ones({1, 16}), zeros({1, 16}), ones({1, 16})}, 0);
  for (int64_t i = 0; i < 200; ++i) step_on(*gan, Batch{x, labels, {}}, 0.005, i, 200);
  const Tensor right = gan->discriminator().forward(x, labels),
               wrong = gan->discriminator().forward(x, cast(tensor({1, 0, 1, 0}, {4}), DType::i64));
  CHECK(mean(right - wrong).item() > 0);
}

constexpr int64_t kKinds = 3, kPerKind = 20;

/// Images of three kinds that nobody has labelled, all pixels at 40, 120 or 220, and a little noise; the last
/// kind is rare.
struct Unlabelled {
  Unlabelled() {
    Tensor kinds = tile_rows(tensor({40.0, 120.0, 220.0}, {kKinds, 1}), kPerKind);
    const Tensor values = kinds + randn({kKinds * kPerKind, 16}, rng) * 4.0;
    std::vector<int64_t> rows;
    for (int64_t i = 0; i < kKinds * kPerKind; ++i)
      if (i % kKinds != 2 || i < kKinds * kPerKind / 4) rows.push_back(i);
    examples = {
        cast(reshape(values, {kKinds * kPerKind, 4, 4}), DType::u8), {}, tensor(rows, {std::ssize(rows)})};
  }
  Batch batch() const { return read_examples(examples, 0, examples.count(), Pixels::grey, Rng(0)); }
  Rng rng{5, "conditional_test"};
  Examples examples;
  DataShape shape{.example = {4, 4}};
};

std::unique_ptr<Gan> small_clustered(const Strings& assignments, const DataShape& shape) {
  return small_model<Gan>(
      "gan",
      joined({"net=mlp", "generator_hidden=8,8", "discriminator_hidden=8,8", "latent=3", "ema=0"},
             assignments),
      shape);
}

TEST_CASE(
    "clusters stand in for labels: both players are told them, and samples are drawn as often as they come") {
  const Unlabelled data;
  const auto gan = small_clustered({"clusters=3", "ema=0.98"}, data.shape);
  gan->prepare(data.examples);
  CHECK(gan->labels().empty());
  for (int64_t i = 0; i < 1000; ++i) step_on(*gan, data.batch(), 0.005, i, 1000);
  // G paints each cluster's own grey.
  std::vector<double> greys;
  Rng rng(6, "conditional_test");
  for (double cluster = 0; cluster < kKinds; ++cluster)
    greys.push_back(mean(gan->generator().draw(200, rng, full({200}, cluster, DType::i64))).item() * 255);
  std::ranges::sort(greys);
  CHECK(std::abs(greys[0] - 40) < 35);
  CHECK(std::abs(greys[1] - 120) < 35);
  CHECK(std::abs(greys[2] - 220) < 35);
  // 5 of 45 images are of the bright kind: .111 +- .007 of 2,000 samples, a false alarm in 16,000.
  const Tensor samples = gan->sample({2000, rng});
  const double bright =
      mean(cast(gt(mean(flatten_rows(samples), 1), full({}, 170.0 / 255)), DType::f64)).item();
  CHECK(std::abs(bright - 5.0 / 45) < 4 * 0.00703);
}

TEST_CASE("between two images of a label lie images of a cluster of that label") {
  const DataShape shape{.example = {4, 4}, .classes = 2};
  const auto gan = small_clustered({"conditional=true", "clusters=4"}, shape);
  const Tensor labels = tensor({1, 1, 0, 0}, {4}, DType::i64);
  Rng rng(8, "conditional_test"), same(8, "conditional_test");
  const Tensor found = gan->abilities().interpolate({Batch{zeros({4, 16}), labels, {}}, rng});
  const Classes classes({.by_label = true, .clusters = 4}, shape);
  const Tensor drawn = classes.draw(2, tensor({1, 0}, {2}, DType::i64), same);
  const NoGrad quiet;
  const Tensor codes = gan->generator().codes_between(2, same);
  for (int64_t row = 0; row < 2; ++row) {
    const Tensor cluster = full({10}, drawn.to_vector()[static_cast<size_t>(row)], DType::i64);
    const Tensor wanted = gan->generator().generate(codes.rows(10 * row, 10 * row + 10), cluster);
    CHECK(max_error(reshape(found, {20, 16}).rows(10 * row, 10 * row + 10), wanted.to_vector()) < 1e-6);
  }
}

TEST_CASE("what finds the clusters is kept with the run") {
  const Unlabelled data;
  const auto gan = small_clustered({"clusters=3"}, data.shape);
  gan->prepare(data.examples);
  const State kept = gan->own_state();
  for (const char* name :
       {"gan.clusters.mean", "gan.clusters.directions", "gan.clusters.centres", "gan.clusters.shares"})
    CHECK(kept.find(name) != nullptr);
}

TEST_CASE("images have clusters by default; who chooses labels, or none, or packs, has chosen") {
  const DataShape labelled{.example = {4, 4}, .classes = 5};
  check_options("gan", {}, labelled, {"clusters=50", "conditional=false"});
  check_options("gan", {"conditional=true"}, labelled, {"clusters=0"});
  check_options("gan", {"conditional=false"}, labelled, {"clusters=0"});  // as runs before clusters say
  check_options("gan", {"pac=2"}, labelled, {"clusters=0"});
  check_options("gan", {}, toy_shape("ring8"), {"clusters=0"});
  CHECK(small_clustered({"conditional=true", "clusters=10"}, labelled)->labels().size() == 5);
  check_refused("Hint: use 10", [&] { small_clustered({"conditional=true", "clusters=12"}, labelled); });
  check_refused("one cluster. Hint: set pac=1 or clusters=0", [&] {
    small_clustered({"pac=2", "clusters=5"}, labelled);
  });
  check_refused("Hint: set clusters=0", [] { small_clustered({"clusters=5"}, toy_shape("ring8")); });
}

}  // namespace
}  // namespace gradzoo
