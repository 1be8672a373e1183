#include <cmath>

#include <doctest/doctest.h>
#include <nlohmann/json.hpp>

#include "experiments/refusals.h"
#include "gradzoo/experiments/opened_run.h"
#include "support/approx.h"

using namespace gradzoo::test;
using nlohmann::json;

TEST_CASE("An evaluation of binary pixels says first what is cheap, and takes as many codes as it is told") {
  SmallRun run;
  run_ok(std::string(kTrain) + "--steps 2 --set pixels=dynamic-binary --out binary", run.folder);
  const ProcessResult shown = run_ok("eval binary --set importance_samples=7", run.folder);
  CHECK(shown.out.find("elbo") < shown.out.find("log_px"));
  check_says(shown.out, {"importance sampling with 7 samples", "standard error of the mean"});
  check_refused("eval binary --set importance_sample=7", run.folder, {"'importance_samples'"});
  check_refused("eval binary --set importance_samples=0", run.folder, {"out of range"});
  check_refused("eval run --set importance_samples=7", run.folder, {"'importance_samples'", "one of prior"});
}

TEST_CASE("A part that runs train on is refused, with the part that this one trained on") {
  const SmallRun run;
  check_refused("eval run --split train", run.folder, {"trained on 'fit'", "not 'train'", "--split test"});
  check_refused("eval run --split fit", run.folder, {"trained on 'fit'", "not 'fit'"});
}

TEST_CASE("JSON has each number of an evaluation with its own error, unit and meaning") {
  const SmallRun run;
  run_ok(std::string(kTrain) + "--steps 2 --set pixels=dynamic-binary --out binary", run.folder);
  run_ok(
      "train classifier --threads 1 --set net=mlp --set hidden=8,8 --batch 20 --epochs 2 --data data --out "
      "judge",
      run.folder);
  const InFolder inside(run.folder);
  for (const std::string name : {"run", "binary", "judge"}) {
    CAPTURE(name);
    const json read = json_of("eval " + name + " --threads 1 --json --split valid", run.folder);
    gradzoo::OpenedRun opened(name);
    const gradzoo::Examples examples = opened.data().evaluation_examples(gradzoo::Split::valid);
    CHECK(read["examples"] == examples.count());
    const gradzoo::Quantities found = opened.model->evaluate(opened.data().view(examples));
    REQUIRE(read["quantities"].size() == found.size());
    for (size_t i = 0; const gradzoo::Quantity& quantity : found) {
      const json& told = read["quantities"][i++];
      CAPTURE(quantity.name);
      CHECK(told["name"] == quantity.name);
      CHECK(told["value"].get<double>() == gradzoo::approx(quantity.value));
      CHECK(told["unit"] == quantity.unit);
      CHECK(told["meaning"] == quantity.meaning);
      CHECK(told["standard_error"].is_null() == std::isnan(quantity.error));
      if (!std::isnan(quantity.error))
        CHECK(told["standard_error"].get<double>() == gradzoo::approx(quantity.error));
    }
  }
}

TEST_CASE("The share of real images that a classifier calls by their label is that of all of them") {
  const ScratchDirectory scratch;
  const std::string folder = scratch.file("");
  write_small_dataset(scratch.file("data"), 120, 603, 8);  // more than are looked at at once
  run_ok(std::string(kTrain) + "--steps 2 --out run", folder);
  run_ok(
      "train classifier --threads 1 --set net=mlp --set hidden=8 --batch 20 --steps 6 --data data --out "
      "judge",
      folder);
  const json read = json_of("eval run --classifier judge -n 10 --json", folder);
  const json judged = json_of("eval judge --json", folder)["quantities"];
  for (const json& quantity : judged)
    if (quantity["unit"] == "percent")
      CHECK(read["classifier_called_right_share"].get<double>() ==
            gradzoo::approx(1 - quantity["value"].get<double>() / 100).epsilon(1e-6));
  CHECK(read["classifier_called_right_share"].get<double>() < 1);
}

TEST_CASE("What an integral's grid leaves open is called so, and no standard error") {
  const ScratchDirectory scratch;
  const std::string folder = scratch.file("");
  run_ok("train ebm --data ring8 --steps 5 --set hidden=8 --set sample_steps=5 --out run", folder);
  const ProcessResult shown = run_gradzoo("eval run", folder);
  CHECK(contains(shown.out, "err is the error of an integral on a grid"));
  const json read = json_of("eval run --json", folder);
  CHECK(read["run"] == "run");
  bool found = false;
  for (const json& quantity : read["quantities"]) {
    if (quantity["name"] != "log_z") continue;
    found = true;
    CHECK(quantity["standard_error"].is_null());
    CHECK(quantity["quadrature_error"].is_number());
  }
  CHECK(found);
}

TEST_CASE("A run whose name steers terminals is told without what steers them") {
  const SmallRun run;
  const std::string name = "r\x1b[31m\xff";
  std::filesystem::rename(run.folder + "/run", run.folder + "/" + name);
  for (const std::string command : {"eval", "sample", "compare", "report"}) {
    const ProcessResult result = run_gradzoo(command + " " + name, run.folder);
    CAPTURE(command);
    CHECK(result.status == 0);
    CHECK(contains(result.out, "r?[31m?"));
    CHECK_FALSE(contains(result.out + result.err, "\x1b"));
    CHECK_FALSE(contains(result.out + result.err, "\xff"));
  }
  check_refused("eval " + name + " --json", run.folder, {"not UTF-8", "rename"});
}

TEST_CASE("Samples of digits are held against the part that is asked for") {
  const ScratchDirectory scratch;
  const std::string folder = scratch.file("");
  run_ok("train gan --data mnist --steps 1 --set generator_hidden=8 --set discriminator_hidden=8 --out gan",
         folder);
  const auto of = [&](const std::string& split) {
    const ProcessResult result = run_ok("eval gan -n 20 --json --split " + split, folder);
    return json::parse(result.out);
  };
  const json test = of("test"), valid = of("valid");
  CHECK(valid["ruler"]["split"] == "valid");
  CHECK(valid["ruler"]["real"] != test["ruler"]["real"]);
}
