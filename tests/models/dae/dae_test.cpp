#include "models/dae/dae.h"

#include <cmath>

#include <doctest/doctest.h>

#include "gradzoo/autograd/grad.h"
#include "gradzoo/autograd/ops.h"
#include "support/approx.h"
#include "support/error_message.h"
#include "support/largest_difference.h"
#include "support/small_model.h"
#include "support/tensor_values.h"

namespace gradzoo {
using namespace test;
namespace {

const DataShape kImages{.example = {28, 28}};

// Points of the normal quadrature on a line: sum w g(x) = E g, x ~ N(mu, s^2).
struct Line {
  Tensor x, weight;  // (n)
};
Line normal_line(double mu, double s) {
  const Tensor z = arange(161, DType::f64) * 0.1 - 8.0;
  return {z * s + mu, exp(square(z) * -0.5) * (0.1 / std::sqrt(2 * 3.141592653589793))};
}

TEST_CASE("of a Gaussian, r(x) = (s^2 x + sigma^2 mu) / (s^2 + sigma^2) is the best denoiser") {
  const double mu = 0.7, s = 1.3, sigma = 0.4;
  const Line data = normal_line(mu, s), noise = normal_line(0, 1);
  const Shape pairs{161, 161};
  const Tensor x = reshape(broadcast_to(unsqueeze(data.x, 1), pairs), {161 * 161, 1});
  const Tensor eps = reshape(broadcast_to(noise.x, pairs), {161 * 161, 1});
  const Tensor weight = reshape(unsqueeze(data.weight, 1) * noise.weight, {161 * 161});
  const auto error = [&](double slope, double offset, Tensor* gradient) {
    Tensor theta = tensor({slope, offset}, {2}, DType::f64).requires_grad_();
    const Tape tape;
    const auto r = [&](const Tensor& y) { return y * slice(theta, 0, 0, 1) + slice(theta, 0, 1, 2); };
    const Tensor loss = sum(weight * denoising_error(r, x, x + eps * sigma));
    if (gradient) *gradient = grad(loss, theta);
    return loss.item();
  };
  const double total = s * s + sigma * sigma;
  Tensor gradient;
  const double best = error(s * s / total, sigma * sigma * mu / total, &gradient);
  CHECK(max_error(gradient, {0, 0}) < 1e-9);
  CHECK(best == approx(s * s * sigma * sigma / total).epsilon(1e-9));
  CHECK(error(1, 0, nullptr) == approx(sigma * sigma).epsilon(1e-9));

  // and its score is that of N(mu, s^2 + sigma^2)
  const auto r = [&](const Tensor& y) { return (y * (s * s) + sigma * sigma * mu) / total; };
  const Tensor at = wave({7, 1});
  CHECK(max_error(denoiser_score(r, at, sigma), ((mu - at) / total).to_vector()) < 1e-14);
}

TEST_CASE("the tied denoiser's density has the gradient (r(x) - x) / sigma^2, exactly") {
  Rng rng(1, "test");
  const TiedDenoiser tied(5, 9, 2, rng, DType::f64);
  for (const double sigma : {0.1, 1.0, 3.0}) {
    const Tensor x = wave({6, 5});
    const PointValue value =
        value_and_score({.log_prob = [&](const Tensor& y) { return tied.log_density(y, sigma); }}, x);
    const Tensor score = denoiser_score([&](const Tensor& y) { return tied.forward(y); }, x, sigma);
    CHECK(max_error(value.score, score.to_vector()) < 1e-12);
  }
}

TEST_CASE("the tied denoiser is W's(Wx + b) + c, written out") {
  Rng rng(2, "test");
  const TiedDenoiser tied(3, 4, 1, rng, DType::f64);
  const std::vector<NamedTensor> parameters = tied.named_parameters();
  const std::vector<double> w = parameters[0].tensor.to_vector(), b = parameters[1].tensor.to_vector(),
                            c = parameters[2].tensor.to_vector(), x = wave({1, 3}).to_vector();
  std::vector<double> wanted = c;
  for (size_t j = 0; j < 4; ++j) {
    double h = b[j];
    for (size_t i = 0; i < 3; ++i) h += w[3 * j + i] * x[i];
    for (size_t i = 0; i < 3; ++i) wanted[i] += w[3 * j + i] / (1 + std::exp(-h));
  }
  CHECK(max_error(tied.forward(wave({1, 3})), wanted) < 1e-14);
}

TEST_CASE("the denoising error is the squared distance to what was there before the noise") {
  const Tensor x = wave({4, 3}), eps = wave({4, 3}, DType::f64, 1);
  const auto stays = [](const Tensor& y) { return y; };
  CHECK(max_error(denoising_error(stays, x, x + eps * 0.5), (sum(square(eps), 1) * 0.25).to_vector()) <
        1e-14);
}

/// A model trained on N(0, 2^2) in the plane.
struct Trained {
  explicit Trained(const std::string& weights, const std::string& scale = "1")
      : dae(small_model<Dae>(
            "dae",
            {"weights=" + weights, "sigma=1", weights == "tied" ? "hidden=32" : "hidden=32,32",
             "chain_steps=100", "output=identity", "ema=0", "input_scale=" + scale},
            {.example = {2}})) {
    Rng rng(5, "test/data");
    for (int64_t step = 0; step < 3000; ++step) {
      const double rate = 0.02 * (1 - static_cast<double>(step) / 3000);
      last = step_on(*dae, randn({200, 2}, rng) * 2.0, rate, step, 3000)["denoising_error"];
      if (step == 0) first = last;
    }
  }
  std::unique_ptr<Dae> dae;
  double first = 0, last = 0;
};

TEST_CASE("training finds the denoiser of a Gaussian, whose best error is 2 s^2 sigma^2 / (s^2 + sigma^2)") {
  for (const std::string weights : {"tied", "free"}) {
    Trained trained(weights);
    CHECK(trained.last < trained.first / 2);
    CHECK(trained.last == approx(2 * 4 * 1 / 5.0).epsilon(0.2));
    // where noisy data lie, the score is nearly that of N(0, s^2 + sigma^2)
    Rng rng(6, "test");
    const Tensor x = randn({2000, 2}, rng) * std::sqrt(5.0), truth = x * -0.2;
    const Tensor miss = trained.dae->abilities().target.score(x) - truth;
    CHECK(mean(square(miss)).item() < 0.1 * mean(square(truth)).item());
  }
}

TEST_CASE("the target offers a score, and with tied weights its log-density, whatever the inputs' scale") {
  for (const std::string scale : {"1", "2.5"}) {
    Trained trained("tied", scale);
    const Target target = trained.dae->abilities().target;
    const Tensor x = wave({5, 2}, DType::f32);
    const PointValue by_autodiff = value_and_score({.log_prob = target.log_prob}, x);
    CHECK(max_error(by_autodiff.score, target.score(x).to_vector()) < 1e-4);
  }
  CHECK(!Trained("free").dae->abilities().target.log_prob);
}

TEST_CASE("samples have the data's spread: the chain's is wider by the noise, the last step takes that off") {
  Trained trained("tied");
  Rng rng(1, "test");
  const Tensor x = trained.dae->sample({2000, rng});
  CHECK(x.shape() == Shape{2000, 2});
  // r(x) has variance s^4 / (s^2 + sigma^2) = 3.2
  CHECK(mean(square(x)).item() == approx(3.2).epsilon(0.15));
  Rng start(2, "test");
  const Tensor from = trained.dae->abilities().target.initial(4000, start);
  CHECK(mean(square(from)).item() == approx(5).epsilon(0.1));
}

TEST_CASE("a request for samples may ask for other chains, and the next one has the run's again") {
  const auto dae = small_model<Dae>("dae", {"hidden=8", "chain_steps=3"}, {.example = {3, 4}});
  const auto drawn = [&](const std::vector<std::string>& options) {
    Rng rng(1, "test");
    return dae->sample({.n = 5, .rng = rng, .options = options}).to_vector();
  };
  const std::vector<double> three = drawn({});
  CHECK(drawn({"chain_steps=4"}) != three);
  CHECK(drawn({"chain_steps=3"}) == three);
  check_refused("from 1e-06 to 2", [&] { drawn({"chain_steps=5", "chain_step=9"}); });
  check_refused("did you mean 'chain_steps'", [&] { drawn({"chain_stpes=5"}); });
  CHECK(drawn({}) == three);
}

TEST_CASE("tied weights have one sigmoid layer, and options follow the data") {
  check_refused_options("dae", {{{"weights=tied", "hidden=8,8"}, kImages, "weights=free"},
                                {{"weights=tied", "activation=relu"}, kImages, "sigmoid"},
                                {{"weights=tied", "output=sigmoid"}, kImages, "weights=free"},
                                {{"sigma=0"}, kImages, "out of range"}});
  check_options("dae", {"weights=free", "hidden=8,8,8"}, toy_shape("ring8", {.scale = 5}),
                {"sigma=0.1", "input_scale=10"});  // in the model's units
  check_options("dae", {}, kImages, {"sigma=0.5", "weights=free"});
  check_options("dae", {}, toy_shape("ring8"), {"weights=tied"});
}

TEST_CASE("masking blanks a share of the pixels, learns to fill them in, and has no score") {
  const DataShape image{.example = {4, 4}};
  const auto made =
      small_model<Dae>("dae", {"noise=masking", "masked=0.25", "hidden=32", "chain_steps=3", "ema=0"}, image);
  // Rows are all lit or all dark: what is blank is told by its neighbours.
  Rng rng(3, "dae_test");
  const Tensor rows = bernoulli(full({200, 4, 1}, 0.5), rng);
  const Tensor x = reshape(broadcast_to(rows, {200, 4, 4}).clone(), {200, 16});
  std::map<std::string, double> first = step_on(*made, x, 0.003), last;
  for (int i = 0; i < 300; ++i) last = step_on(*made, x, 0.003);
  CHECK(last["error_per_noise"] < 0.3);
  // The noise is 1/4 of the lit pixels, 8 of 16.
  CHECK(first["denoising_error"] / first["error_per_noise"] == approx(2).epsilon(0.1));
  CHECK_FALSE(made->abilities().target.score);
  const Tensor drawn = made->sample({5, rng});
  CHECK(drawn.shape() == Shape{5, 4, 4});
  check_refused("Gaussian noise", [&] { small_model<Dae>("dae", {"noise=masking", "weights=tied"}, image); });
  check_refused("noise=masking needs pixels",
                [&] { small_model<Dae>("dae", {"noise=masking"}, toy_shape("ring8")); });
}

TEST_CASE("without noise it is an autoencoder: it has codes, and draws nothing") {
  const DataShape image{.example = {4, 4}};
  const auto made = small_model<Dae>(
      "dae", {"noise=none", "hidden=24,5,5,24", "activation=sigmoid", "output=identity", "ema=0"}, image);
  Rng rng(3, "dae_test");
  const Tensor x = rand({200, 16}, rng);
  std::map<std::string, double> last = step_on(*made, x, 0.003);
  const double first = last["denoising_error"];
  for (int i = 0; i < 300; ++i) last = step_on(*made, x, 0.003);
  CHECK(last["denoising_error"] < 0.7 * first);
  CHECK_FALSE(last.contains("error_per_noise"));
  const Abilities able = made->abilities();
  CHECK_FALSE(able.samples);
  CHECK_FALSE(able.target.score);
  // Those of the narrowest layer, after its activation.
  const Tensor codes = able.encode(x);
  CHECK(codes.shape() == Shape{200, 5});
  CHECK(min(codes).item() > 0);
  CHECK(max(codes).item() < 1);
  CHECK(largest_difference(able.encode(x.rows(7, 8).clone()), codes.rows(7, 8).clone()) < 1e-6);
  check_refused("draws no samples. Hint: use noise=gaussian", [&] { made->sample({5, rng}); });
  // Tied: s(Wx + b).
  const auto tied =
      small_model<Dae>("dae", {"noise=none", "weights=tied", "hidden=3", "input_scale=2"}, image);
  CHECK(tied->abilities().encode(x).shape() == Shape{200, 3});
  TiedDenoiser half(16, 3, 1, rng);
  const auto parameters = half.named_parameters();
  const Tensor by_hand = sigmoid(linear(x, parameters[0].tensor, parameters[1].tensor));
  CHECK(largest_difference(half.codes(x), by_hand) == 0);
}

TEST_CASE("the tied denoiser's hidden units switch at distances up to its reach") {
  Rng rng(4, "test");
  const TiedDenoiser tied(9, 300, 6, rng);
  const double largest = max(abs(tied.named_parameters()[1].tensor)).item();
  CHECK(largest <= 2);  // 6 / sqrt(9)
  CHECK(largest > 1.9);
}

}  // namespace
}  // namespace gradzoo
