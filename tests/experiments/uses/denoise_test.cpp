#include <cmath>
#include <filesystem>

#include <doctest/doctest.h>
#include <nlohmann/json.hpp>

#include "experiments/refusals.h"
#include "gradzoo/autograd/ops.h"
#include "gradzoo/datasets/batches.h"
#include "gradzoo/datasets/images/npy.h"
#include "gradzoo/experiments/opened_run.h"
#include "gradzoo/models/eval/quadrature.h"
#include "gradzoo/models/eval/sample_metrics.h"
#include "support/approx.h"

using namespace gradzoo;
using namespace gradzoo::test;

TEST_CASE("of images PSNR is told before and after, the same at any number of threads") {
  const SmallRun run;
  run_ok("train score --threads 1 --data data --batch 20 --epochs 1 --set hidden=8 --out score", run.folder);
  const ProcessResult denoised = run_ok("denoise score --sigma 0.4 -n 4", run.folder);
  check_says(denoised.out,
             {"4 test examples of", "noise of 0.4", "psnr_gain", "dB", "denoise-0.4-seed0.png"});
  CHECK(run_gradzoo("denoise score --sigma 0.4 -n 4 --threads 2", run.folder).out == denoised.out);
  // Of test images, and a guess is of pixels: in [0, 1].
  const auto numbers = json_of("denoise score --sigma 0.4 -n 4 --seed 3 --json", run.folder);
  {
    const InFolder inside(run.folder);
    OpenedRun score("score");
    const Tensor clean = evenly_spread(score.data().evaluation_examples(Split::test), 4);
    Rng rng(3, "denoise");
    const Tensor noisy = clean + randn_like(clean, rng) * 0.4;
    const Tensor guess = score.model->abilities().denoise({noisy, 0.4, rng, {0, 1}});
    CHECK(min(guess).item() >= 0);
    const auto mean_psnr = [&](const Tensor& x) {
      return approx(mean_of_rows(psnr(x, clean)).value).epsilon(1e-5);
    };
    CHECK(numbers["psnr_noisy_db"].get<double>() == mean_psnr(noisy));
    CHECK(numbers["psnr_denoised_db"].get<double>() == mean_psnr(guess));
    CHECK(numbers["psnr_clipped_db"].get<double>() == mean_psnr(clamp(noisy, 0, 1)));
    // The gain is over what needs no model.
    CHECK(numbers["psnr_gain_db"].get<double>() ==
          approx(mean_of_rows(psnr(guess, clean) - psnr(clamp(noisy, 0, 1), clean)).value).epsilon(1e-5));
  }
  check_refused("denoise score --sigma 0", run.folder, {"'sigma'", "1e-12"});
  check_refused("denoise score --sigma much", run.folder, {"'sigma'", "'much'", "a number"});
  check_refused("denoise", run.folder, {"RUN is missing"});
}

TEST_CASE(
    "guesses that are worse than the clipped images are reported, and a flow begins inside its domain") {
  const SmallRun run;
  run_ok(
      "train realnvp --threads 1 --data data --batch 20 --epochs 1 --set channels=8 --set couplings=1 --set "
      "low_couplings=1 --out flow",
      run.folder);
  // Half of black pixels with noise lie below 0, where the flow's density is not defined.
  const auto numbers = json_of("denoise flow --sigma 0.3 -n 4 --json", run.folder);
  const double clipped = numbers["psnr_clipped_db"], guessed = numbers["psnr_denoised_db"];
  CHECK(guessed != clipped);
  CHECK(numbers["psnr_gain_db"].get<double>() == approx(guessed - clipped).epsilon(1e-4));
  const ProcessResult said = run_ok("denoise flow --sigma 0.3 -n 4", run.folder);
  const bool worse = guessed < clipped;
  CHECK(
      contains(said.out,
               "warning: the denoised examples are farther from the clean examples than the clipped noisy") ==
      worse);
  CHECK(numbers["warnings"].size() == (worse ? 1 : 0));
}

TEST_CASE("of points the distance is told, beside that of the best guess, which none goes below") {
  const ScratchDirectory scratch;
  const std::string folder = scratch.file("");
  run_ok("train dae --data ring8 --steps 300 --threads 1 --set hidden=64 --seed 7 --out run", folder);
  const auto numbers = json_of("denoise run --json -n 2000 --out x.png", folder);
  CHECK(numbers["run"] == "run");
  CHECK(numbers["examples"] == 2000);
  CHECK(numbers["sigma"] == 0.3);
  CHECK(numbers["seed"] == 7);  // the run's
  const double noisy = numbers["squared_distance_noisy"], guess = numbers["squared_distance_denoised"],
               exact = numbers["squared_distance_exact"];
  // 2 sigma^2 = .18, its standard error .18 / sqrt(2000); 3.9 of them
  CHECK(std::abs(noisy - 0.18) < 3.9 * 0.18 / std::sqrt(2000.0));
  CHECK(exact < 0.15);
  CHECK(guess >= exact);
  {
    const InFolder inside(folder);
    OpenedRun opened("run");
    Rng rng(7, "denoise");
    const Tensor points =
        read_examples(opened.data().evaluation_examples(Split::test), 0, 2000, Pixels::grey, rng).x;
    const Tensor with_noise = points + randn_like(points, rng) * 0.3;
    const Tensor best =
        cast(with_noise, DType::f64) + score_at(noised_toy(*opened.shape.toy, 0.3, 1200), with_noise) * 0.09;
    CHECK(exact == approx(sum(square(best - cast(points, DType::f64))).item() / 2000).epsilon(1e-6));
  }
  CHECK(std::filesystem::exists(scratch.file("x.png")));
  const ProcessResult fine = run_ok("denoise run --sigma 0.002 -n 10 --out y.png", folder);
  CHECK_FALSE(contains(fine.out, "exact"));  // too fine for the grid that the truth is known on
}

TEST_CASE("columns with scales of their own have noise in these") {
  const ScratchDirectory scratch;
  const std::string folder = scratch.file("");
  Rng rng(1, "denoise_test");
  const Tensor points = randn({3000, 2}, rng) * tensor({1000, 0.001}, {2});
  save_npy(scratch.file("points.npy"), points);
  run_ok("train score --data points.npy --steps 2 --set hidden=8 --out run", folder);
  const auto found = json_of("denoise run --sigma 0.5 -n 400 --json", folder);
  // The sum of 800 draws of (0.5 z)^2, over 400: standard error 5 %, and 2e-9 lies beyond 6 of them.
  CHECK(found["squared_distance_noisy"].get<double>() == doctest::Approx(0.5).epsilon(0.3));
  CHECK(contains(run_ok("denoise run --sigma 0.5 -n 400", folder).out, "in each column's scale"));
}
