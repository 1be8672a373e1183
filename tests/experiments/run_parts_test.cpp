#include "experiments/run_parts.h"

#include <doctest/doctest.h>

#include "experiments/small_runs.h"
#include "gradzoo/experiments/metrics_log.h"
#include "gradzoo/experiments/training.h"

namespace gradzoo {
namespace {

TEST_CASE("of many epochs some forty are drawn, the last one too, and all are measured") {
  const test::ScratchDirectory scratch;
  test::write_small_dataset(scratch.file("data"), 24, 12, 8);
  const std::string out = scratch.file("run");
  const std::vector<std::string> small = {
      "data=" + scratch.file("data"), "epochs=82", "batch=30", "hidden=4", "latent=2", "prior=normal"};
  REQUIRE(train_run({.model = "vae", .assignments = small, .out = out}).finished);
  const auto drawn = RunDirectory(out).epoch_pictures();
  REQUIRE(drawn.size() == 28);  // each third, and the last
  CHECK(drawn.front().first == 3);
  CHECK(drawn.back().first == 82);
  int64_t measured = 0;
  for (const auto& row : read_metrics(RunDirectory(out).metrics()))
    measured += row.contains("valid_bce_kl_nats_per_image") ? 1 : 0;
  CHECK(measured == 82);
}

}  // namespace
}  // namespace gradzoo
