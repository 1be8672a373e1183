#include <cmath>
#include <filesystem>
#include <sstream>
#include <string>
#include <vector>

#include <doctest/doctest.h>
#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "experiments/refusals.h"
#include "gradzoo/autograd/ops.h"
#include "gradzoo/experiments/opened_run.h"
#include "gradzoo/experiments/uses/write_samples.h"
#include "gradzoo/models/pictures/image_pictures.h"

using namespace gradzoo;
using namespace gradzoo::test;

namespace {

// Of a CSV file of numbers.
std::vector<std::vector<double>> rows_of(const std::string& csv) {
  std::vector<std::vector<double>> rows;
  std::istringstream lines(csv);
  for (std::string line; std::getline(lines, line);) {
    std::istringstream fields(line);
    rows.emplace_back();
    for (std::string field; std::getline(fields, field, ',');) rows.back().push_back(std::stod(field));
  }
  return rows;
}

}  // namespace

TEST_CASE("What is wrong with a sampler is said before a run is opened, with the nearest right word") {
  const ScratchDirectory scratch;
  const std::string folder = scratch.file("");
  const std::pair<std::string, std::vector<std::string>> cases[] = {
      {"sample run --sampler malla", {"'malla'", "'mala'"}},
      {"sample run --sampler ula --set stp=1", {"'stp'", "'step'"}},
      {"sample run --sampler ula --set step=0", {"step is 0", "above 0"}},
      {"sample run --sampler ula --set step=-1", {"step is -1"}},
      {"sample run --sampler mala --set steps=0", {"steps is 0"}},
      {"sample run --sampler mh --set steps=10 --set warmup=10", {"warmup is 10", "fewer than steps"}},
      {"sample run --sampler mh --set convention=half", {"'convention'"}},
      {"sample run --sampler mala --set noise=0", {"'noise'"}},
      {"sample run --sampler ula --set convention=both", {"'both'", "half"}},
      {"sample run --sampler hmc --set leapfrog_steps=0", {"'leapfrog_steps'"}},
      {"sample run --sampler annealed --set sigmas=0.1,1", {"0.1, 1", "from the largest"}},
      {"sample run --sampler gibbs --set step=1", {"'step'"}},
      {"sample run --sampler ula", {"the run run does not exist"}},
  };
  for (const auto& [line, words] : cases) check_refused(line, folder, words);
}

TEST_CASE("A model that no chain can walk on is refused, and the hint names models that one can") {
  const SmallRun run;
  check_refused("sample run --sampler ula", run.folder,
                {"ula", "vae", "neither log-density nor score", "a run of ebm, score, "});
}

TEST_CASE("Chains walk on what a run has learned: one result at any thread count, and a table of them") {
  const ScratchDirectory scratch;
  const std::string folder = scratch.file("");
  run_ok("train dae --data ring8 --steps 200 --set hidden=16 --set chain_steps=5 --out run", folder);
  const std::string walk = "sample run -n 30 --seed 3 --set step=0.002 --set steps=40";
  for (const std::string sampler : {"ula", "mala", "mh", "hmc --set adapt=false"}) {
    const ProcessResult walked =
        run_ok(fmt::format("{} --out x.npy --threads 1 --sampler {}", walk, sampler), folder);
    const std::string name = sampler.substr(0, sampler.find(' '));
    for (const std::string& part : {fmt::format("{}: 30 chains, 40 steps of 0.002 (20 warm-up)", name),
                                    std::string("tail ESS"), std::string("x1"), std::string("x.npy")}) {
      CHECK_MESSAGE(contains(walked.out, part), walked.out);
    }
    run_ok(fmt::format("{} --out y.npy --threads 2 --sampler {}", walk, sampler), folder);
    CHECK(read_file(scratch.file("x.npy")) == read_file(scratch.file("y.npy")));
  }
  const std::string of_seed = read_file(scratch.file("x.npy"));
  const std::string other =
      "sample run -n 30 --seed 4 --set step=0.002 --set steps=40 --out y.npy --sampler hmc";
  run_ok(other + " --set adapt=false", folder);
  CHECK(read_file(scratch.file("y.npy")) != of_seed);
  run_ok(walk + " --sampler ula --set noise=0", folder);
  CHECK(std::filesystem::exists(scratch.file("run/samples/sample-ula-seed3.png")));
  check_refused("sample run --sampler ula --set step=10", folder, {"diverge", "step=1"});
  check_refused(
      "sample run --sampler gibbs", folder,
      {"gibbs needs a pair of conditionals", "a log-density with an extent", "mh, ula, mala, hmc, jumps"});
  const ProcessResult jumped = run_gradzoo("sample run -n 30 --sampler jumps --set steps=20", folder);
  CHECK_MESSAGE(contains(jumped.out, "jumps: 30 chains, 20 steps (10 warm-up), acceptance 0."), jumped.out);
  check_refused("sample run -n 3 --sampler jumps", folder, {"there are 3 chains", "4 or more"});
  const ProcessResult annealed =
      run_gradzoo("sample run -n 30 --sampler annealed --set sigmas=1,0.5 --set level_steps=20", folder);
  check_says(annealed.out, {"annealed: 30 chains, 40 steps", "the target has no noisy scores"});
}

