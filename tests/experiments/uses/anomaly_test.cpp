#include <algorithm>
#include <filesystem>
#include <vector>

#include <doctest/doctest.h>
#include <nlohmann/json.hpp>

#include "experiments/refusals.h"
#include "gradzoo/autograd/ops.h"
#include "gradzoo/autograd/random.h"
#include "gradzoo/experiments/opened_run.h"
#include "gradzoo/models/eval/sample_metrics.h"
#include "support/approx.h"

using namespace gradzoo;
using namespace gradzoo::test;

namespace {

constexpr const char* kCommon = " --threads 1 --data data --batch 20 --epochs 2 --set hidden=8 --out ";

void train(const std::string& line, const std::string& folder) { run_ok("train " + line, folder); }

}  // namespace

TEST_CASE("each kind of model judges by what it has, and says what that is") {
  const SmallRun run;
  const std::pair<std::string, std::string> kinds[] = {
      {"ebm --set sample_steps=5", "-log p(x + 0.2 z)"},
      {"ebm --set sample_steps=5 --set data_noise=0 --set step=0.001", "-log p(x), up to the constant"},
      {"dae --set chain_steps=5", "the error of denoising"},
      {"vae --set latent=2 --set pixels=dynamic-binary", "lower bound of log p(x)"}};
  for (int i = 0; const auto& [model, statistic] : kinds) {
    const std::string out = "kind" + std::to_string(i++);
    train(model + kCommon + out, run.folder);
    const std::string judged = run_gradzoo("anomaly " + out + " --against noise -n 4", run.folder).out;
    check_says(judged, {statistic, "auroc", "uniform noise"});
  }
}

TEST_CASE("the others: a label, another set, another run both ways; what is wrong with them is said") {
  const SmallRun run;
  write_small_dataset(run.scratch.file("more"), 120, 60, 8);
  write_small_dataset(run.scratch.file("wide"), 120, 24, 12);
  train(std::string("dae --set chain_steps=5 --set exclude=3") + kCommon + "without", run.folder);
  train("dae --set chain_steps=5 --threads 1 --data more --batch 20 --epochs 1 --set hidden=8 --out other",
        run.folder);
  const auto told = [&](const std::string& line) {
    const ProcessResult result = run_ok("anomaly " + line, run.folder);
    return result.out;
  };
  CHECK(contains(told("without --against digit=3 -n 20"), "6 of"));  // 24 test images have 6 of each label
  const std::string label = told("other --against digit=3 -n 10");
  check_says(label, {"learned images of label 3 too", "more exclude=3, compared with"});
  CHECK(std::filesystem::exists(run.folder + "/other/samples/anomaly-digit3-seed0.png"));
  CHECK(read_file(run.folder + "/other/samples/anomaly-digit3-seed0.svg").starts_with("<svg"));
  const auto both = nlohmann::json::parse(told("other --against without --json -n 12 --out x.png"));
  CHECK(both["own"].get<std::string>().ends_with("more"));
  CHECK(both["others"].get<std::string>().ends_with("data exclude=3"));
  CHECK(both["own_images"] == 12);
  CHECK((both["file"] == "x.png" && both["charts"] == "x.svg"));
  CHECK(both["other_way_round"]["run"] == "without");
  CHECK(both["other_way_round"]["others"] == both["own"]);
  const double area = both["auroc"];
  CHECK(area >= 0);
  CHECK(area <= 1);
  CHECK(nlohmann::json::parse(told("other --against data --json -n 12 --out x.png"))["other_way_round"]
            .is_null());

  // A set against itself: 5 % of the others are caught, of 24 one or none, but for the draws of the judge.
  const auto alike = nlohmann::json::parse(told("other --against more --json -n 24 --out x.png"));
  CHECK(alike["caught_at_5_percent"].get<double>() < 0.3);
  CHECK(alike["auroc"].get<double>() == approx(0.5).epsilon(0.2));

  check_refused("anomaly other", run.folder, {"--against is missing", "--against noise"});
  check_refused("anomaly other --against digit=x", run.folder, {"digit=x does not name a label"});
  check_refused("anomaly other --against digit=7", run.folder, {"label 7 is not a class", "0 to 3"});
  check_refused("anomaly other --against wide", run.folder, {"images of 12x12", "8x8"});
  check_refused("anomaly other --against nowhere", run.folder, {"unknown dataset 'nowhere'"});
  check_refused("anomaly other --against ring8", run.folder, {"ring8 has points"});
  // Of the other run, too, the images are those that it learned.
  std::string bytes = read_file(run.folder + "/data/train-images-idx3-ubyte");
  bytes.back() = static_cast<char>(bytes.back() ^ 1);
  write_file(run.folder + "/data/train-images-idx3-ubyte", bytes);
  check_refused("anomaly other --against without", run.folder, {"without", "have changed since"});
}

