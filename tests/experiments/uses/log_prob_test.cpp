#include <cmath>
#include <filesystem>

#include <doctest/doctest.h>
#include <nlohmann/json.hpp>

#include "experiments/refusals.h"
#include "gradzoo/autograd/ops.h"
#include "gradzoo/datasets/images/npy.h"
#include "gradzoo/experiments/opened_run.h"
#include "support/approx.h"

using namespace gradzoo;
using namespace gradzoo::test;

namespace {

constexpr const char* kTrained = " --threads 1 --data data --batch 20 --epochs 1 --set hidden=8 --out ";

// Three images of 8 x 8: black, white, grey.
void write_three(const std::string& folder) {
  const Tensor images = concat({zeros({1, 8, 8}), ones({1, 8, 8}), full({1, 8, 8}, 0.4)}, 0);
  save_npy(folder + "/three.npy", images);
  save_npy(folder + "/white.npy", ones({1, 8, 8}));
}

}  // namespace

TEST_CASE("of pure black and white the number is the model's own; differences and places follow from it") {
  const SmallRun run;
  run_ok(std::string("train made") + kTrained + "made", run.folder);
  write_three(run.folder);
  const auto told = json_of("log-prob made three.npy --json", run.folder);
  CHECK((told["run"] == "made" && told["model"] == "made" && told["meaning"] == "log p(x), exact"));
  CHECK((told["up_to_constant"] == false && told["is_bound"] == false && told["draws"] == 100));
  std::vector<double> nats;
  for (const auto& example : told["examples"]) nats.push_back(example["nats"]);
  REQUIRE(nats.size() == 3);
  {
    const InFolder inside(run.folder);
    OpenedRun made("made");
    Rng rng(1);
    const Tensor pure = concat(zeros({1, 64}), ones({1, 64}), 0);
    const std::vector<double> own = made.model->abilities().log_prob->of(pure, rng).to_vector();
    for (size_t i = 0; i < 2; ++i) CHECK(nats[i] == approx(own[i]).epsilon(1e-6));
  }
  CHECK(told["examples"][1]["nats_standard_error"] < 1e-6);
  CHECK(told["examples"][2]["nats_standard_error"] > 0.01);
  std::vector<int> places;
  for (size_t i = 0; i < 3; ++i) {
    const auto& example = told["examples"][i];
    CHECK(example["less_first"].get<double>() == approx(nats[i] - nats[0]));
    const auto above = std::ranges::count_if(nats, [&](double other) { return other > nats[i]; });
    CHECK(example["place"] == 1 + above);
    CHECK(example["name"] == "three.npy[" + std::to_string(i) + "]");
  }
  // The same whatever stands beside it, and by any number of threads.
  const auto alone = json_of("log-prob made white.npy three.npy --json --threads 2", run.folder);
  CHECK(alone["examples"][0]["nats"] == told["examples"][1]["nats"]);
  CHECK(alone["examples"][3]["nats"] == told["examples"][2]["nats"]);
  CHECK(std::filesystem::exists(run.folder + "/made/samples/log-prob-seed0.png"));
  CHECK(json_of("log-prob made three.npy --json -n 7", run.folder)["draws"] == 7);
  const std::string text = run_ok("log-prob made three.npy", run.folder).out;
  check_says(text, {"log p(x), exact; mean of 100 draws", "minus the first", "three.npy[2]",
                    "Likely images are not always good"});
  CHECK_FALSE(contains(text, "log Z"));
  CHECK_FALSE(contains(text, "bound"));
}

TEST_CASE("an energy's numbers have a constant that cancels, and share their noise") {
  const SmallRun run;
  run_ok(std::string("train ebm --set sample_steps=5 --set data_noise=0.3") + kTrained + "ebm", run.folder);
  write_three(run.folder);
  const std::string text = run_ok("log-prob ebm three.npy", run.folder).out;
  check_says(text, {"f(x + 0.3 z)", "log Z is unknown", "a difference of log p"});
  const auto told = json_of("log-prob ebm three.npy white.npy --json", run.folder);
  CHECK(told["up_to_constant"] == true);
  const auto& examples = told["examples"];
  CHECK(examples[0]["less_first_standard_error"] == 0);
  CHECK(examples[3]["less_first"] == examples[1]["less_first"]);
  // Were each to have noise of its own, the errors of a difference would add up in squares.
  save_npy(run.folder + "/near.npy", full({1, 8, 8}, 0.99));
  const auto pair = json_of("log-prob ebm white.npy near.npy --json", run.folder)["examples"];
  const double apart =
      std::hypot(pair[0]["nats_standard_error"].get<double>(), pair[1]["nats_standard_error"].get<double>());
  CHECK(pair[1]["less_first_standard_error"].get<double>() < 0.3 * apart);
  const auto white = json_of("log-prob ebm white.npy white.npy --json --seed 3", run.folder);
  CHECK(white["examples"][1]["less_first"] == 0);
  CHECK((white["examples"][0]["place"] == 1 && white["examples"][1]["place"] == 2));
  CHECK(white["examples"][0]["nats"] != examples[3]["nats"]);  // another seed
}

TEST_CASE("of points a chart is drawn; a bound says what its differences are not") {
  const ScratchDirectory scratch;
  const std::string folder = scratch.file("");
  run_ok("train realnvp --data ring8 --steps 3 --threads 1 --set hidden=8 --out flow", folder);
  save_npy(scratch.file("points.npy"), tensor({0, 0, 1, 1, 50, 50}, {3, 2}));
  const auto told = json_of("log-prob flow points.npy --json", folder);
  CHECK((told["draws"] == 1 && told["examples"][0]["nats_standard_error"].is_null()));
  CHECK(told["examples"][2]["place"] == 3);
  CHECK(read_file(scratch.file("flow/samples/log-prob-seed0.svg")).starts_with("<svg"));
  CHECK_FALSE(contains(run_ok("log-prob flow points.npy --out x.svg", folder).out,
                       "Likely images are not always good"));
  check_refused("log-prob flow points.npy --out x.png", folder, {"x.png", ".svg"});
  const SmallRun run;
  write_three(run.folder);
  check_says(run_ok("log-prob run three.npy", run.folder).out,
             {"lower bound of", "difference of two bounds is not a bound"});
}

TEST_CASE("without a density, without a file or with a wrong one it says what to do") {
  const SmallRun run;
  run_ok("train gan --threads 1 --data data --batch 20 --steps 2 --set net=mlp --out gan", run.folder);
  write_three(run.folder);
  check_refused("log-prob gan three.npy", run.folder,
                {"gan, which has neither a density nor an energy", "made", "vae", "ebm"});
  run_ok(std::string("train score --set net=vector") + kTrained + "score", run.folder);
  check_refused("log-prob score three.npy", run.folder, {"has only a score", "--set net=energy"});
  check_refused("log-prob run", run.folder, {"no file is given", "Hint: gradzoo log-prob"});
  check_refused("log-prob run none.png", run.folder, {"none.png"});
}
