#include "models/diffusion/pictures.h"

#include <algorithm>
#include <cmath>
#include <numbers>

#include <doctest/doctest.h>

#include "gradzoo/autograd/ops.h"
#include "gradzoo/autograd/tape.h"
#include "gradzoo/models/eval/sample_metrics.h"
#include "gradzoo/models/pictures/image_pictures.h"
#include "gradzoo/models/pictures/plane_pictures.h"
#include "support/approx.h"
#include "support/error_message.h"
#include "support/small_model.h"
#include "support/tensor_values.h"

namespace gradzoo {
namespace {

template <class Content>
const Content& content_of(const std::vector<Picture>& pictures, const char* name) {
  const auto found = std::ranges::find(pictures, name, &Picture::name);
  REQUIRE(found != pictures.end());
  return std::get<Content>(found->content);
}

/// Points, half of them examples.
struct Points {
  DataShape shape = test::toy_shape("ring8");
  Rng rng{1, "pictures_test"};
  Examples examples{shape.toy->sample(120, rng), Tensor(), arange(120, DType::i64)};
  std::unique_ptr<FlowMatching> model =
      test::small_model<FlowMatching>("flow-matching", {"hidden=8", "ema=0"}, shape);
  std::vector<Picture> pictures = diffusion_plane_pictures(*model, shape, {examples, examples, 5});
};

TEST_CASE("points on their way are shown at the times in their titles, from the noise on") {
  const Points points;
  const auto& planes = content_of<Planes>(points.pictures, "paths").planes;
  Rng rng(5, "pictures/diffusion");
  Tensor x = randn({100, 2}, rng);
  CHECK(test::max_error(planes[0].points, x.to_vector()) < 1e-6);
  const auto predict = [&](const Tensor& at, double t) { return points.model->predict(at, t); };
  const NoGrad quiet;
  for (int64_t i = 0; i < 50; ++i)
    x = ddim_step({points.model->path(), predict, rng}, x, 0.01 * static_cast<double>(i),
                  0.01 * static_cast<double>(i + 1));
  CHECK(planes[1].title == "t = 0.5");
  CHECK(test::max_error(planes[1].points, x.to_vector()) < 1e-4);
}

TEST_CASE("learned scores are those of the data with the noise that is told, in the data's units") {
  const Points points;
  const auto& planes = content_of<Planes>(points.pictures, "scores").planes;
  REQUIRE(planes.size() == 4);
  const double widest = max(visible_box(*points.shape.toy).sides()).item();
  const Target target = points.model->abilities().target;
  const NoGrad quiet;
  const double shares[] = {0.25, 0.08};
  for (size_t i = 0; i < 2; ++i) {
    const Plane& learned = planes[2 * i + 1];
    CHECK(learned.title.starts_with("learned"));
    const Tensor wanted = target.noisy_score(cast(learned.arrow_tails, DType::f32), shares[i] * widest);
    CHECK(test::max_error(learned.arrows, wanted.to_vector()) < 1e-4);
  }
}

TEST_CASE("what samples of few steps are held against is the distance of two halves of the examples") {
  const Points points;
  const Bars& bars = content_of<Bars>(points.pictures, "steps");
  const Tensor& x = points.examples.values;
  CHECK(bars.names == std::vector<std::string>{"1", "2", "5", "10", "20", "real"});
  CHECK(bars.values.back() == approx(energy_distance(x.rows(0, 60), x.rows(60, 120))).epsilon(1e-5));
}

TEST_CASE("images between two noises lie on their arc, and neighbours are training images") {
  const DataShape shape{.example = {4, 4}};
  const auto model = test::small_model<FlowMatching>("flow-matching",
                                                     {"channels=8", "sample_steps=1", "classes=none"}, shape);
  const auto all_of = [](double value) {
    return Examples{full({12, 4, 4}, value, DType::u8), Tensor(), arange(12, DType::i64)};
  };
  const Examples black = all_of(0), white = all_of(255);
  const std::vector<Picture> pictures = diffusion_image_pictures(*model, shape, {black, white, 5});
  const Tensor& pairs = content_of<ImageGrid>(pictures, "neighbours").pixels;
  CHECK(min(pairs.rows(10, 20)).item() == 1);

  // An untrained U-Net says 0, and nothing moves from where it began. Before this draw stands the chain's.
  const Tensor& between = content_of<ImageGrid>(pictures, "interpolation").pixels;
  Rng rng(5, "pictures/diffusion");
  randn({20, 16}, rng);
  randn({4, 16}, rng);
  const Tensor ends = randn({12, 16}, rng), from = ends.rows(0, 1), to = ends.rows(1, 2);
  for (int64_t column = 0; column < 10; ++column) {
    const double angle = std::numbers::pi / 2 * static_cast<double>(column) / 9;
    const Tensor wanted = as_examples((from * std::cos(angle) + to * std::sin(angle) + 1.0) * 0.5, shape);
    CHECK(test::max_error(between.rows(column, column + 1), wanted.rows(0, 1).to_vector()) < 1e-4);
  }
}

TEST_CASE("scores are drawn at levels that the path has") {
  const DataShape shape = test::toy_shape("ring8");
  const auto model = test::small_model<Ncsn>("ncsn", {"hidden=8", "sigma_begin=0.3", "sigma_end=0.2"}, shape);
  Rng rng(2, "pictures_test");
  const Examples examples{shape.toy->sample(120, rng), Tensor(), arange(120, DType::i64)};
  const NoGrad quiet;
  const auto pictures = diffusion_plane_pictures(*model, shape, {examples, examples, 5});
  for (const Plane& plane : content_of<Planes>(pictures, "scores").planes)
    test::check_says(plane.title, "noise 0.3");
}

}  // namespace
}  // namespace gradzoo