TEST_CASE("What chains say of themselves can be read by a program") {
  const ScratchDirectory scratch;
  const std::string folder = scratch.file("");
  run_ok("train dae --data ring8 --steps 5 --set hidden=16 --set chain_steps=5 --out run", folder);
  const auto walked = nlohmann::json::parse(
      run_gradzoo("sample run --json -n 8 --sampler mala --set steps=20 --set step=0.001 --out x.csv", folder)
          .out);
  CHECK(walked["run"] == "run");
  CHECK(walked["file"] == "x.csv");
  CHECK(walked["samples"] == 8);
  const auto& walk = walked["walk"];
  CHECK(walk["sampler"] == "mala");
  CHECK(walk["steps"] == 20);
  CHECK(walk["warmup"] == 10);
  CHECK(walk["acceptance"].is_number());
  REQUIRE(walk["statistics"].size() == 2);
  CHECK(walk["statistics"][1]["name"] == "x1");
  CHECK(walk["divergences"].is_null());
  CHECK(walk["statistics"][1]["bulk_ess"].get<double>() > 0);
  CHECK(walk["statistics"][1]["tail_ess"].get<double>() > 0);
  CHECK(walk["statistics"][1]["rhat"].get<double>() > 0.9);
  CHECK(json_of("sample run --json --out y.csv", folder)["walk"].is_null());
}

TEST_CASE("Chains walk on a known density by its name, without a run") {
  const ScratchDirectory scratch;
  const std::string folder = scratch.file("");
  const auto drawn = [&](const std::string& line) {
    run_ok(line + " --out x.csv", folder);
    return rows_of(read_file(scratch.file("x.csv")));
  };
  // Correlation .6: chains of 100 time constants from N(0, I), 2,000 of them.
  double squares = 0, products = 0;
  const auto points = drawn("sample gaussian --sampler mala -n 2000 --set step=0.4 --set steps=300");
  REQUIRE(points.size() == 2000);
  for (const std::vector<double>& point : points) {
    squares += (point[0] * point[0] + point[1] * point[1]) / 4000;
    products += point[0] * point[1] / 2000;
  }
  CHECK(std::abs(squares - 1) < 0.1);     // standard errors .026
  CHECK(std::abs(products - 0.6) < 0.1);  // and .026
  // A chain that begins on a dark square never leaves them.
  for (const std::vector<double>& point : drawn("sample checkerboard --sampler mh -n 300 --set steps=20"))
    CHECK(std::fmod(std::floor(point[0]) + std::floor(point[1]), 2) == 0);
  CHECK(drawn("sample exponential --sampler hmc -n 5 --set steps=20")[4].size() == 1);

  const auto told = json_of("sample ring8 --sampler jumps -n 40 --set steps=20 --seed 3 --json", folder);
  CHECK(told["density"] == "ring8");
  CHECK(told["samples"] == 40);
  CHECK(told["seed"] == 3);
  CHECK(told["walk"]["sampler"] == "jumps");
  CHECK(told["file"] == "ring8-jumps-seed3.png");
  CHECK(std::filesystem::exists(scratch.file("ring8-jumps-seed3.png")));
  const std::string most =
      "sample ring8 --sampler mh -n 4 --set steps=1 --out most.npy --seed ";  // as train's
  run_ok(most + "9007199254740991", folder);
  check_refused(most + "9007199254740992", folder, {"--seed"});
  run_ok("sample gamma --sampler mh -n 40 --set steps=20", folder);
  CHECK(std::filesystem::exists(scratch.file("gamma-mh-seed0.svg")));
}

TEST_CASE("A run folder wins over a density of its name") {
  const ScratchDirectory scratch;
  const std::string folder = scratch.file("");
  run_ok("train nce --data two-moons --steps 2 --set hidden=4 --out ring8", folder);
  const auto told = json_of("sample ring8 --sampler mh -n 4 --set steps=4 --json", folder);
  CHECK(told["run"] == "ring8");
  CHECK(told["step"] == 2);
  CHECK(!told.contains("density"));
}

