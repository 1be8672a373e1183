#include "gradzoo/models/dde/dde.h"

#include <cmath>

#include <doctest/doctest.h>

#include "gradzoo/autograd/grad.h"
#include "gradzoo/autograd/ops.h"
#include "gradzoo/autograd/tape.h"
#include "gradzoo/models/base/density_quantities.h"
#include "gradzoo/models/networks/noise_path.h"
#include "gradzoo/models/pictures/image_pictures.h"
#include "support/approx.h"
#include "support/error_message.h"
#include "support/small_model.h"
#include "support/tensor_values.h"

namespace gradzoo {
using namespace test;
namespace {

TEST_CASE("of the true noisy density the offset is one constant, and the KL 0") {
  const double sigma = 0.3;
  const auto noisy = make_toy("gaussian");
  // A Gaussian toy with noise is a Gaussian: f = log p^ + 5.
  Rng rng(1, "dde_test");
  const Tensor many = noisy->sample(1'000'000, rng, DType::f64);
  const Tensor centre = mean(many, 0), away = many - centre;
  const Tensor covariance = matmul(away, away, true) / 1e6 + eye(2, DType::f64) * (sigma * sigma);
  const auto wider = make_gaussian(centre, covariance);
  const auto log_density = [&](double scale) {
    return dde_fit(*noisy, sigma, [&](const Tensor& x) { return wider->log_prob(x) * scale + 5.0; });
  };
  const DdeFit right = log_density(1);
  CHECK(right.offset.sd < 0.01);
  CHECK(right.offset.largest < 0.05);
  CHECK(std::abs(right.kl) < 1e-3);
  // A log-density a tenth too steep: the offset is a tenth of log p^'s own spread, in the plane of sd 1.
  const DdeFit steep = log_density(1.1);
  CHECK(steep.offset.sd == approx(0.1).epsilon(0.05));
  // log p^ falls from its mean as 1 - r^2 / 2 does: by log 100 - 1 where 99 % lie within.
  CHECK(steep.offset.largest == approx(0.1 * (std::log(100.0) - 1)).epsilon(0.05));
  // KL(N(0,1) || N(0,1/1.1)) in two dimensions: 1.1 - 1 - log 1.1.
  CHECK(steep.kl == approx(0.1 - std::log(1.1)).epsilon(0.05));
}

TEST_CASE("a step's loss is |grad f + e|^2 / sigma^2 a number, over +e and -e, f = sigma^2 log p^") {
  const DataShape ring = toy_shape("ring8");
  const auto model = small_model<Dde>("dde", {"hidden=8", "sigma=0.2", "ema=0"}, ring);
  Rng points(1, "dde_test"), draws(0, "dde/noise");
  const Tensor x = ring.toy->sample(20, points), e = randn({20, 2}, draws) * 0.2;
  double wanted = 0;
  for (const double sign : {1.0, -1.0}) {
    const Tensor at = (x + e * sign).clone().requires_grad_();
    const Tape tape;
    const Tensor f = model->log_density(at) * 0.04;
    wanted += mean(square(grad(sum(f), at) + e * sign)).item() / 0.04 / 2;
  }
  CHECK(step_on(*model, x, 0)[model->metrics()[0].key()] == approx(wanted).epsilon(1e-4));
}

TEST_CASE("the generator goes down the gap of the densities of its own and of the true data") {
  const DataShape ring = toy_shape("ring8");
  const auto train = [&](const char* fake_density) {
    auto model = small_model<Dde>(
        "dde",
        {"hidden=64,64", "generator_hidden=32,32", "generator=true", "ema=0", "sigma=0.2", fake_density},
        ring);
    Rng points(2, "dde_test");
    for (int64_t step = 0; step < 700; ++step)
      step_on(*model, ring.toy->sample(200, points), 0.003, step, 700);
    return model;
  };
  const auto spread = [](Dde& model) {
    Rng rng(3, "samples");
    return sum(var_axis(model.sample({.n = 2000, .rng = rng}), 0)).item();
  };
  Rng points(4, "dde_test");
  const double truth = sum(var_axis(ring.toy->sample(2000, points), 0)).item();
  const double both = spread(*train("fake_density=true")), alone = spread(*train("fake_density=false"));
  CHECK(both > 0.5 * truth);
  CHECK(alone < 0.5 * both);
}

TEST_CASE("without a generator samples are chains on f_p, and modes are counted of a generator's alone") {
  const DataShape ring = toy_shape("ring8");
  const auto plain = small_model<Dde>("dde", {"hidden=8", "chain_steps=3"}, ring);
  const auto drawing = small_model<Dde>("dde", {"hidden=8", "generator=true", "generator_hidden=8"}, ring);
  Rng points(5, "dde_test"), rng(6, "dde_test");
  const Examples held_out{ring.toy->sample(50, points), Tensor(), arange(50, DType::i64)};
  CHECK(plain->sample({.n = 5, .rng = rng}).shape() == Shape{5, 2});
  CHECK(plain->validate({held_out, held_out, 1, ring.toy.get()}).find(kModesCovered) == nullptr);
  CHECK(drawing->validate({held_out, held_out, 1, ring.toy.get()}).find(kModesCovered) != nullptr);
}

TEST_CASE("samples are ends of Langevin chains from all over the box, their noise taken away") {
  const DataShape shape = toy_shape("gamma");
  const auto model =
      small_model<Dde>("dde", {"hidden=8", "sigma=0.3", "chain_step=0.5", "chain_steps=4", "ema=0"}, shape);
  Rng a(7, "dde_test"), b(7, "dde_test");
  const Box box = shape.toy->box();
  const double low = box.low[0], high = box.high[0];
  Tensor x = rand({9, 1}, b) * (high - low) + low;
  const Target target = model->abilities().target;
  for (int64_t step = 0; step < 4; ++step) {
    const double e = 0.5 * 0.09;
    x = x + score_of(target, x) * e + randn({9, 1}, b) * std::sqrt(2 * e);
  }
  const Tensor wanted = x + score_of(target, x) * 0.09;
  CHECK(max_error(model->sample({.n = 9, .rng = a}), wanted.to_vector()) < 1e-4);
}

TEST_CASE("held out, the error is that of +e and of -e, and an evaluation tells the offset's spread") {
  const DataShape ring = toy_shape("ring8");
  const auto model = small_model<Dde>("dde", {"hidden=8", "sigma=0.2", "ema=0"}, ring);
  Rng points(8, "dde_test"), draws(5, "dde/evaluation");
  const Examples held_out{ring.toy->sample(40, points), Tensor(), arange(40, DType::i64)};
  const Tensor e = randn({40, 2}, draws) * 0.2;
  double wanted = 0;
  for (const double sign : {1.0, -1.0}) {
    const Tensor at = (held_out.values + e * sign).clone().requires_grad_();
    const Tape tape;
    wanted += mean(square(grad(sum(model->log_density(at)), at) * 0.2 + e * (sign / 0.2))).item() / 2;
  }
  const Quantities found = model->evaluate({held_out, held_out, 5, ring.toy.get()});
  CHECK(found[kDdeError].value == approx(wanted).epsilon(1e-4));
  const DdeFit fit = dde_fit(*ring.toy, 0.2, [&](const Tensor& x) { return model->log_density(x); });
  CHECK(found[kDdeOffsetSd].value == approx(fit.offset.sd));
  CHECK(found[kDdeOffsetMax].value == approx(fit.offset.largest));
  CHECK(found[kKl].value == approx(fit.kl));
}

TEST_CASE("the generator is judged at its samples with noise") {
  const DataShape ring = toy_shape("ring8");
  const auto model = small_model<Dde>(
      "dde", {"hidden=8", "sigma=0.4", "generator=true", "generator_hidden=8", "fake_density=false", "ema=0"},
      ring);
  Rng points(9, "dde_test"), draws(0, "dde/noise");
  const Tensor x = ring.toy->sample(30, points);
  randn({30, 2}, draws);  // the noise on the data
  const Tensor fakes = model->sample({.n = 30, .rng = draws}), noisy = fakes + randn({30, 2}, draws) * 0.4;
  const double wanted = -mean(model->log_density(noisy)).item();
  CHECK(step_on(*model, x, 0)["fake_gap_nats"] == approx(wanted).epsilon(1e-4));
}

/// A small model of images at noise from .8 down to .2, and its images.
struct Levels {
  explicit Levels(std::vector<std::string> more = {}) {
    more.insert(more.begin(),
                {"net=mlp", "hidden=12,12", "sigma=0.2", "sigma_begin=0.8", "ema=0", "schedule=constant"});
    model = small_model<Dde>("dde", more, {.example = {4, 4}});
  }
  Rng rng{12, "dde_test"};
  std::unique_ptr<Dde> model;
  Tensor x = rand({10, 16}, rng);
  // As Dde draws them.
  static Tensor drawn(int64_t n, double least, Rng& draws) {
    return exp(reshape(stratified_times(n, draws), {n, 1}) * std::log(0.8 / least) + std::log(least));
  }
};

TEST_CASE("at all levels the loss is |sigma grad f + e|^2 of images in [-1,1]") {
  const Levels levels;
  Rng draws(0, "dde/noise");
  const Tensor e = randn({10, 16}, draws), sigma = Levels::drawn(10, 0.2, draws);
  const Tensor at = (levels.x * 2.0 - 1.0 + e * sigma).clone().requires_grad_();
  double wanted = 0;
  {
    const Tape tape;
    Tensor f;
    for (int64_t i = 0; i < 10; ++i) {  // each at its own level, in the data's units
      const double level = sigma.data<float>()[i] / 2;
      const Tensor one = levels.model->log_density((at.rows(i, i + 1) + 1.0) * 0.5, level);
      f = i == 0 ? one : concat(f, one, 0);
    }
    wanted = mean(square(grad(sum(f), at) * sigma + e)).item();
  }
  CHECK(step_on(*levels.model, levels.x, 0)["density_error"] == approx(wanted).epsilon(1e-4));
}

TEST_CASE("a net of zeros leaves the density of a denoiser that shrinks towards the data's mean") {
  const Levels levels;
  Rng rng(9, "dde_test");
  const Tensor bytes = cast(floor(rand({50, 4, 4}, rng) * 256.0), DType::u8);
  levels.model->prepare({bytes, Tensor(), arange(50, DType::i64)});
  State state;
  levels.model->register_state(state);
  for (const char* name : {"density.net.out.weight", "density.net.out.bias"}) {
    Tensor values = std::get<Tensor>(state.find(name)->target);
    std::fill_n(values.mutable_data<float>(), values.size(), 0.0f);
  }
  const Tensor seen = flatten_rows(cast(bytes, DType::f64)) / 255.0;
  const Tensor centre = mean(seen, 0, true);
  const double v = mean(square(seen - centre)).item() * 4;  // in [-1,1]
  CHECK(std::get<Tensor>(state.find("dde.data_variance")->target).item() == approx(v));
  CHECK(max_error(std::get<Tensor>(state.find("dde.data_mean")->target), (centre * 2.0 - 1.0).to_vector()) <
        1e-6);
  const Tensor apart = sum(square(cast(levels.x, DType::f64) - centre), 1) * 4.0;
  for (const double sigma : {0.1, 0.4}) {
    const double s = sigma * 2;
    // r = m + v/(v + s^2) (x - m), so x - r = s^2/(v + s^2) (x - m), and f = -|x - r|^2 / (2 s^2).
    const Tensor wanted = apart * (-0.5 * s * s / ((v + s * s) * (v + s * s)));
    CHECK(max_error(levels.model->log_density(levels.x, sigma), wanted.to_vector()) < 1e-4);
  }
}

TEST_CASE("scores at any noise are those of the log-density there, in the data's units") {
  const Levels levels;
  const Target target = levels.model->abilities().target;
  for (const double sigma : {0.1, 0.4}) {
    const Tensor at = levels.x.clone().requires_grad_();
    const Tape tape;
    const Tensor wanted = grad(sum(levels.model->log_density(at, sigma)), at);
    CHECK(max_error(target.noisy_score(levels.x, sigma), wanted.to_vector()) < 1e-4);
  }
  CHECK(target.data_noise == 0.1);
  CHECK(target.noise_range.least == 0.1);
  check_refused("noise of 0.05 is below 0.1", [&] { noisy_score_of(target, levels.x, 0.05); });
}

TEST_CASE("first the data's density learns alone, the fakes' begins as it, and then the data's stays") {
  const Levels levels({"generator=true", "latent=3", "density_steps=3", "fake_steps=2", "channels=8",
                       "generator_sigma=0.5", "generator_lr=0.001"});
  State state;
  levels.model->register_state(state);
  const auto weights = [&](const std::string& part) {
    std::vector<double> all;
    for (const State::Entry& entry : state.entries()) {
      if (!entry.name.starts_with(part) || entry.name.starts_with(part + "optimizer.")) continue;
      if (const Tensor* tensor = std::get_if<Tensor>(&entry.target)) {
        const std::vector<double> values = tensor->to_vector();
        all.insert(all.end(), values.begin(), values.end());
      }
    }
    REQUIRE_FALSE(all.empty());
    return all;
  };
  const auto fakes = weights("fake_density."), generator = weights("generator."), data = weights("density.");
  for (int64_t step = 0; step < 2; ++step) step_on(*levels.model, levels.x, 0.01, step, 6);
  CHECK(weights("fake_density.") == fakes);
  CHECK(weights("density.") != data);
  step_on(*levels.model, levels.x, 0.01, 2, 6);
  CHECK(weights("fake_density.") == weights("density."));
  CHECK(weights("generator.") == generator);
  const auto learned = weights("density.");
  step_on(*levels.model, levels.x, 0.01, 3, 6);
  CHECK(weights("density.") == learned);
  CHECK(weights("fake_density.") != weights("density."));
  CHECK(weights("generator.") != generator);
}

TEST_CASE("steps of the data's density shorten to nothing while it learns alone") {
  const auto moved = [](int64_t step) {
    const Levels levels({"generator=true", "latent=3", "density_steps=100", "channels=8"});
    State state;
    levels.model->register_state(state);
    const Tensor weight = std::get<Tensor>(state.find("density.net.out.weight")->target),
                 before = weight.clone();
    step_on(*levels.model, levels.x, 0.01, step, 200);
    return max(abs(weight - before)).item();
  };
  CHECK(moved(99) == approx(moved(0) / 100).epsilon(0.1));
}

TEST_CASE("the generator's least noise falls over the run, and its loss weighs gaps by their noise") {
  const Levels levels({"generator=true", "latent=3", "fake_density=false", "channels=8",
                       "generator_sigma=0.6", "density_steps=0"});
  const Tensor gaps = tensor({1, 2, 3}, {3}), sigma = tensor({0.2, 0.4, 0.8}, {3, 1});
  CHECK(levels.model->generator_loss(gaps, sigma).item() == approx((1 + 2 * 2 + 3 * 4) / 3.0));
  Rng draws(0, "dde/noise");  // goes on as the model's own
  for (const int64_t step : {0, 9}) {
    randn({10, 16}, draws);
    Levels::drawn(10, 0.2, draws);  // of the data's density
    const double least = 0.6 * std::pow(0.2 / 0.6, static_cast<double>(step) / 10);
    const Tensor level = Levels::drawn(10, least, draws);
    const Tensor fakes = flatten_rows(levels.model->sample({.n = 10, .rng = draws})) * 2.0 - 1.0;
    const Tensor noisy = fakes + randn({10, 16}, draws) * level;
    const double wanted = mean(levels.model->gap(noisy, level)).item();
    const double found = step_on(*levels.model, levels.x, 0, step, 10)["fake_gap_nats"];
    CHECK_MESSAGE(found == approx(wanted).epsilon(1e-3), step);
  }
}

TEST_CASE("samples come down the levels by each one's posterior; at the end the last noise is taken away") {
  const Levels levels({"chain_steps=3"});
  Rng rng(9, "dde_test");
  const Tensor bytes = cast(floor(rand({50, 4, 4}, rng) * 256.0), DType::u8);
  levels.model->prepare({bytes, Tensor(), arange(50, DType::i64)});
  const Tensor centre = mean(flatten_rows(cast(bytes, DType::f32)) / 255.0, 0, true);
  Rng a(7, "dde_test"), b(7, "dde_test");
  const Target target = levels.model->abilities().target;
  const auto score = [&](const Tensor& x, double sigma) { return target.noisy_score(x, sigma); };
  double sigma = 0.4;  // in the data's units
  Tensor x = randn({6, 16}, b) * sigma + centre;
  for (int i = 0; i < 3; ++i) {
    // x' given x and E[x_1 | x] = x + sigma^2 s, at s' = sigma / 4^(1/3): Ho et al. 2020, eqs. 6-7.
    const double next = sigma / std::cbrt(4.0), kept = next * next / (sigma * sigma);
    const Tensor guess = x + score(x, sigma) * (sigma * sigma);
    x = guess + (x - guess) * kept + randn({6, 16}, b) * (next * std::sqrt(1 - kept));
    sigma = next;
  }
  x = x + score(x, sigma) * (sigma * sigma);
  const Tensor wanted = as_examples(x, {.example = {4, 4}});
  CHECK(max_error(levels.model->sample({.n = 6, .rng = a}), wanted.to_vector()) < 1e-4);
}

TEST_CASE("a U-Net begins as the denoiser of a Gaussian, and learns") {
  const auto model = small_model<Dde>(
      "dde", {"net=unet", "channels=8", "ema=0", "schedule=constant", "lr=0.003"}, {.example = {6, 5}});
  Rng rng(12, "dde_test");
  // A row of each image is white throughout, or black.
  const Tensor bytes = cast(bernoulli(full({20, 6, 1}, 0.5), rng) * full({20, 6, 5}, 255), DType::u8);
  model->prepare({bytes, Tensor(), arange(20, DType::i64)});
  const Tensor x = flatten_rows(cast(bytes, DType::f32)) / 255.0;
  const Tensor noisy = x + randn(x.shape(), rng) * 0.3;
  // It says 0 at first, so r shrinks towards the mean: sigma^2 grad f = -sigma^4/(v + sigma^2)^2 (x - m).
  const Tensor centre = mean(x, 0, true);
  const double v = mean(square(x - centre)).item(), share = 0.09 / (v + 0.09);
  const Tensor moved = model->abilities().target.noisy_score(noisy, 0.3) * 0.09;
  CHECK(max_error(moved, ((noisy - centre) * (-share * share)).to_vector()) < 1e-5);
  double first = 0, last = 0;
  for (int64_t step = 0; step < 60; ++step) {
    const double error = step_on(*model, x, 0.003, step, 60)["density_error"];
    (step < 10 ? first : last) += step < 10 || step >= 50 ? error : 0;
  }
  CHECK(last < 0.8 * first);
}

TEST_CASE("a U-Net is of images at several levels") {
  check_refused("net=unet is for images", [] { small_model<Dde>("dde", {"net=unet"}, toy_shape("ring8")); });
  check_refused("Hint: set sigma_begin=3", [] {
    small_model<Dde>("dde", {"net=unet", "sigma_begin=0"}, {.example = {4, 4}});
  });
}

TEST_CASE("images are completed down the levels, from noise about the data's mean") {
  const DataShape shape{.example = {4, 4}};
  const auto model = small_model<Dde>("dde", {"channels=8", "sigma=0.02", "sigma_begin=3", "ema=0"}, shape);
  Rng rng(5, "dde_test");
  const Tensor bytes = cast(clamp(randn({300, 4, 4}, rng) * 0.1 + 0.4, 0, 1) * 255.0, DType::u8);
  const Tensor images = reshape(cast(bytes, DType::f32), {300, 16}) / 255.0;
  model->prepare({bytes, Tensor(), arange(300, DType::i64)});
  Tensor known = zeros({16});
  known.mutable_data<float>()[3] = 1;
  const Abilities able = model->abilities();
  CHECK(able.target.noise_range.least == approx(0.01));  // pixels in [-1, 1] are twice as long
  CHECK(able.target.noise_range.most == approx(1.5));
  double last = 0;
  Rng a(6, "dde_test"), b(6, "dde_test");
  const Tensor filled = able.inpaint({images, known, a, [&](double share) { last = share; }});
  CHECK(last == 1);

  const NoGrad quiet;
  const NoisePath path = geometric_path(3, 0.02);
  const auto predict = [&](const Tensor& x, double t) {
    const Tensor score = able.target.noisy_score(x * 0.5 + 0.5, path(t).noise / 2) * 0.5;
    return prediction_from_score(score, x, path(t));
  };
  const Tensor data = images * 2.0 - 1.0;
  const Tensor begin = randn({300, 16}, b) * 3.0 + mean(data, 0, true);
  const Tensor end = complete_path({path, predict, b, {}, {}}, ancestral_step, begin, {data, known}, 50, 10);
  const Tensor wanted = images * known + clamp(end * 0.5 + 0.5, 0, 1) * (1.0 - known);
  CHECK(max_error(filled, wanted.to_vector()) < 1e-3);
  CHECK(std::abs(mean(slice(filled, 1, 4, 16)).item() - 0.4) < 0.05);
}

TEST_CASE("a noise beyond the levels that were learned is refused") {
  const auto model = small_model<Dde>("dde", {"hidden=8", "sigma=0.2", "sigma_begin=2"}, toy_shape("ring8"));
  Rng rng(6, "dde_test");
  const Abilities able = model->abilities();
  check_refused("noise of 2.5 is above 2,", [&] { able.denoise({ones({2, 2}), 2.5, rng}); });
  CHECK(error_message([&] { able.denoise({ones({2, 2}), 0.1, rng}); }).empty());
}

}  // namespace
}  // namespace gradzoo
