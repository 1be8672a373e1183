#include "gradzoo/experiments/uses/sample_quality.h"

#include <cmath>
#include <numeric>

#include <doctest/doctest.h>
#include <nlohmann/json.hpp>

#include "experiments/refusals.h"
#include "gradzoo/autograd/ops.h"
#include "gradzoo/experiments/uses/classifiers.h"
#include "gradzoo/models/pictures/image_pictures.h"

using namespace gradzoo;
using namespace gradzoo::test;

TEST_CASE("Samples of a run are held against a classifier beside real images, as a table and as JSON") {
  const SmallRun run;
  const std::string train =
      "train classifier --threads 1 --set net=mlp --set hidden=8,8 --batch 20 --epochs 2 ";
  run_ok(train + "--data data --out judge", run.folder);

  const ProcessResult json = run_ok("eval run --classifier judge -n 10 --json", run.folder);
  const auto object = nlohmann::json::parse(json.out);
  for (const char* which : {"samples", "real"}) {
    const auto& reading = object[which];
    const auto called = reading["called"].get<std::vector<int64_t>>();
    CHECK(called.size() == 4);
    CHECK(std::accumulate(called.begin(), called.end(), int64_t{0}) == 10);
    CHECK(reading["count"] == 10);
    CHECK(reading["label_entropy_nats"].get<double>() <= std::log(4.0) + 1e-6);
  }
  CHECK(object["samples"]["frechet_distance"].get<double>() >
        object["training_images"]["frechet_distance"].get<double>());
  CHECK(object["samples"]["frechet_distance_standard_error"].get<double>() > 0);
  CHECK_FALSE(object["samples"].contains("kernel_distance"));  // ten make no two blocks
  // The small set's test images are training images too, and a VAE's samples are none of them.
  CHECK(object["real"]["nearest_training_image_median"] == 0);
  CHECK(object["samples"]["nearest_training_image_median"].get<double>() > 0.1);
  CHECK(run_gradzoo("eval run --classifier judge -n 10 --json", run.folder).out == json.out);
  const ProcessResult table = run_gradzoo("eval run --classifier judge", run.folder);
  CHECK(table.status == 1);  // 400 of 24 real images cannot be had
  const ProcessResult twenty = run_gradzoo("eval run --classifier judge -n 20 --split valid", run.folder);
  CHECK(twenty.status == 1);  // nor 20 of 10
  const ProcessResult ten = run_gradzoo("eval run --classifier judge -n 10", run.folder);
  check_says(ten.out, {"10 samples", "label_entropy", "class-FID"});

  check_refused("eval run --classifier run", run.folder, {"run is a run of vae", "train classifier"});
  check_refused("eval run --classifier nothing", run.folder, {"the run nothing does not exist"});
  CHECK(contains(ten.out, "diversity"));
  for (const char* key : {"label_entropy_nats", "diversity_within_class", "nearest_training_image_mean"})
    CHECK(object["samples"].contains(std::string(key) + "_standard_error"));

  // Asked for by label, and told by a VAE of binary pixels: drawn by their probabilities.
  const std::string vae =
      "train vae --threads 1 --set hidden=8 --set latent=2 --batch 20 --epochs 1 --data data ";
  run_ok(vae + "--set conditional=true --set pixels=dynamic-binary --out told", run.folder);
  const ProcessResult told = run_ok("eval told --classifier judge -n 10 --json", run.folder);
  const auto asked = nlohmann::json::parse(told.out);
  CHECK(asked["binary"] == true);
  {
    const InFolder inside(run.folder);
    OpenedRun opened("told");
    const SampleMetrics metrics =
        metrics_of(opened, classifier_of(std::make_unique<OpenedRun>("judge"), opened), Split::test);
    Rng rng = opened.sample_stream();
    const Tensor labels = any_labels(10, opened.model->labels());
    const Tensor bits = bernoulli(flatten_rows(opened.samples(10, rng, labels)), rng);
    CHECK(asked["samples"]["nearest_training_image_mean"] ==
          metrics.measure(bits, labels).statistics.nearest_mean.value);
    CHECK(metrics.measure_training(1000).statistics.count == opened.data().train().count());
  }
  CHECK(asked["samples"].contains("called_as_asked_share"));
  CHECK_FALSE(object["samples"].contains("called_as_asked_share"));
  CHECK(object["binary"] == false);

  check_refused("eval run --classifier judge -n 100", run.folder, {"100 of 24", "1 to 24"});
  check_refused("eval run --classifier judge -n 1", run.folder, {"1 is not in 2..10000"});
  check_refused("eval judge --classifier judge -n 5", run.folder, {"draws none"});
  check_refused("sample judge", run.folder, {"draws none"});

  write_small_dataset(run.scratch.file("other"), 60, 24, 8);
  run_ok(train + "--data other --out other-judge", run.folder);
  check_refused("eval run --classifier other-judge -n 5", run.folder, {"learned", "train classifier --data"});
  write_small_dataset(run.scratch.file("larger"), 60, 12, 10);
  run_ok(train + "--data larger --out stranger", run.folder);
  check_refused("eval run --classifier stranger -n 5", run.folder,
                {"8x8", "10x10", "train classifier --data"});
}

TEST_CASE("a table has samples, real images and those trained on in columns of their own") {
  const auto quality = [](double share) {
    SampleQuality out;
    out.statistics.count = 5;
    out.statistics.called = {static_cast<int64_t>(100 * share)};
    out.statistics.confident = {share, 0.01};
    return out;
  };
  const std::string table =
      quality_table({"run", "run", "judge", Split::test, false, quality(0.25), quality(0.5), quality(0.75)});
  const std::string line = table.substr(table.find("confident_share"));
  const size_t samples = line.find("0.25 ±"), real = line.find("0.5 ±"), training = line.find("0.75 ±");
  CHECK_MESSAGE((samples < real && real < training && training < line.find('\n')), table);
}