TEST_CASE("What has no density that is known, or no sampler, is refused with a hint") {
  const ScratchDirectory scratch;
  const std::string folder = scratch.file("");
  check_refused("sample mnist --sampler mala", folder, {"mnist is a dataset of images", "zoo/ebm", "ring8"});
  check_refused("sample bars-and-stripes --sampler flip", folder, {"no density", "such as ring8"});
  check_refused("sample ring8", folder, {"ring8 is a density, not a run", "--sampler mala"});
  check_refused("sample checkerboard --sampler mala", folder, {"needs a score", "--sampler mh"});
  check_refused("sample ring8 --sampler gibbs", folder, {"gibbs", "mh, ula, mala, hmc"});
  check_refused("sample ring8 --sampler mala --out x.svg", folder, {"x.svg", ".png"});
  check_refused("sample rin8 --sampler mala", folder, {"the run rin8 does not exist"});
  CHECK(contains(run_ok("--complete sample ri", folder).out, "ring8\ta known density"));
  CHECK(!contains(run_ok("--complete sample bar", folder).out, "bars-and-stripes"));
}

TEST_CASE("The list of samplers says what each needs") {
  const ProcessResult listed = run_ok("list samplers", "/tmp");
  check_says(listed.out,
             {"ula", "mala", "mh", "hmc", "annealed", "jumps", "flip", "gibbs", "log-density and score",
              "log-density of binary x", "pair of conditionals", "Hastings"});
}

TEST_CASE("Samples of the first class are those of a model that is told its label") {
  const SmallRun run;
  run_ok(std::string(kTrain) + "--steps 2 --set conditional=true --out told", run.folder);
  run_ok("sample told -n 6 --label 0 --out x.csv", run.folder);
  const std::string drawn = read_file(run.folder + "/x.csv");
  const InFolder inside(run.folder);
  const OpenedRun told("told");
  Rng rng = told.sample_stream();
  write_samples("y.csv", told.samples(6, rng, zeros({6}, DType::i64)), nullptr);
  CHECK(read_file(run.folder + "/y.csv") == drawn);
}

TEST_CASE("A class is asked for by its number or its folder's name; one without images is never drawn") {
  const SmallRun run;
  const auto done = [&](const std::string& line) {
    const ProcessResult result = run_ok(line, run.folder);
    return result.out;
  };
  done("data convert data pictures/");
  const std::string train =
      "train vae --steps 2 --batch 12 --set hidden=8 --set latent=2 --set conditional=true ";
  done(train + "--data data --set exclude=2 --out without");
  const std::string refusal = "is not a learned class. Hint: use 0, 1, 3";
  check_refused("sample without --label 2", run.folder, {"label 2 " + refusal});
  check_refused("sample without --label cat", run.folder, {"label cat " + refusal});
  check_refused("interpolate without --label 2", run.folder, {"label 2 " + refusal});
  for (const std::string part : {"train", "test"}) {
    std::filesystem::rename(run.folder + "/pictures/" + part + "/1",
                            run.folder + "/pictures/" + part + "/21");
    std::filesystem::rename(run.folder + "/pictures/" + part + "/3",
                            run.folder + "/pictures/" + part + "/13");
  }
  done(train + "--data pictures --out numbered");
  check_refused("sample numbered --label 1", run.folder, {"is not a learned class. Hint: use 0, 2, 13, 21"});
  for (const std::string part : {"train", "test"})
    std::filesystem::rename(run.folder + "/pictures/" + part + "/13",
                            run.folder + "/pictures/" + part + "/cat");
  done(train + "--data pictures --out named");
  check_refused("sample named --label 5", run.folder, {"Hint: use 0, 1 2, 2 21, 3 cat"});
  const auto drawn = [&](const std::string& label) {
    done("sample named -n 4 --out x.csv --label " + label);
    return read_file(run.folder + "/x.csv");
  };
  CHECK(drawn("cat") == drawn("3"));
  CHECK(drawn("cat") != drawn("0"));
  const InFolder inside(run.folder);
  for (const auto& [path, labels] : {std::pair{"without", std::vector<double>{0, 1, 3}},
                                     std::pair{"numbered", std::vector<double>{0, 2, 13, 21}}}) {
    const OpenedRun opened(path);
    Rng rng = opened.sample_stream(), same = opened.sample_stream();
    CHECK(opened.samples(5, rng).to_vector() ==
          opened.samples(5, same, any_labels(5, opened.model->labels())).to_vector());
    std::vector<double> known;
    for (const auto& [label, name] : opened.model->labels()) known.push_back(static_cast<double>(label));
    CHECK(known == labels);
  }
}
