#include "models/nce/tilted_flow.h"

#include <algorithm>
#include <cmath>
#include <numbers>

#include <doctest/doctest.h>

#include "gradzoo/autograd/grad.h"
#include "gradzoo/autograd/ops.h"
#include "gradzoo/autograd/tape.h"
#include "gradzoo/models/eval/estimate.h"
#include "gradzoo/models/pictures/picture.h"
#include "models/nce/correction.h"
#include "support/approx.h"
#include "support/error_message.h"
#include "support/largest_difference.h"
#include "support/short_names.h"
#include "support/small_model.h"
#include "support/stir.h"

namespace gradzoo {
using namespace test;
namespace {

constexpr int64_t kSide = 8, kPixels = kSide * kSide;

std::unique_ptr<TiltedFlow> small_tilted(const char* model, const Strings& more = {}) {
  return small_model<TiltedFlow>(model,
                                 joined({"flow_couplings=1", "flow_low_couplings=1", "flow_channels=4",
                                         "channels=4", "hidden=8", "seed=4", "ema=0", "clip=1e9"},
                                        more),
                                 {.example = {kSide, kSide}, .classes = 1});
}

Tensor pixels(int64_t n, uint64_t seed) {
  Rng rng(seed, "tilted_flow_test");
  return rand({n, kPixels}, rng) * 0.98 + 0.01;
}

Examples images_of(int64_t n) {
  Rng rng(1, "tilted_flow_test");
  return {cast(rand({n, kSide, kSide}, rng) * 255.0, DType::u8), zeros({n}, DType::u8),
          arange(n, DType::i64)};
}

// So that g has slopes that count beside those of log q.
void stir_much(const NceNetwork& network) {
  for (uint64_t seed = 6; seed < 26; ++seed) stir(const_cast<NceNetwork&>(network), seed);
}

// D = p / (p + nu q), p = q0 e^(g - c): q0 is q, as it stands.
Tensor naive_loss(const TiltedFlow& model, const CouplingFlow& as_it_stands, const Tensor& x, const Tensor& y,
                  double nu) {
  const auto d = [&](const Tensor& where) {
    const Tensor at = clamp(where, 1e-5, 1 - 1e-5);  // where the flow's code is finite
    const Tensor log_p = as_it_stands.log_prob(at) + model.network().log_model(at);
    return 1.0 / (1.0 + exp(model.flow().log_prob(at) - log_p) * nu);
  };
  return neg(mean(log(d(x)))) - mean(log(1.0 - d(y))) * nu;
}

TEST_CASE("the loss tells images from the flow's samples by both densities, and the energy learns it") {
  for (const char* name : {"nce", "fce"}) {
    CAPTURE(name);
    const double nu = *name == 'n' ? 3 : 1;
    const auto model = small_tilted(name, {"warm_up=0", *name == 'n' ? "nu=3" : "flow_rate=0.1"});
    stir(const_cast<NceNetwork&>(model->network()), 9);
    Rng draws(4, "nce/noise");
    const Tensor x = pixels(6, 2);
    for (int64_t step = 0; step < 3; ++step) {
      const Tensor y = model->flow().sample(static_cast<int64_t>(nu) * 6, draws);
      double loss = 0;
      const double norm = gradient_norm(model->network(), [&] {
        Tensor made = naive_loss(*model, model->flow(), x, y, nu);
        loss = made.item();
        return made;
      });
      const double c = model->network().constant().item();
      const double bits = mean(model->flow().log_prob(x)).item() / (-kPixels * std::numbers::ln2) + 8;
      std::map<std::string, double> seen = step_on(*model, x, 0.01, step);
      CHECK(seen["nce_loss_nats"] == approx(loss).epsilon(1e-4));
      CHECK(seen["grad_norm"] == approx(norm).epsilon(1e-3));
      CHECK(seen["c_nats"] == c);
      CHECK(seen["flow_bits_per_dim"] == approx(bits).epsilon(1e-4));
    }
  }
}

TEST_CASE("the energy begins at 0, so that p is q, and so it stays while the flow learns alone") {
  for (const char* nu : {"nu=1", "nu=3"}) {
    const auto model = small_tilted("nce", {nu, "warm_up=0.5"});
    const std::vector<double> before = parameter_values(model->network());
    CHECK(max(abs(model->network().log_density(pixels(5, 4)))).item() == 0);
    const double n = nu[3] - '0';
    std::map<std::string, double> seen = step_on(*model, pixels(6, 2), 0.01, 49, 100);
    CHECK(seen["nce_loss_nats"] == approx(std::log(1 + n) + n * std::log((1 + n) / n)).epsilon(1e-5));
    CHECK(seen["d_data"] == approx(1 / (1 + n)).epsilon(1e-5));
    CHECK(parameter_values(model->network()) == before);
    step_on(*model, pixels(6, 2), 0.01, 50, 100);
    CHECK(parameter_values(model->network()) != before);
  }
}

TEST_CASE("the noise of the energy's steps is the flow's average over its own") {
  const auto model = small_tilted("nce", {"warm_up=0.5", "ema=0.9"}),
             plain = small_tilted("nce", {"warm_up=0.5"});
  for (int64_t step = 0; step < 6; ++step) {
    const std::vector<double> before = parameter_values(model->flow());
    CHECK(before == parameter_values(plain->flow()));
    step_on(*model, pixels(6, 20), 0.05, step, 12);
    step_on(*plain, pixels(6, 20), 0.05, step, 12);
  }
  const std::vector<double> trembling = parameter_values(plain->flow());
  const auto average = [&] {
    const std::shared_ptr<const void> shown = model->learners()[0]->averaged();
    return parameter_values(model->flow());
  };
  const std::vector<double> expected = average();
  CHECK(expected != trembling);
  CHECK(parameter_values(model->flow()) == expected);
  step_on(*model, pixels(6, 20), 0.05, 6, 12);
  CHECK(parameter_values(model->flow()) == expected);
  step_on(*model, pixels(6, 20), 0.05, 7, 12);
  CHECK(parameter_values(model->flow()) == expected);
  CHECK(average() == expected);
}

TEST_CASE("the flow learns by likelihood alone, then nce holds it, and fce goes against the energy") {
  const Tensor x = pixels(8, 3);
  const auto moves = [&](const char* name, const Strings& more, double rate) {
    const auto model = small_tilted(name, more);
    stir(const_cast<CouplingFlow&>(model->flow()), 5);
    stir_much(model->network());
    const std::vector<double> before = parameter_values(model->flow());
    step_on(*model, x, rate, 0, 100);
    std::vector<double> moved = parameter_values(model->flow());
    for (size_t i = 0; i < moved.size(); ++i) moved[i] -= before[i];
    return moved;
  };
  // Adam's first step is the rate against the gradient's sign, where there is a gradient.
  const auto follows = [&](const std::vector<double>& moved, double rate, auto objective) {
    const auto model = small_tilted("fce"), still = small_tilted("fce");
    stir(const_cast<CouplingFlow&>(model->flow()), 5);
    stir(const_cast<CouplingFlow&>(still->flow()), 5);
    stir_much(model->network());
    std::vector<Tensor> parameters;
    for (const NamedTensor& p : model->flow().named_parameters()) parameters.push_back(p.tensor);
    const Tape tape;
    size_t at = 0, agree = 0, counted = 0;
    for (const Tensor& g : grad(objective(*model, still->flow()), parameters))
      for (const double slope : g.to_vector()) {
        const double by = moved[at++];
        if (std::abs(slope) < 1e-5) continue;
        ++counted;
        if (std::abs(by + std::copysign(rate, slope)) < 0.02 * rate) ++agree;
      }
    CHECK(counted > 100);
    CHECK(static_cast<double>(agree) > 0.98 * static_cast<double>(counted));
  };
  const auto likelihood = [&](const TiltedFlow& model, const CouplingFlow&) {
    return -mean(model.flow().log_prob(x)) / (kPixels * std::numbers::ln2);
  };
  const auto against = [&](const TiltedFlow& model, const CouplingFlow& still) {
    Rng draws(4, "nce/noise");
    const Tensor y = model.flow().sample(8, draws);
    return -naive_loss(model, still, x, y, 1);
  };
  follows(moves("nce", {"warm_up=0.5"}, 1e-3), 1e-3, likelihood);
  follows(moves("fce", {"warm_up=0.5"}, 1e-3), 1e-3, likelihood);
  follows(moves("fce", {"warm_up=0", "flow_rate=0.5"}, 1e-3), 5e-4, against);
  CHECK(std::ranges::all_of(moves("nce", {"warm_up=0"}, 1e-3), [](double by) { return by == 0; }));
}

TEST_CASE("each part of the training has a decay of its own") {
  const Tensor x = pixels(8, 3);
  const auto longest = [&](const Strings& more, int64_t step, auto part) {
    const auto model = small_tilted("fce", joined({"warm_up=0.5", "flow_rate=0.5"}, more));
    const Module& of = part(*model);
    const std::vector<double> before = parameter_values(of);
    step_on(*model, x, 1e-3, step, 100);
    return largest_difference(parameter_values(of), before);
  };
  const auto flow = [](const TiltedFlow& model) -> const Module& { return model.flow(); };
  const auto energy = [](const TiltedFlow& model) -> const Module& { return model.network(); };
  CHECK(longest({}, 0, flow) == approx(1e-3).epsilon(0.01));
  CHECK(longest({}, 25, flow) == approx(5e-4).epsilon(0.01));  // half way down a cosine
  CHECK(longest({}, 50, flow) == approx(5e-4).epsilon(0.01));  // its rate against the energy
  CHECK(longest({}, 75, flow) == approx(2.5e-4).epsilon(0.01));
  CHECK(longest({}, 25, energy) == 0);
  CHECK(longest({}, 50, energy) == approx(1e-3).epsilon(0.01));
  CHECK(longest({}, 75, energy) == approx(5e-4).epsilon(0.01));
  // Adam's first step is shorter where the gradient is no longer than its 1e-8.
  CHECK(longest({"clip=1e-9"}, 0, flow) < 2e-4);
}

TEST_CASE("an evaluation measures p = q e^(g - log Z)") {
  const auto model = small_tilted("nce");
  const Examples some = images_of(40);
  NceNetwork& network = const_cast<NceNetwork&>(model->network());
  SUBCASE("a constant g changes nothing but log Z") {
    fill_parameters(network, 0.0F);
    for (const NamedTensor& p : network.named_parameters())
      if (p.tensor.size() == 1 && p.name != "log_z") {
        Tensor bias = p.tensor;
        bias.mutable_data<float>()[0] = 1.5F;
      }
    const Quantities found = model->evaluate({some, some, 1});
    CHECK(found[kLogZ].value == approx(1.5).epsilon(1e-6));
    CHECK(found[kNceConstantError].value == approx(-1.5).epsilon(1e-6));
    CHECK(found[kBitsPerDim].value == approx(found[kFlowBits].value).epsilon(1e-6));
    CHECK(found[kTiltAuroc].value == 0.5);
    CHECK(found[kEffectiveShare].value == approx(1).epsilon(1e-6));
  }
  SUBCASE("of any other g each number is its definition") {
    for (uint64_t seed = 6; seed < 16; ++seed) stir(network, seed);
    const Quantities found = model->evaluate({some, some, 1});
    const Tensor x = read_examples(some, 0, 40, Pixels::dequantised, Rng(1, "evaluation")).x;
    Rng rng(9, "tilted_flow_test");
    const Tensor g = model->network().log_density(model->flow().sample(20'000, rng));
    const double z = mean(exp(g)).item();
    const double sd = std::sqrt(mean(square(exp(g) / z - 1.0)).item());
    CHECK(std::abs(found[kLogZ].value - std::log(z)) < 5 * sd / std::sqrt(5'000.0));
    CHECK(found[kLogZ].error == approx(sd / std::sqrt(5'000.0)).epsilon(0.1));
    CHECK(found[kEffectiveShare].value == approx(1 / (1 + sd * sd)).epsilon(0.1));
    const double apart = found[kFlowBits].value - found[kBitsPerDim].value;
    const double tilt = mean(model->network().log_density(x)).item() - found[kLogZ].value;
    CHECK(apart == approx(tilt / (kPixels * std::numbers::ln2)).epsilon(0.02));
    CHECK(found[kTiltAuroc].value == approx(auroc(model->network().log_density(x), g).value).epsilon(0.05));
  }
}

TEST_CASE("log p is that of the flow, of the energy and of the constant") {
  const auto model = small_tilted("nce");
  stir(const_cast<NceNetwork&>(model->network()), 8);
  const Abilities abilities = model->abilities();
  const Tensor x = pixels(5, 4);
  const Tensor expected =
      model->flow().log_prob(x) + (model->network().log_density(x) - model->network().constant());
  Rng rng(1, "tilted_flow_test");
  CHECK(abilities.log_prob->of(x, rng).to_vector() == expected.to_vector());
  CHECK(abilities.target.log_prob(x).to_vector() == expected.to_vector());
}

TEST_CASE(
    "pictures show a hundred of the flow's samples by weight, and twenty samples with their neighbours") {
  const auto model = small_tilted("nce");
  const Examples images = images_of(30);
  const std::vector<Picture> pictures = model->pictures({images, images, 5});
  REQUIRE(pictures.size() == 2);
  CHECK(std::get<ImageGrid>(pictures[0].content).pixels.shape() == Shape{100, kSide, kSide});
  CHECK(std::get<ImageGrid>(pictures[1].content).pixels.dim(0) == 2 * 20);
}

TEST_CASE("samples are the flow's, these by weight, or codes that walked") {
  // Of a weight e^(-|x - m|^2 / 2), a flow that is N(0, I) itself has N(m / 2, I / 2) left.
  const auto flow_model =
      small_model<Fce>("fce", {"flow_couplings=2", "flow_hidden=4"}, toy_shape("gaussian"));
  const CouplingFlow& flow = flow_model->flow();
  const Noise noise = noise_of(flow);
  const Tensor m = tensor({1.0F, -0.5F}, {2});
  Weighted weighted{noise, &flow, [&](const Tensor& x) { return -0.5 * sum(square(x - m), 1); }};
  constexpr int64_t kCount = 4000;
  for (const auto& [draw, own_pools] : {std::pair{ContrastDraw::energy, false},
                                        {ContrastDraw::energy, true},
                                        {ContrastDraw::langevin, false}}) {
    weighted.own_pools = own_pools;
    Rng rng(3, "tilted_flow_test");
    const Tensor x =
        drawn_again(weighted, {.draw = draw, .pool = 200, .walk = 60, .walk_step = 0.2}, kCount, rng);
    CHECK(x.shape() == Shape{kCount, 2});
    // Six standard errors.
    const double far = 6 * std::sqrt(0.5 / kCount);
    for (size_t i = 0; i < 2; ++i) CHECK(std::abs(mean(x, 0).to_vector()[i] - m.to_vector()[i] / 2) < far);
    CHECK(std::abs(mean(square(x - m / 2.0)).item() - 0.5) < 6 * 0.5 / std::sqrt(kCount));
  }
  Rng one(5, "tilted_flow_test");
  // One of three, of which the third has all the weight, is the third of each three.
  int64_t asked = 0;
  const Noise counted{[&](int64_t n, Rng&) {
                        return reshape(cast(arange(2 * n, DType::i64), DType::f32), {n, 2});
                      },
                      {}};
  const Weighted third{counted, nullptr,
                       [&](const Tensor& x) {
                         asked += x.dim(0);
                         Tensor heavy = zeros({x.dim(0)});
                         for (int64_t i = 2; i < x.dim(0); i += 3) heavy.mutable_data<float>()[i] = 100;
                         return heavy;
                       },
                       true};
  CHECK(drawn_again(third, {.pool = 3}, 3, one).to_vector() == std::vector<double>{4, 5, 10, 11, 16, 17});
  CHECK(asked == 9);
  Rng two = one;
  CHECK(drawn_again(weighted, {.draw = ContrastDraw::flow}, 30, one).to_vector() ==
        flow.sample(30, two).to_vector());
  check_refused("this noise has none", [&] {
    drawn_again({noise, nullptr, weighted.log_weight}, {.draw = ContrastDraw::langevin}, 3, one);
  });
}

TEST_CASE("noise that no classifier mistakes for an image is refused, and sides that do not halve twice") {
  check_refused("noise=fitted is too easy to distinguish from images",
                [] { small_tilted("nce", {"noise=fitted"}); });
  for (const char* name : {"nce", "fce"}) {
    check_refused("6x6 are not multiples of 4", [&] {
      options_for(name, {}, {.example = {6, 6}, .classes = 1});
    });
  }
}

}  // namespace
}  // namespace gradzoo
