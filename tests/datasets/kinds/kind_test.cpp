#include "gradzoo/datasets/kinds/kind.h"

#include <doctest/doctest.h>

#include "datasets/toys/point_set.h"
#include "gradzoo/autograd/ops.h"
#include "gradzoo/datasets/dataset.h"
#include "support/approx.h"
#include "support/error_message.h"
#include "support/numbers.h"

namespace gradzoo {
namespace {

std::string kind_of_data(const std::string& data) { return shape_of({.data = data}).kind().name; }

TEST_CASE("examples are of the kind that holds them, whether their toy is built in, scaled, or of a file") {
  CHECK(kind_of_data("mnist") == "images");
  CHECK(kind_of_data("ring8") == "points");
  CHECK(kind_of_data("gamma") == "points on a line");
  CHECK(kind_of_data("bars-and-stripes") == "0 and 1");
  CHECK(shape_of({.data = "grid25", .toy_scale = 2}).kind().name == "points");
  CHECK(DataShape{.example = {4, 4, 3}}.kind().name == "images");
  const Examples points{zeros({3, 5}), {}, arange(3, DType::i64)};
  const DataShape of_file{.example = {5}, .toy = make_point_set(points, "points.npy")};
  CHECK(of_file.kind().name == "points of many numbers");
  CHECK(test::contains(test::error_message([] { DataShape().kind(); }), "match no kind of data"));
}

TEST_CASE(
    "each kind has a name, a small example of its own and toys that are of it, in the order of the list") {
  size_t next = 0;
  for (const DataKind& kind : data_kinds()) {
    CAPTURE(kind.name);
    CHECK(&find_kind(kind.name) == &kind);
    CHECK(&kind.small().kind() == &kind);
    CHECK((kind.data.empty() || kind_of_data(kind.data) == kind.name));
    for (const ToyEntry& toy : kind.toys) {
      CHECK(kind_of_data(toy.info.name) == kind.name);
      CHECK(known_toys()[next++].name == toy.info.name);
    }
    Rng rng(1, "kind_test");
    const DataShape shape = kind.small();
    const Tensor noise = kind.noise(shape, 50, rng);
    CHECK(noise.shape() == Shape{50, shape.size()});
    CHECK(min(noise).item() >= kind.low);
    CHECK(max(noise).item() <= kind.high);
  }
  CHECK(next == known_toys().size());
}

TEST_CASE("noise fills the images' range, and is a sixth of the box of points") {
  Rng rng(2, "kind_test");
  const DataShape images = find_kind("images").small(), ring = shape_of({.data = "ring8"});
  const Tensor grey = images.kind().noise(images, 1000, rng);  // 64,000 numbers
  CHECK(min(grey).item() < 1e-3);
  CHECK(max(grey).item() > 1 - 1e-3);
  constexpr int64_t kPoints = 200'000;  // the standard error of their deviation is .16 %
  const Tensor points = ring.kind().noise(ring, kPoints, rng);
  const std::vector<double> spread = sqrt(mean(square(points - mean(points, 0, true)), 0)).to_vector();
  const Box box = ring.toy->box();
  for (size_t i = 0; i < 2; ++i)
    CHECK(spread[i] == approx((box.high[i] - box.low[i]) / 6).epsilon(0.008));  // five of them
}

TEST_CASE("what takes images, points or bits takes the kinds that are such") {
  const auto taken = [](const TakenKinds& takes) {
    std::string names;
    for (const DataKind& kind : data_kinds()) names += takes(kind) ? kind.name + "; " : "";
    return names;
  };
  CHECK(taken(kImageData) == "images; ");
  CHECK(taken(kPointData) == "points; points on a line; points of many numbers; 0 and 1; ");
  CHECK(taken(kBitData) == "images; 0 and 1; ");
  CHECK(taken(kAnyData) == "images; " + taken(kPointData));
}

TEST_CASE("rows become examples of their shape, pixels within [0, 1]") {
  const Tensor rows = tensor({-1, 0.5, 2, 0.25}, {1, 4});
  const Tensor image = as_examples(rows, {.example = {2, 2}});
  CHECK(image.shape() == Shape{1, 2, 2});
  CHECK(image.to_vector() == std::vector<double>{0, 0.5, 1, 0.25});
  CHECK(as_examples(rows, {.example = {4}}).to_vector() == rows.to_vector());
}

}  // namespace
}  // namespace gradzoo
