#include <algorithm>
#include <numbers>

#include <doctest/doctest.h>

#include "autograd/kernels/threads/parallel.h"
#include "experiments/small_runs.h"
#include "experiments/uses/brief_uses.h"
#include "gradzoo/autograd/ops.h"
#include "gradzoo/datasets/registry.h"
#include "gradzoo/experiments/draw_picture.h"
#include "gradzoo/experiments/uses/write_samples.h"
#include "support/error_message.h"
#include "support/numbers.h"

using namespace gradzoo;
using namespace gradzoo::test;

// A kind of data that the program does not know, as docs/add-data.md adds one.
namespace {

DataKind angles_kind() {
  return {.name = "angles",
          .data = "two-angles",
          .holds = [](const Shape&, const Toy* toy) { return toy != nullptr && toy->name() == "two-angles"; },
          .small = [] { return shape_of({.data = "two-angles"}); },
          .word = "angles",
          .size = [](const Shape& example) { return fmt::format("{} angles", example.size()); },
          .low = -std::numbers::pi,
          .high = std::numbers::pi,
          .toys = {{{"two-angles", "two independent angles around 0"}, 0, 0, [](double) {
                      return make_gaussian(zeros({2}), eye(2) * 0.25, "two-angles");
                    }}}};
}

void check_run(const std::string& path, const std::string& samples) {
  OpenedRun run(path);
  CHECK(run.shape.kind().name == "angles");
  Rng rng = run.sample_stream();
  const Tensor drawn = run.samples(50, rng);
  CHECK(drawn.shape() == Shape{50, 2});
  CHECK(all_finite(drawn));
  CHECK(max(abs(drawn)).item() <= std::numbers::pi + 1e-6);
  write_samples(samples + ".npy", drawn, run.shape.toy.get());
  write_samples(samples + ".png", drawn, run.shape.toy.get());
  CHECK(Dataset(samples + ".npy").shape().example == Shape{2});  // read back, of a file
  const DataView view = run.data().view();
  CHECK(draw_picture(run.model->snapshot(view, rng)).ending == ".png");
  for (const Picture& picture : run.model->pictures(view)) CHECK_FALSE(draw_picture(picture).bytes.empty());
}

// Those that can; the others say of what data the run is.
size_t check_uses(const std::string& path) {
  size_t done = 0;
  for (const Use& use : uses()) {
    CAPTURE(use.name);
    const OpenedRun run(path);
    const std::string lacks = use.missing(run.model->abilities(), run.shape);
    if (!use.of_images.empty()) CHECK_MESSAGE(contains(lacks, " angles, and "), lacks);
    if (!lacks.empty()) continue;
    UseResult result;
    REQUIRE_NOTHROW(result = done_with(use, path));
    CHECK((result.picture || !result.text.empty() || !result.numbers.empty() || !result.details.empty()));
    ++done;
  }
  return done;
}

}  // namespace

TEST_CASE("a sixth kind of data is one object: models that take it train, sample, are drawn and are used") {
  const ThreadGuard guard;
  kernels::set_threads(1);
  add_data_kind(angles_kind());
  CHECK(std::ranges::count(dataset_names(), "two-angles") == 1);
  const ScratchDirectory scratch;
  size_t models = 0, uses_done = 0;
  for (const ModelEntry& entry : model_registry()) {
    CAPTURE(entry.name);
    const auto train = [&] { return trained(entry.name, "two-angles", scratch.file(entry.name)); };
    if (!entry.data(find_kind("angles"))) {
      const std::string refused = error_message(train);
      CHECK_MESSAGE(contains(refused, ", and two-angles has 2 angles. Hint: use --data "), refused);
      continue;
    }
    const std::string path = train();
    check_run(path, scratch.file(entry.name + "-samples"));
    uses_done += check_uses(path);
    ++models;
  }
  CHECK(models >= 11);
  CHECK(uses_done >= 4 * models);  // eval, compare, c2st and denoise at least, of nearly all
}
