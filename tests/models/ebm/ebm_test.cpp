#include "gradzoo/models/ebm/ebm.h"

#include <cmath>

#include <doctest/doctest.h>

#include "gradzoo/autograd/ops.h"
#include "support/approx.h"
#include "support/error_message.h"
#include "support/short_names.h"
#include "support/small_model.h"
#include "support/take_over.h"

namespace gradzoo {
using namespace test;
namespace {

const Strings kSmallNets = {"hidden=16,16", "buffer=200", "batch=50"};

/// A small model of ring8 and a batch of it.
struct Small {
  DataShape shape = toy_shape("ring8", {.noise = 0.2});
  std::unique_ptr<Ebm> model;
  Tensor x;
  State state;
  explicit Small(const Strings& assignments)
      : model(small_model<Ebm>("ebm", joined(kSmallNets, assignments), shape)) {
    Rng rng(9, "test");
    x = shape.toy->sample(50, rng);
    model->register_state(state);
  }
  std::map<std::string, double> step(int64_t at = 0) { return step_on(*model, x, 1e-3, at); }
  Doubles trained_weights(int64_t steps) {
    for (int64_t i = 0; i < steps; ++i) step(i);
    return model->network().named_parameters()[0].tensor.to_vector();
  }
  Doubles chains() const { return model->buffer()->chains().to_vector(); }
  Examples points() const { return {x, {}, arange(50, DType::i64)}; }
};

TEST_CASE("the contrastive loss is the difference of the means of f, and l2 adds the squares of both") {
  const auto f = [](const Tensor& x) { return sum(x, 1); };
  const Tensor data = tensor({1, 2, 3, 4}, {2, 2}, DType::f64);           // f: 3, 7
  const Tensor samples = tensor({0, 1, 1, 1, 2, 1}, {3, 2}, DType::f64);  // f: 1, 2, 3
  const CdTerms plain = contrastive_divergence(f, data, samples);
  CHECK(plain.loss.item() == approx(2.0 - 5.0));
  CHECK(plain.f_data.to_vector() == Doubles{3, 7});
  CHECK(plain.f_sample.to_vector() == Doubles{1, 2, 3});
  const CdTerms regularised = contrastive_divergence(f, data, samples, 0.5);
  CHECK(regularised.loss.item() == approx(2.0 - 5.0 + 0.5 * (29.0 + 14.0 / 3)));
}

TEST_CASE("a gap has diverged beyond the order of the dimension, or where l2 costs more than it earns") {
  CHECK(largest_gap(784, 0) == 1000 + 78400);
  CHECK(largest_gap(2, 1e-6) == largest_gap(2, 0));
  CHECK(largest_gap(784, 0.1) == approx(20));
  CHECK(largest_gap(784, 100) == 10);
  // The loss at f(data) = g / 2 = -f(sample): nothing at the largest gap, and least at half of it.
  const auto loss = [](double gap) { return -gap + 0.1 * 2 * std::pow(gap / 2, 2); };
  CHECK(std::abs(loss(largest_gap(784, 0.1))) < 1e-12);
  CHECK(loss(10) < std::min(loss(9.9), loss(10.1)));
}

TEST_CASE("Langevin with step and noise apart has its own law on a Gaussian: noise^2 / (1 - (1 - step)^2)") {
  const Target gaussian{.log_prob = [](const Tensor& x) { return sum(square(x), 1) * -0.5; }};
  Rng rng(1, "test");
  EbmChains chains(ebm_ula, {.step = 0.3, .noise = 0.5});
  CHECK(chains.temperature() == approx(0.25 / 0.6));
  const Tensor x = chains.walk(gaussian, zeros({100000, 1}, DType::f64), 40, rng);
  const double law = 0.25 / (1 - 0.49);
  // Standard error of a variance: law sqrt(2 / n).
  CHECK(std::abs(var(x).item() - law) < 4 * law * std::sqrt(2.0 / 100000));
}

TEST_CASE("without noise a chain climbs to the mode; one that leaves all numbers behind stops the step") {
  const Target bowl{.log_prob = [](const Tensor& x) { return sum(square(x), 1) * -0.5; }};
  Rng rng(1, "test");
  const Tensor top =
      EbmChains(ebm_ula, {.step = 0.2, .noise = 0}).walk(bowl, ones({3, 2}, DType::f64), 200, rng);
  CHECK(max(abs(top)).item() < 1e-12);
  CHECK_THROWS_AS(EbmChains(ebm_ula, {.step = 5, .noise = 1}).walk(bowl, ones({3, 2}), 400, rng), NonFinite);
}

TEST_CASE("a step moves the weights and puts the chains that it drew back, all in the State") {
  Small small({});
  CHECK(small.state.find("ebm.buffer") != nullptr);
  const Doubles before = small.chains();
  std::map<std::string, double> metrics = small.step();
  const Doubles after = small.chains();
  int moved = 0;
  for (size_t i = 0; i < before.size(); i += 2) moved += before[i] != after[i] ? 1 : 0;
  CHECK(moved <= 50);
  CHECK(moved > 40);
  CHECK(metrics["cd_loss_nats"] == approx(metrics["f_sample_nats"] - metrics["f_data_nats"]));
  CHECK(metrics["temperature"] == approx(1.0).epsilon(1e-6));
  CHECK(metrics["acceptance"] > 0.5);
  CHECK(metrics["acceptance"] <= 1);
  CHECK(Small({"sampler=ula"}).step()["acceptance"] == 1);  // every move is taken
}

TEST_CASE("a step that fails leaves weights, moments and chains as they were") {
  Small small({"ema=0.9"});
  small.step();
  const auto kept = [&] {
    std::vector<std::vector<std::byte>> out;
    for (const State::Entry& entry : small.state.entries()) {
      if (entry.name != "ebm.chain_draws") out.push_back(entry.bytes());
    }
    return out;
  };
  const auto before = kept();
  SUBCASE("data that are not numbers") {
    small.x = full({50, 2}, NAN);
    CHECK_THROWS_AS(small.step(1), NonFinite);
  }
  SUBCASE("f(data) and f(sample) far apart") {
    small.x = full({50, 2}, 1e4);
    CHECK_THROWS_WITH_AS(small.step(1), Contains("diverges"), NonFinite);
  }
  CHECK(kept() == before);
}

TEST_CASE("each start of the chains learns: f(data) rises over f of uniform points") {
  for (const char* init : {"init=data", "init=noise", "init=buffer"}) {
    CAPTURE(init);
    Small small({init, "schedule=constant"});
    Rng rng(3, "test");
    const Tensor uniform = rand({2000, 2}, rng) * 4.0 - 2.0;
    const auto contrast = [&] {
      return mean(small.model->network().log_density(small.x)).item() -
             mean(small.model->network().log_density(uniform)).item();
    };
    const double before = contrast();
    for (int64_t i = 0; i < 60; ++i) small.step(i);
    CHECK(contrast() > before + 0.05);
    CHECK((small.model->buffer() != nullptr) == (std::string(init) == "init=buffer"));
  }
}

TEST_CASE("unless noise is set T is 1; mala refuses any other, and a buffer below the batch is refused") {
  const DataShape ring = toy_shape("ring8");
  const auto noise_of = [&](const Strings& assignments) {
    return option_text("ebm", assignments, ring, "noise");
  };
  CHECK(noise_of({"step=0.08"}) == "0.4");
  check_refused("T = 0.5", [&] { noise_of({"noise=0.1"}); });
  CHECK(noise_of({"noise=0.1", "sampler=ula"}) == "0.1");
  CHECK_THROWS_AS(noise_of({"buffer=99"}), Error);
}

TEST_CASE("the confinement of images gives Langevin chains the variance of the data's noise") {
  const DataShape images{.example = {28, 28}};
  const auto number = [&](const char* key) { return std::stod(option_text("ebm", {}, images, key)); };
  const double c2 = std::pow(number("confinement"), 2), e = number("step");
  CHECK(c2 / (1 - e / (2 * c2)) == approx(std::pow(number("data_noise"), 2)).epsilon(1e-4));
  CHECK(option_text("ebm", {"sampler=mala", "data_noise=0.25"}, images, "confinement") == "0.25");
}

TEST_CASE("samples of images lie in [0,1], those of a toy are points; the report says when T is not 1") {
  Small small({"sampler=ula", "noise=0.1"});
  Rng rng(5, "test");
  CHECK(small.model->sample({7, rng}).shape() == Shape{7, 2});
  const Examples points = small.points();
  const DataView view{points, points, 1};
  CHECK(contains(small.model->interpretation(view), "do not sample exp f"));
  CHECK(contains(Small({}).model->interpretation(view), "the chains sample exp f"));

  const auto images =
      small_model<Ebm>("ebm", {"hidden=8", "buffer=100", "sample_steps=3"}, {.example = {4, 5}});
  const Tensor drawn = images->sample({6, rng});
  CHECK(drawn.shape() == Shape{6, 4, 5});
  CHECK(min(drawn).item() >= 0);
  CHECK(max(drawn).item() <= 1);
}

TEST_CASE("on a toy validation gives KL and log Z, and the target is f itself") {
  Small small({});
  Rng rng(6, "test");
  const Examples points = small.points();
  const Quantities found = small.model->validate({points, points, 1});
  REQUIRE(found.size() == 3);
  CHECK(found[kKl].value > 0);
  const Tensor f = small.model->abilities().target.log_prob(small.x);
  CHECK(f.to_vector() == small.model->network().log_density(small.x).to_vector());
}

TEST_CASE("pictures and samples are of the averaged weights, and leave the weights as they were") {
  Small small({"ema=0.9", "sample_steps=5"});
  for (int64_t i = 0; i < 20; ++i) small.step(i);
  const Examples points = small.points();
  const std::vector<std::byte> before = small.state.bytes();
  Rng a(7, "test"), b(7, "test");
  const Tensor drawn = small.model->sample({40, a});
  const Picture frame = small.model->snapshot({points, points, 1}, b);
  CHECK(small.model->pictures({points, points, 1, small.shape.toy.get()}).size() == 1);
  CHECK(small.state.bytes() == before);
  // The same chains by the raw weights end elsewhere.
  const auto raw = small_model<Ebm>("ebm", joined(kSmallNets, {"ema=0", "sample_steps=5"}), small.shape);
  State of_raw;
  raw->register_state(of_raw);
  take_over(small.state, of_raw);
  Rng c(7, "test");
  CHECK(raw->sample({40, c}).to_vector() != drawn.to_vector());
  CHECK(std::get<Planes>(frame.content).planes.size() == 3);
}

/// Settings of a model, and what a step does by them.
struct Setting {
  Strings assignments;
  double data_noise = 0, l2 = 0, step = 0.01, noise = std::sqrt(0.02), fresh = 0.002;
  int64_t chain_steps = 10, jumps = 10;
  EbmSampler sampler = ebm_mala;
};

TEST_CASE("a step's chains begin and go as they are asked to, and what they give is descended") {
  const Setting settings[] = {
      {{"init=data", "data_noise=0.3"}, 0.3},
      {{"init=data", "sampler=ula", "step=0.02", "noise=0.1"}, 0, 0, 0.02, 0.1, 0, 10, 0, ebm_ula},
      {{"init=noise", "chain_steps=4", "l2=0.2", "jumps=3"}, 0, 0.2, 0.01, std::sqrt(0.02), 0, 4, 3},
      {{"init=buffer", "fresh=0.5"}, 0, 0, 0.01, std::sqrt(0.02), 0.5}};
  for (const Setting& setting : settings) {
    CAPTURE(setting.assignments[0]);
    const std::string init = setting.assignments[0];
    Small small(setting.assignments);
    Rng rng(0, "ebm/chains");
    const Tensor data = setting.data_noise > 0 ? small.x + randn({50, 2}, rng) * setting.data_noise : small.x;
    // Uniform over the toy's box, which reaches as far to either side of 0 on both axes.
    const double side = small.shape.toy->box().high[0];
    const auto start = [&](int64_t n, Rng& draws) { return (rand({n, 2}, draws) * 2.0 - 1.0) * side; };
    Tensor from = data;
    if (init == "init=noise") from = start(50, rng);
    if (init == "init=buffer") {
      const ReplayBuffer same(
          200, setting.fresh, [&](int64_t, Rng&) { return small.model->buffer()->chains(); }, rng);
      from = same.draw(50, start, rng).x;
    }
    double accepted = 0;
    Target target = small.model->network().target();
    Tensor samples = EbmChains(setting.sampler, {.step = setting.step, .noise = setting.noise})
                         .walk(target, from, setting.chain_steps, rng, &accepted);
    double taken = 0;
    if (setting.jumps > 0) {
      // a fifth of a Langevin step's noise, in the toy's box
      Jumps jumps({.proposals = setting.jumps, .noise = 0.2 * setting.noise});
      target.extent = {{-side}, {side}};
      jumps.begin(target, samples);
      jumps.step(target, rng);
      samples = jumps.x();
      taken = jumps.moved();
    }
    const auto f = [&](const Tensor& x) { return small.model->network().log_density(x); };
    const double norm = gradient_norm(
        small.model->network(), [&] { return contrastive_divergence(f, data, samples, setting.l2).loss; });
    const CdTerms terms = contrastive_divergence(f, data, samples, setting.l2);
    std::map<std::string, double> metrics = small.step();
    CHECK(metrics["f_data_nats"] == approx(mean(terms.f_data).item()).epsilon(1e-4));
    CHECK(metrics["f_sample_nats"] == approx(mean(terms.f_sample).item()).epsilon(1e-4));
    CHECK(metrics["cd_loss_nats"] == approx(terms.loss.item()).epsilon(1e-4));
    CHECK(metrics["grad_norm"] == approx(norm).epsilon(1e-4));
    CHECK(metrics["acceptance"] == approx(accepted));
    CHECK(metrics.contains("jumps_taken") == (setting.jumps > 0));
    if (setting.jumps > 0) CHECK(metrics["jumps_taken"] == approx(taken));
    CHECK((setting.jumps == 0 || taken > 0.01));
    CHECK(metrics["temperature"] == approx(setting.noise * setting.noise / (2 * setting.step)));
  }
}

TEST_CASE("points jump where chains sample exp f, and what cannot jump is refused") {
  const DataShape ring = toy_shape("ring8"), images{.example = {28, 28}};
  const auto jumps_of = [&](const Strings& assignments, const DataShape& shape) {
    return option_text("ebm", assignments, shape, "jumps");
  };
  CHECK(jumps_of({}, ring) == "10");
  CHECK(jumps_of({"sampler=ula"}, ring) == "10");
  CHECK(jumps_of({"sampler=ula", "noise=0.1"}, ring) == "0");
  CHECK(jumps_of({"sampler=ula", "step_clip=1"}, ring) == "0");
  CHECK(jumps_of({"jumps=0"}, ring) == "0");
  CHECK(jumps_of({}, images) == "0");
  check_refused("jumps=5 are for toys", [&] { jumps_of({"jumps=5"}, images); });
  check_refused("T = 0.5", [&] { jumps_of({"jumps=5", "sampler=ula", "noise=0.1"}, ring); });
  check_refused("a step has only 3. Hint: set batch=4", [&] { jumps_of({"batch=3"}, ring); });
  check_refused("Hint: set batch=16", [&] { jumps_of({"batch=12", "shards=4"}, ring); });
  CHECK(jumps_of({"batch=3", "jumps=0"}, ring) == "0");
}

TEST_CASE("samples are as many as are asked for, fewer than can jump too, and jumps change them") {
  const Small with({"sample_steps=20"}), without({"sample_steps=20", "jumps=0"});
  Rng a(8, "test"), b(8, "test"), c(8, "test");
  CHECK(with.model->sample({1, a}).shape() == Shape{1, 2});
  CHECK(with.model->sample({30, b}).to_vector() != without.model->sample({30, c}).to_vector());
  const Examples points = with.points();
  const DataView view{points, points, 1};
  CHECK(contains(with.model->interpretation(view), "10 proposals to jump"));
  CHECK_FALSE(contains(without.model->interpretation(view), "jump"));
}

TEST_CASE("Adam's memory of the gradient is the one that is asked for") {
  const Doubles usual = Small({"init=data"}).trained_weights(3);
  CHECK(Small({"init=data", "beta1=0.9"}).trained_weights(3) == usual);
  CHECK(Small({"init=data", "beta1=0"}).trained_weights(3) != usual);
}

}  // namespace
}  // namespace gradzoo
