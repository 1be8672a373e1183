#include "tools/ledger/ebm/image_figures.h"

#include <cmath>

#include <doctest/doctest.h>

#include "autograd/ops.h"

// Each figure plants the error that it is there for, and must see it.
namespace gradzoo {
namespace {

TEST_CASE("ebm.anomaly sees an energy of the wrong sign, and one that fails at one of the sets") {
  Rng rng(1, "image_figures_test");
  const Tensor dark = rand({200, 9}, rng) * 0.2, grey = rand({200, 9}, rng) * 0.3 + 0.05,
               bright = rand({200, 9}, rng) * 0.2 + 0.6;
  const auto measured = [&](double sign, const Tensor& fashion) {
    return measure_anomalies([&](const Tensor& x) { return mean(x, 1) * sign; }, dark, grey, fashion, rng);
  };
  const AnomalyFigures right = measured(1, bright), wrong = measured(-1, bright), blind = measured(1, dark);
  CHECK(right.noise.value > 0.99);
  CHECK(right.held_out.value > 0.6);
  CHECK(anomaly_figure(right) >= 1);
  CHECK(anomaly_figure(wrong) < 0.5);
  CHECK(blind.noise.value > 0.99);
  CHECK(anomaly_figure(blind) < 0.6);  // its Fashion-MNIST is like the digits
  CHECK(!measured(1, {}).fashion);
  CHECK(anomaly_figure(measured(1, {})) >= 1);
  CHECK(anomaly_figure(measured(-1, {})) < 0.5);
}

TEST_CASE("ebm.denoise sees guesses that leave the noise, or only cut it off at black and white") {
  Rng rng(2, "image_figures_test");
  const Tensor images = cast(rand({100, 400}, rng) * 2.0, DType::i64);  // 0 and 1
  const Tensor x = cast(images, DType::f32);
  const auto gain = [&](auto&& denoise) { return measure_denoising(denoise, x, 0.3, rng); };
  const DenoisingGain none = gain([](const Tensor& noisy) { return noisy; });
  CHECK(none.before.value == doctest::Approx(-20 * std::log10(0.3)).epsilon(0.01));
  CHECK(none.gain.value == 0);
  CHECK(gain([](const Tensor& noisy) { return clamp(noisy, 0, 1); }).gain.value < 5);
  CHECK(gain([&](const Tensor& noisy) { return x * 0.9 + noisy * 0.1; }).gain.value == doctest::Approx(20));
}

}  // namespace
}  // namespace gradzoo
