#include "experiments/uses/comparison.h"

#include <doctest/doctest.h>

#include "gradzoo/autograd/ops.h"

namespace gradzoo {
namespace {

// A run of 2 x 2 images whose samples of class c are all of one grey.
ComparedRun run_of(const std::string& model, double grey) {
  ComparedRun run{.run = "runs/" + model, .model = model, .data = "data"};
  run.shape.example = {2, 2};
  SampleQuality measure;
  measure.frechet = {grey, grey / 10};
  measure.statistics.confident = {0.75, 0.125};
  measure.one_each = reshape(arange(12), {3, 4}) * 0.01 + grey;
  run.quality = measure;
  return run;
}

TEST_CASE("a strip has a row a run, of its own samples, an image a class") {
  const std::vector<ComparedRun> runs = {run_of("vae", 0.25), run_of("gan", 0.5)};
  const Picture strip = strip_of(runs);
  const ImageGrid& grid = std::get<ImageGrid>(strip.content);
  CHECK(grid.columns == 3);
  CHECK(grid.row_captions == std::vector<std::string>{"vae", "gan"});
  std::vector<ComparedRun> twins = {run_of("vae", 0.25), run_of("vae", 0.5)};
  twins[0].caption = "first", twins[1].caption = "second";  // as the use names two runs of one model
  CHECK(std::get<ImageGrid>(strip_of(twins).content).row_captions ==
        std::vector<std::string>{"first", "second"});
  REQUIRE(grid.pixels.shape() == Shape{6, 2, 2});
  for (int64_t run = 0; run < 2; ++run)
    CHECK(grid.pixels.rows(3 * run, 3 * run + 3).to_vector() ==
          runs[static_cast<size_t>(run)].quality->one_each.to_vector());
}

}  // namespace
}  // namespace gradzoo
