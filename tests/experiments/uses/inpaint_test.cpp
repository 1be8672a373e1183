#include <cmath>
#include <tuple>
#include <vector>

#include <doctest/doctest.h>
#include <nlohmann/json.hpp>

#include "experiments/refusals.h"
#include "gradzoo/autograd/ops.h"
#include "gradzoo/autograd/plain.h"
#include "gradzoo/datasets/batches.h"
#include "gradzoo/experiments/opened_run.h"
#include "gradzoo/experiments/uses/classifiers.h"
#include "support/approx.h"

using namespace gradzoo;
using namespace gradzoo::test;

TEST_CASE("any half may be known, of any number of images, and the same is drawn again") {
  const SmallRun run;
  run_ok(
      "train dae --set chain_steps=5 --set hidden=8 --threads 1 --data data --batch 20 --epochs 1 "
      "--out dae",
      run.folder);
  const ProcessResult filled = run_ok("inpaint dae --keep left -n 4", run.folder);
  check_says(filled.out,
             {"4 test images, of which the left half is known", "hidden_error", "inpaint-left-seed0.png"});
  CHECK(run_gradzoo("inpaint dae --keep left -n 4 --threads 2", run.folder).out == filled.out);
  // A completion that is worse than none is reported.
  const auto numbers = json_of("inpaint dae --keep left -n 4 --json", run.folder);
  const bool worse = numbers["hidden_error"].get<double>() >= numbers["hidden_error_black"].get<double>();
  CHECK(numbers["warnings"].size() == (worse ? 1 : 0));
  CHECK(contains(filled.out,
                 "warning: the completion is farther from the hidden half than black pixels are") == worse);
  check_refused("inpaint run", run.folder,
                {"neither a score nor an energy", "Hint: use a run of ebm, score"});
  check_refused("inpaint dae --keep uper", run.folder, {"uper", "upper"});
}

TEST_CASE("the half that is told is known, and a classifier is asked what the other makes of it") {
  const ScratchDirectory scratch;
  const std::string folder = scratch.file("");
  run_ok("train dae --data mnist --set chain_steps=2 --set hidden=8 --threads 1 --steps 1 --out dae", folder);
  const InFolder inside(folder);
  OpenedRun dae("dae");
  const Batch batch = read_examples(dae.data().evaluation_examples(Split::test), 0, 20, Pixels::grey, Rng(0));
  const Tensor lit = reshape(batch.x, {20, 28, 28});
  const auto half = [&](int axis, int64_t begin) {  // alone, the rest black
    const Tensor part = slice(lit, axis, begin, begin + 14), dark = zeros_like(part);
    return reshape(begin == 0 ? concat(part, dark, axis) : concat(dark, part, axis), {20, 784});
  };
  const std::tuple<std::string, int, int64_t> halves[] = {
      {"upper", 1, 0}, {"lower", 1, 14}, {"left", 2, 0}, {"right", 2, 14}};
  for (const auto& [name, axis, begin] : halves) {
    const std::string keep = name;  // clang captures no structured binding
    CAPTURE(keep);
    const auto found = json_of("inpaint dae -n 20 --json --keep " + keep, folder);
    const Tensor shown = half(axis, begin), hidden = batch.x - shown;
    CHECK(found["hidden_error_black"].get<double>() ==
          approx(std::sqrt(sum(square(hidden)).item() / (20 * 392))).epsilon(1e-5));
    // Filled in by the same draws, its error summed over the hidden pixels one by one.
    Tensor known = zeros({784});
    for (int64_t i = 0; i < 784; ++i) {
      const int64_t at = axis == 1 ? i / 28 : i % 28;
      known.mutable_data<float>()[i] = at >= begin && at < begin + 14 ? 1.0F : 0.0F;
    }
    Rng rng(dae.seed(), "inpaint");
    const std::vector<double> filled =
        dae.model->abilities().inpaint({batch.x, known, rng, [](double) {}}).to_vector();
    const std::vector<double> truth = batch.x.to_vector(), seen = known.to_vector();
    double squares = 0;
    for (size_t i = 0; i < truth.size(); ++i)
      if (seen[i % 784] == 0) squares += (filled[i] - truth[i]) * (filled[i] - truth[i]);
    CHECK(found["hidden_error"].get<double>() == approx(std::sqrt(squares / (20 * 392))).epsilon(1e-5));
    CHECK(found["warnings"].size() == (found["hidden_error"] >= found["hidden_error_black"] ? 1 : 0));
    const SampleClassifier judge = digits_classifier();
    CHECK(found["called_right"] == accuracy(judge.probabilities(tensor(filled, {20, 784})), batch.labels));
    CHECK(found["called_right_black"] == accuracy(judge.probabilities(shown), batch.labels));
    CHECK(found["called_right_whole"] == accuracy(judge.probabilities(batch.x), batch.labels));
  }
}