TEST_CASE("the area and what is caught are counts of pairs and of images, both ways round") {
  const SmallRun run;
  write_small_dataset(run.scratch.file("more"), 120, 60, 8);
  train(std::string("dae --set chain_steps=5") + kCommon + "first", run.folder);
  train("dae --set chain_steps=5 --threads 1 --data more --batch 20 --epochs 1 --set hidden=8 --out second",
        run.folder);
  const auto found = json_of("anomaly first --against second --json -n 40 --seed 3", run.folder);
  const InFolder inside(run.folder);
  const auto check = [&](const nlohmann::json& told, const std::string& own_run, const std::string& other) {
    CAPTURE(own_run);
    OpenedRun judge(own_run), others_of(other);
    const auto images = [&](OpenedRun& of) {
      const Examples test = of.data().evaluation_examples(Split::test);
      return evenly_spread(test, std::min<int64_t>(40, test.count()));
    };
    Rng rng(3, "anomaly");
    const auto scores = [&](OpenedRun& of) {
      return judge.model->abilities().anomaly({images(of), rng, [](double) {}}).scores.to_vector();
    };
    const std::vector<double> own = scores(judge), others = scores(others_of);
    CHECK(told["own_images"] == own.size());
    CHECK(told["other_images"] == others.size());
    double pairs = 0, caught = 0;
    for (const double one : others)
      for (const double each : own) pairs += one > each ? 1 : one == each ? 0.5 : 0;
    const auto share_from = [](const std::vector<double>& all, double least) {
      return static_cast<double>(std::ranges::count_if(all, [=](double s) { return s >= least; })) /
             static_cast<double>(all.size());
    };
    for (const double least : others)
      if (share_from(own, least) <= 0.05) caught = std::max(caught, share_from(others, least));
    CHECK(told["auroc"].get<double>() ==
          approx(pairs / static_cast<double>(own.size() * others.size())).epsilon(1e-6));
    CHECK(told["caught_at_5_percent"].get<double>() == approx(caught).scale(1));
  };
  check(found, "first", "second");
  check(found["other_way_round"], "second", "first");
}

TEST_CASE("noise has all bytes: a run that has learned darker noise tells it from its own") {
  const ScratchDirectory scratch;
  const std::string folder = scratch.file("");
  write_small_dataset(scratch.file("data"), 120, 60, 8);
  Rng rng(1, "anomaly_test");
  for (const char* part : {"train", "t10k"}) {
    const std::string path = scratch.file("data/") + part + "-images-idx3-ubyte";
    std::string bytes = read_file(path);
    constexpr size_t kHeader = 16;
    const std::vector<double> noise = rand({std::ssize(bytes) - std::ptrdiff_t{kHeader}}, rng).to_vector();
    for (size_t i = 0; i < noise.size(); ++i)
      bytes[kHeader + i] = static_cast<char>(static_cast<uint8_t>(128 * noise[i]));
    write_file(path, bytes);
  }
  train("dae --set chain_steps=5 --threads 1 --data data --batch 20 --epochs 40 --set hidden=8 --out run",
        folder);
  const auto found = json_of("anomaly run --against noise -n 60 --json", folder);
  CHECK(found["auroc"].get<double>() > 0.9);  // 0.5 were it as dark
  CHECK(found["caught_at_5_percent"].get<double>() > 0.7);
}

TEST_CASE("a run may learn some labels alone, or heavy strokes, and what leaves nothing is refused") {
  const ScratchDirectory scratch;
  const std::string folder = scratch.file("");
  write_small_dataset(scratch.file("data"), 120, 24, 8);
  train(std::string("dae --set only=1,2 --set ink=thick") + kCommon + "run", folder);
  const std::string config = read_file(scratch.file("run/config.toml"));
  check_says(config, {"only = \"1,2\"", "exclude = \"none\"", "ink = \"thick\""});
  const std::string report = read_file(scratch.file("run/report.html"));
  CHECK(contains(report, "only=1,2"));
  const auto evaluated = json_of("eval run --json", folder);
  CHECK(evaluated["examples"] < 12);  // of 12 test images of these labels those with the most ink
  train(std::string("dae") + kCommon + "all", folder);
  check_refused("compare run all", folder,
                {"only=1,2 ink=thick", "without changes", "runs of the same images"});
  const std::string train_line = std::string("train dae") + kCommon + "no ";
  check_refused(train_line + "--set only=9", folder, {"label 9 is not a class", "0 to 3"});
  check_refused(train_line + "--set only=1 --set exclude=1", folder, {"leave no label"});
  check_refused(train_line + "--set ink=fat", folder, {"'fat'", "thick"});
  check_refused("train dae --data ring8 --set only=1 --out no", folder, {"only=1 selects images", "toy"});
}
