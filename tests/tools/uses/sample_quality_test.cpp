#include "tools/uses/sample_quality.h"

#include <cmath>
#include <numeric>

#include <doctest/doctest.h>
#include <nlohmann/json.hpp>

#include "tools/refusals.h"

using namespace gradzoo;
using namespace gradzoo::test;

TEST_CASE("Samples of a run are held against a classifier beside real images, as a table and as JSON") {
  const SmallRun run;
  const std::string train =
      "train classifier --threads 1 --set net=mlp --set hidden=8,8 --batch 20 --epochs 2 ";
  REQUIRE(run_gradzoo(train + "--data data --out judge", run.folder).status == 0);

  const ProcessResult json = run_gradzoo("eval run --classifier judge -n 10 --json", run.folder);
  REQUIRE_MESSAGE(json.status == 0, json.err);
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
  CHECK(contains(ten.out, "10 samples"));
  CHECK(contains(ten.out, "label_entropy"));
  CHECK(contains(ten.out, "digit-FID"));

  check_refused("eval run --classifier run", run.folder, {"run is a vae", "train classifier"});
  check_refused("eval run --classifier nothing", run.folder, {"no run nothing"});
  CHECK(contains(ten.out, "diversity"));
  for (const char* key : {"label_entropy_nats", "diversity_within_class", "nearest_training_image_mean"})
    CHECK(object["samples"].contains(std::string(key) + "_standard_error"));

  // Asked for by label, and told by a VAE of binary pixels: drawn by their probabilities.
  const std::string vae =
      "train vae --threads 1 --set hidden=8 --set latent=2 --batch 20 --epochs 1 --data data ";
  REQUIRE(
      run_gradzoo(vae + "--set conditional=true --set pixels=dynamic-binary --out told", run.folder).status ==
      0);
  const ProcessResult told = run_gradzoo("eval told --classifier judge -n 10 --json", run.folder);
  REQUIRE_MESSAGE(told.status == 0, told.err);
  const auto asked = nlohmann::json::parse(told.out);
  CHECK(asked["binary"] == true);
  CHECK(asked["samples"].contains("called_as_asked_share"));
  CHECK_FALSE(object["samples"].contains("called_as_asked_share"));
  CHECK(object["binary"] == false);

  check_refused("eval run -n 5", run.folder, {"-n", "--classifier"});
  check_refused("eval run --classifier judge -n 100", run.folder, {"100 of 24", "1 to 24"});
  check_refused("eval judge --classifier judge -n 5", run.folder, {"draws none"});
  check_refused("sample judge", run.folder, {"draws none"});

  write_small_dataset(run.scratch.file("other"), 60, 24, 8);
  REQUIRE(run_gradzoo(train + "--data other --out other-judge", run.folder).status == 0);
  check_refused("eval run --classifier other-judge -n 5", run.folder, {"learned", "train classifier --data"});
  write_small_dataset(run.scratch.file("larger"), 60, 12, 10);
  REQUIRE(run_gradzoo(train + "--data larger --out stranger", run.folder).status == 0);
  check_refused("eval run --classifier stranger -n 5", run.folder,
                {"8x8", "10x10", "train classifier --data"});
}
