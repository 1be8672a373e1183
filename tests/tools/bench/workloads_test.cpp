#include "tools/bench/workloads.h"

#include <algorithm>
#include <cmath>
#include <string_view>

#include <doctest/doctest.h>
#include <nlohmann/json.hpp>

#include "experiments/small_runs.h"
#include "gradzoo/base/allocation_count.h"
#include "support/approx.h"
#include "tools/bench/tape_overhead.h"

using namespace gradzoo;

namespace {

const Workload& workload(std::string_view name) {
  const auto found = std::ranges::find(workloads(), name, &Workload::name);
  REQUIRE(found != workloads().end());
  return *found;
}

}  // namespace

TEST_CASE("A training step of every workload asks the system for no memory") {
  if (!counts_allocations()) return;
  for (const Workload& workload : workloads()) {
    INFO(workload.name);
    const BenchOptions few = {.steps = 2, .warm_up = 3};
    WorkloadResult result = run_workload(workload, few);
    // Again where a thread had nothing to do in the warm-up, and got its scratch only then.
    for (int again = 0; again < 2 && result.allocations_per_step > 0; ++again)
      result = run_workload(workload, few);
    CHECK(result.allocations_per_step == 0);
    CHECK(result.step_ms.size() == 2);
    CHECK(std::isfinite(result.final_loss));
  }
  CHECK(measure_tape_overhead(2).allocations == 0);
}

TEST_CASE("Every timed step is of the same size, across an epoch's end too") {
  const Workload& vae = workload("vae_b512");  // 60,000 images: 117 batches and 96
  CHECK(run_workload(vae, {.steps = 120, .warm_up = 2}).gemm_gflop ==
        approx(run_workload(vae, {.steps = 1, .warm_up = 2}).gemm_gflop).epsilon(1e-12));
}

TEST_CASE("The operations that a bench counts are those of the model's products") {
  // Multiplications an example: of y = W x, of dW, and of dx, which the first layer does not need.
  const double first = 784 * 500, head = 500 * 40, hidden = 20 * 500, out = 500 * 784;
  const double vae = 3 * (first + head + hidden + out) - first;
  CHECK(run_workload(workload("vae_b100"), {.steps = 1, .warm_up = 1}).gemm_gflop ==
        approx(2e-9 * vae * 100));

  // |grad_x f|^2 of an energy: f, its gradient, then what both read of the weights and of the hidden units.
  const double a = 784 * 512, b = 512 * 512, c = 512;
  const double energy = (a + b + c) + (a + b + c) + (2 * a + 2 * b + c) + (a + 2 * b);
  CHECK(run_workload(workload("dsm_energy_b128"), {.steps = 1, .warm_up = 1}).gemm_gflop ==
        approx(2e-9 * energy * 128));

  // Beside that a probe v, and behind the first bend what v bends, forward and in both gradients.
  const double sliced = energy + 2 * a + 3 * 2 * (b + c);
  CHECK(run_workload(workload("ssm_b128"), {.steps = 1, .warm_up = 1}).gemm_gflop ==
        approx(2e-9 * sliced * 128));
}

TEST_CASE("bench prints one JSON object a workload with every field, in little memory") {
  const test::ScratchDirectory scratch;
  const test::ProcessResult result =
      test::run_gradzoo("bench vae_b512 tape_overhead --steps 3 --threads 1 --json", scratch.file(""));
  REQUIRE_MESSAGE(result.status == 0, result.err);
  const size_t line = result.out.find('\n');
  const auto vae = nlohmann::json::parse(result.out.substr(0, line));
  const auto tape = nlohmann::json::parse(result.out.substr(line));
  for (const char* key : {"workload", "dtype", "batch", "threads", "blas", "blas_kernel", "steps",
                          "ms_median", "ms_min", "ms_p90", "steps_per_s", "samples_per_s", "gemm_gflop",
                          "roofline_fraction", "system_allocations_per_step", "peak_rss_mb", "final_loss"}) {
    CHECK_MESSAGE(vae.contains(key), key);
    CHECK_MESSAGE(tape.contains(key), key);
  }
  CHECK(vae["batch"] == 512);
  CHECK(vae["threads"] == 1);
  CHECK(vae["steps"] == 3);
  CHECK(vae["ms_min"] <= vae["ms_median"]);
  CHECK(vae["ms_median"] <= vae["ms_p90"]);
  if (!vae["system_allocations_per_step"].is_null()) {
    CHECK(vae["system_allocations_per_step"] == 0);
    CHECK(vae["peak_rss_mb"] < 200);
  }
  CHECK(tape["workload"] == "tape_overhead");
  CHECK(tape["ns_per_op_grad_of_grad"] > 0);
}

TEST_CASE("A workload whose data are not there leaves the others their numbers") {
  const test::ScratchDirectory scratch;
  std::vector<std::string> words =
      test::gradzoo_words("bench vae_b100 tape_overhead --steps 1 --quick --json");
  words.insert(words.begin(), {"/usr/bin/env", "GRADZOO_DATA=" + scratch.file("")});
  const test::ProcessResult result = test::run_process(words, scratch.file(""));
  CHECK(result.status == 1);
  CHECK_MESSAGE(result.err.starts_with("gradzoo: bench: vae_b100: "), result.err);
  CHECK(nlohmann::json::parse(result.out)["workload"] == "tape_overhead");
}
