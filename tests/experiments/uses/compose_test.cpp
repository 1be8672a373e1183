#include "gradzoo/samplers/compose.h"

#include <cmath>
#include <filesystem>

#include <doctest/doctest.h>
#include <nlohmann/json.hpp>

#include "experiments/refusals.h"
#include "gradzoo/autograd/ops.h"
#include "gradzoo/experiments/opened_run.h"
#include "gradzoo/experiments/uses/walk.h"
#include "samplers/denoised.h"
#include "support/approx.h"

using namespace gradzoo;
using namespace gradzoo::test;

namespace {

void train_run(const std::string& line, const std::string& folder) {
  run_ok("train " + line + " --threads 1", folder);
}

}  // namespace

TEST_CASE("points of a product have the moments that quadrature gives it, and are drawn over it") {
  const ScratchDirectory scratch;
  const std::string folder = scratch.file("");
  train_run("nce --data gaussian --steps 300 --out one", folder);
  train_run("nce --data mixture --steps 300 --out two", folder);
  train_run("dae --data ring8 --steps 5 --set weights=free --out field", folder);
  train_run("dae --data gamma --steps 5 --out line", folder);
  const std::string line = "compose one two one -n 400 --set steps=600 --set step=0.05";
  const ProcessResult text = run_ok(line, folder);
  check_says(text.out, {"mala: 400 chains", "by quadrature", "kl ", "compose-seed0.png"});
  CHECK(std::filesystem::exists(scratch.file("one/samples/compose-seed0.png")));
  const auto found = json_of(line + " --json --out x.png", folder);
  CHECK(found["runs"].size() == 3);
  CHECK(found["walk"]["sampler"] == "mala");
  CHECK(found["kl_nats"].get<double>() > 0);
  for (const auto& axis : found["axes"]) {
    const double off = axis["mean"].get<double>() - axis["mean_by_quadrature"].get<double>();
    CHECK(std::abs(off) < 3.9 * axis["mean_standard_error"].get<double>());  // 1 in 10,000
    const double spread = axis["standard_deviation_by_quadrature"];
    CHECK(axis["standard_deviation"].get<double>() == approx(spread).epsilon(0.2));
  }
  // A product does not hang on the order of its factors.
  const auto kl = [&](const std::string& runs) {
    const std::string out =
        run_gradzoo("compose " + runs + " -n 4 --set steps=4 --json --out x.png", folder).out;
    return nlohmann::json::parse(out)["kl_nats"].get<double>();
  };
  CHECK(kl("one two") == approx(kl("two one")).epsilon(1e-4));
  const ProcessResult scores = run_ok("compose one field -n 20 --set steps=20 --out y.png", folder);
  CHECK_MESSAGE(contains(scores.out, "ula: 20 chains"), scores.out);  // one has a score alone

  check_refused("compose one", folder, {"two or more runs"});
  check_refused("compose", folder, {"two or more runs"});
  check_refused("compose one line", folder, {"points of 2 numbers", "points of 1 numbers"});
  check_refused("compose one two --set steps=0", folder, {"steps is 0"});
  check_refused("compose one two --sampler malla", folder, {"'malla'", "'mala'"});
  check_refused("compose one field --sampler mala", folder, {"mala", "no log-density"});
}

TEST_CASE("images of a product, with what was learned by each run and how bright it is") {
  const SmallRun run;
  const std::string common = " --data data --batch 20 --epochs 1 --set hidden=8 --out ";
  train_run("ebm --set sample_steps=5 --set only=1" + common + "ones", run.folder);
  train_run("ebm --set sample_steps=5 --set ink=thick" + common + "thick", run.folder);
  train_run("score --set conditional=true" + common + "told", run.folder);
  train_run("ebm --set sample_steps=5 --data ring8 --steps 2 --out toy", run.folder);
  const std::string line = "compose ones thick -n 12 --set steps=30";
  const ProcessResult text = run_ok(line, run.folder);
  check_says(text.out, {"mala: 12 chains, 30 steps of 0.002", "mean_grey", "only=1", "ink=thick",
                        "mean grey value of its images"});
  CHECK(run_gradzoo(line + " --threads 2", run.folder).out == text.out);
  const auto found = json_of(line + " --json --out x.png", run.folder);
  REQUIRE(found["factors"].size() == 2);
  CHECK(found["factors"][0]["called_share"].is_null());  // a folder's images have no classifier of their own
  CHECK(found["factors"][1]["mean_grey"].get<double>() > found["factors"][0]["mean_grey"].get<double>());
  {  // of samples without the noise that chains walk in
    const InFolder inside(run.folder);
    OpenedRun ones("ones"), thick("thick");
    const std::vector<Target> factors = {ones.model->abilities().target, thick.model->abilities().target};
    const Target product = product_of_all(factors);
    const WalkOptions options("mala", Strings{"steps=30", "step=0.002"});
    const std::unique_ptr<Sampler> sampler = options.make();
    const Tensor x = walk(product, ones.shape, 12, *sampler, options.chains(), 0).chains.x;
    Rng rng(0, "compose");
    CHECK(found["mean_grey"].get<double>() ==
          approx(mean(clamp(denoised(product, x, product.data_noise, rng), 0, 1)).item()).epsilon(1e-5));
  }
  check_refused("compose ones toy", run.folder, {"images of 8x8", "points of 2 numbers"});
  check_refused("compose ones run", run.folder, {"neither a log-density nor a score"});
  check_refused("compose ones told", run.folder, {"conditional on a label", "conditional"});
}

TEST_CASE("each digit of a product is called one that a run has learned, or one that it has left out") {
  const ScratchDirectory scratch;
  const std::string folder = scratch.file("");
  for (const std::string options : {"--set only=8 --out eights", "--set exclude=8 --out rest"})
    train_run("ebm --data mnist --steps 1 --set sample_steps=2 --set hidden=8 " + options, folder);
  const auto found = json_of("compose eights rest -n 10 --set steps=4 --json --out x.png", folder);
  const auto& factors = found["factors"];
  REQUIRE(factors.size() == 2);
  CHECK(factors[0]["called_share"].get<double>() + factors[1]["called_share"].get<double>() == approx(1));
}

TEST_CASE("steps that suit the noise of a product are in the model's units") {
  const ScratchDirectory scratch;
  const std::string folder = scratch.file("");
  train_run("score --data ring8 --steps 2 --set toy_scale=100 --set hidden=8 --set sigma=0.5 --out a",
            folder);
  const auto found = json_of("compose a a -n 20 --set steps=20 --json", folder);
  CHECK(found["walk"]["step"].get<double>() == approx(0.0125));  // a tenth of 0.5^2 / 2
}
