#include "gradzoo/models/eval/probe.h"

#include <filesystem>
#include <functional>
#include <memory>

#include <doctest/doctest.h>
#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "experiments/refusals.h"
#include "gradzoo/autograd/ops.h"
#include "gradzoo/datasets/images/npy.h"
#include "gradzoo/experiments/opened_run.h"
#include "gradzoo/models/base/over_examples.h"
#include "support/approx.h"

using namespace gradzoo;
using namespace gradzoo::test;

namespace {

using Encode = std::function<Tensor(const Tensor&)>;

// The parts are those of the data set: fit teaches, valid chooses, test measures.
ProbeResult probed_apart(OpenedRun& run, const Encode& encode, int64_t most, uint64_t seed) {
  const auto of = [&](Split part, int64_t count) {
    const Examples some = first_of(run.data().evaluation_examples(part), count);
    const Batch all = read_examples(some, 0, some.count(), run.pixels(), Rng(seed, "eval/pixels"));
    return LabelledFeatures{encode(all.x), all.labels};
  };
  return probe(of(Split::fit, most), of(Split::valid, 1'000'000), of(Split::test, 1'000'000),
               run.shape.classes, seed);
}

void check_row(const nlohmann::json& row, const ProbeResult& found) {
  CHECK(row["error_percent"].get<double>() == approx(100 * found.error.value));
  CHECK(row["error_percent_standard_error"].get<double>() == approx(100 * found.error.standard_error));
  CHECK(row["valid_error_percent"].get<double>() == approx(100 * found.valid_error).scale(1));
  CHECK(row["weight_decay"].get<double>() == found.weight_decay);
}

}  // namespace

// Labels that follow no rule, so that a probe errs differently with every other image that it learns from.
void write_unruly_dataset(const std::string& folder, uint32_t train, uint32_t test) {
  write_small_dataset(folder, train, test, 8);
  Rng rng(1, "probe_test");
  for (const auto& [name, count] : {std::pair{"train", train}, std::pair{"t10k", test}}) {
    Bytes labels;
    for (const double u : rand({count}, rng).to_vector()) labels.push_back(static_cast<uint8_t>(4 * u));
    const Bytes file = idx_bytes({count}, labels);
    write_file(folder + "/" + name + "-labels-idx1-ubyte", std::string(file.begin(), file.end()));
  }
}

TEST_CASE("pixels, codes and codes of random weights are probed on three parts that share no image") {
  const ScratchDirectory scratch;
  const std::string folder = scratch.file("");
  write_unruly_dataset(scratch.file("data"), 240, 60);
  run_ok("train vae --threads 1 --data data --set hidden=8 --set latent=3 --batch 20 --steps 5 --out run",
         folder);
  const auto rows = json_of("probe run --seed 3 --threads 1 --json", folder)["features"];
  REQUIRE(rows.size() == 3);
  const std::string text = run_ok("probe run --seed 3 --threads 1 -n 100", folder).out;
  check_says(text, {"learns from 100 images; 20 others choose its weight decay, and 60 measure it",
                    "% wrong with pixels (64 dimensions)", "% wrong with run (3 dimensions)"});
  const InFolder inside(folder);
  OpenedRun run("run");
  const std::unique_ptr<Model> untrained = run.options->make_model(run.shape);
  const auto check = [&](const nlohmann::json& row, const std::string& name, int64_t width,
                         const Encode& encode) {
    CHECK(row["features"] == name);
    CHECK(row["width"] == width);
    check_row(row, probed_apart(run, encode, 10'000, 3));
  };
  const Encode pixels = [](const Tensor& x) { return x; };
  check(rows[0], "pixels", 64, pixels);
  check(rows[1], "random weights of run", 3, untrained->abilities().encode);
  check(rows[2], "run", 3, run.model->abilities().encode);
  const ProbeResult of_few = probed_apart(run, pixels, 100, 3);
  CHECK(contains(text, fmt::format("{:.2f} ± {:.2f} % wrong with pixels", 100 * of_few.error.value,
                                   100 * of_few.error.standard_error)));
}

TEST_CASE("the first run's codes of all test images are written, and codes of one number are drawn too") {
  const ScratchDirectory scratch;
  const std::string folder = scratch.file("");
  write_small_dataset(scratch.file("data"), 240, 60, 8);
  run_ok("train vae --threads 1 --data data --set hidden=8 --set latent=1 --batch 20 --steps 2 --out run",
         folder);
  run_ok("probe run --codes codes.npy --out plane.png -n 100", folder);
  CHECK(std::filesystem::exists(scratch.file("plane.png")));
  const InFolder inside(folder);
  OpenedRun run("run");
  const Examples images = run.data().evaluation_examples(Split::test);
  const Batch all = read_examples(images, 0, images.count(), run.pixels(), Rng(0, "eval/pixels"));
  const Tensor codes = load_npy("codes.npy");
  REQUIRE(codes.shape() == Shape{60, 1});
  CHECK(max(abs(codes - run.model->abilities().encode(all.x))).item() < 1e-5);
}

TEST_CASE("what has no codes or labels, and codes of another kind of file, are refused") {
  const SmallRun run;
  check_refused("probe run --codes codes.txt", run.folder, {"codes.txt is not a name for an .npy file"});
  run_ok(
      "train gan --threads 1 --data data --batch 20 --steps 1 --set generator_hidden=8 "
      "--set discriminator_hidden=8 --out gan",
      run.folder);
  check_refused("probe gan", run.folder, {"gan, which has no codes of images"});
}
