#include <span>

#include <doctest/doctest.h>
#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "autograd/kernels/threads/parallel.h"
#include "experiments/small_runs.h"
#include "experiments/uses/brief_uses.h"
#include "gradzoo/autograd/ops.h"
#include "gradzoo/experiments/uses/sample_quality.h"
#include "gradzoo/models/registry.h"
#include "support/error_message.h"
#include "support/numbers.h"
#include "support/png_decoder.h"

using namespace gradzoo;
using namespace gradzoo::test;

// Every model of images on coloured ones, with labels and without, by the library.
namespace {

// Whether some pixel is no grey, by far.
bool is_coloured(const Drawing& drawing) {
  REQUIRE(drawing.ending == ".png");
  const PngDecoder image(drawing.bytes);
  constexpr int kFar = 40;
  for (size_t i = 0; i + 2 < image.rgb.size(); i += 3)
    if (std::abs(image.rgb[i] - image.rgb[i + 1]) > kFar ||
        std::abs(image.rgb[i + 1] - image.rgb[i + 2]) > kFar)
      return true;
  return false;
}

void check_uses(const std::string& model, const std::string& path) {
  for (const Use& use : uses()) {
    CAPTURE(use.name);
    OpenedRun run(path);
    if (const std::string lacks = use.missing(run.model->abilities(), run.shape); !lacks.empty()) {
      const std::string refused = error_message([&] { check_able(use, run); });
      CHECK_MESSAGE(contains(refused, model + ", which " + lacks), refused);
      CHECK_MESSAGE(contains(refused, "Hint: "), refused);
      continue;
    }
    UseResult result;
    REQUIRE_NOTHROW(result = done_with(use, path));
    // A chart has no images; the product of two densities that have learned nothing may be black.
    const bool has_colours = use.name != "logz" && use.name != "compose";
    if (result.picture && has_colours) CHECK(is_coloured(*result.picture));
  }
}

}  // namespace

TEST_CASE("every model of images learns coloured ones, labelled or not, and does with them what it can") {
  const ThreadGuard guard;
  kernels::set_threads(1);
  const ScratchDirectory scratch;
  write_coloured_dataset(scratch.file("plain"), 120, 24, false);
  write_coloured_dataset(scratch.file("labelled"), 120, 24, true);
  for (const ModelEntry& entry : model_registry()) {
    if (!entry.data(find_kind("images"))) continue;
    for (const std::string data : {"plain", "labelled"}) {
      CAPTURE(entry.name);
      CAPTURE(data);
      const auto train = [&] {
        return trained(entry.name, scratch.file(data), scratch.file(entry.name + "-" + data));
      };
      if (entry.name == "classifier" && data == "plain") {
        const std::string refused = error_message(train);
        CHECK_MESSAGE(contains(refused, "a classifier needs at least two. Hint: use labelled images"),
                      refused);
        continue;
      }
      const std::string path = train();
      OpenedRun run(path);
      CHECK(run.shape.example == Shape{8, 8, 3});
      CHECK(run.shape.classes == (data == "plain" ? 0 : 4));
      if (!run.model->abilities().samples) continue;
      Rng rng = run.sample_stream();
      const Tensor drawn = run.samples(5, rng);
      CHECK(drawn.shape() == Shape{5, 8, 8, 3});
      CHECK(all_finite(drawn));
      CHECK(min(drawn).item() >= 0);
      CHECK(max(drawn).item() <= 1);
      if (data == "plain") check_uses(entry.name, path);
    }
  }
}

TEST_CASE("models of bits say what they make of colours, once, and others do not") {
  const ScratchDirectory scratch;
  write_coloured_dataset(scratch.file("data"), 120, 24, false);
  const std::string folder = scratch.file("");
  const std::string rest = " --data data --steps 1 --set hidden=8 --out ";
  const ProcessResult bits = run_gradzoo("train rbm" + rest + "bits", folder);
  CHECK_MESSAGE(contains(bits.out + bits.err, "each colour of a pixel is drawn as 0 or 1"), bits.err);
  const ProcessResult shades = run_gradzoo("train vae" + rest + "shades", folder);
  CHECK_FALSE(contains(shades.out + shades.err, "is drawn as 0 or 1"));
}

TEST_CASE("images with labels are measured by a classifier, trained once; others by their neighbours") {
  const ScratchDirectory scratch;
  const std::string folder = scratch.file("");
  for (const std::string data : {"plain", "labelled"}) {
    write_coloured_dataset(scratch.file(data), 240, 120, data == "labelled");
    run_ok(fmt::format("train vae --data {} --steps 2 --set hidden=8 --out {}-run", data, data), folder);
  }
  const ProcessResult first = run_ok("eval labelled-run --json", folder);
  CHECK(contains(first.err, "is trained once"));
  const auto ruler = nlohmann::json::parse(first.out)["ruler"];
  CHECK(ruler["classifier_called_right_share"].get<double>() > 0.9);
  CHECK(ruler["samples"]["count"] == 120);  // all real images there are
  CHECK(ruler["samples"].contains("kernel_distance"));
  CHECK(ruler["learned_by_heart"] == false);

  const ProcessResult again = run_gradzoo("eval labelled-run", folder);
  CHECK_FALSE(contains(again.err, "is trained once"));
  CHECK_MESSAGE(contains(again.out, "class-FID"), again.out);
  CHECK_FALSE(contains(again.out, "digit"));

  // Once it is there, it watches trainings too.
  run_ok("train vae --data labelled --steps 2 --set hidden=8 --out watched", folder);
  CHECK_FALSE(contains(read_file(scratch.file("labelled-run/metrics.jsonl")), "class_fid"));
  CHECK(contains(read_file(scratch.file("watched/metrics.jsonl")), "class_fid"));

  const ProcessResult plain = run_ok("eval plain-run", folder);
  check_says(plain.out, {"real_nearest_training_image_median", "no class-FID and no KID",
                         "images without labels", "gradzoo c2st plain-run test"});
  run_ok("c2st plain-run test -n 30 --epochs 1", folder);  // what the hint says works

  const ProcessResult both = run_ok("compare labelled-run", folder);
  CHECK_MESSAGE(contains(both.out, "class-FID compares 120 samples"), both.out);
  const ProcessResult neither = run_gradzoo("compare plain-run", folder);
  CHECK_MESSAGE(contains(neither.out, "no class-FID: no classifier can measure it"), neither.out);
}

TEST_CASE("samples that repeat training images are called so") {
  const Estimate half{2, 0.1}, real{4.1, 0.1}, near{2.1, 0.1};
  CHECK(contains(learned_by_heart(half, real), "memorised"));
  CHECK(learned_by_heart(near, real).empty());
  CHECK(learned_by_heart({0, 0}, {0, 0}).empty());
}
