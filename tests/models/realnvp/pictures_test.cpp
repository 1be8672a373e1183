#include "models/realnvp/pictures.h"

#include <memory>

#include <doctest/doctest.h>

#include "gradzoo/autograd/ops.h"
#include "gradzoo/models/pictures/image_pictures.h"
#include "gradzoo/nn/layers/init.h"
#include "support/small_model.h"
#include "support/tensor_values.h"

namespace gradzoo {
namespace {

// A flow with parameters far from their beginning, where every coupling is the identity.
std::unique_ptr<CouplingFlow> stirred(const DataShape& shape) {
  Rng rng(1, "pictures_test");
  auto flow = std::make_unique<CouplingFlow>(
      shape, CouplingFlowOptions{.couplings = 2, .hidden = {8}, .channels = 3}, rng);
  for (const NamedTensor& named : flow->named_parameters()) {
    Tensor leaf = named.tensor;
    init::normal(leaf, rng, 0, 0.2);
  }
  return flow;
}

TEST_CASE("between two held-out images codes go in a straight line, and at its ends the images come back") {
  const DataShape shape{.example = {4, 4}};
  const auto made = stirred(shape);
  const CouplingFlow& flow = *made;
  Rng rng(2, "pictures_test"), pixels(5, "pictures/realnvp");
  const Examples images{cast(rand({16, 4, 4}, rng) * 255.0, DType::u8), Tensor(), arange(16, DType::i64)};
  const std::vector<Picture> pictures = flow_image_pictures(flow, shape, {images, images, 5});
  REQUIRE(pictures[0].name == "interpolation");
  const Tensor& shown = std::get<ImageGrid>(pictures[0].content).pixels;
  const Tensor x = read_examples(images, 0, 16, Pixels::dequantised, pixels).x, z = flow.map(x).to;
  for (int64_t row = 0; row < 8; ++row) {
    const Tensor a = z.rows(2 * row, 2 * row + 1), b = z.rows(2 * row + 1, 2 * row + 2);
    const auto image = [&](int64_t column) { return shown.rows(10 * row + column, 10 * row + column + 1); };
    CHECK(test::max_error(image(0), x.rows(2 * row, 2 * row + 1).to_vector()) < 1e-4);
    CHECK(test::max_error(image(9), x.rows(2 * row + 1, 2 * row + 2).to_vector()) < 1e-4);
    const Tensor third = as_examples(flow.inverse(a + (b - a) * (1.0 / 3)).to, shape);
    CHECK(test::max_error(image(3), third.to_vector()) < 1e-4);
  }
}

TEST_CASE("the codes of a toy are where the flow takes its points") {
  const DataShape ring = test::toy_shape("ring8");
  const auto made = stirred(ring);
  const CouplingFlow& flow = *made;
  const std::vector<Picture> pictures = flow_plane_pictures(flow, *ring.toy, 5);
  REQUIRE(pictures[1].name == "codes");
  const auto& planes = std::get<Planes>(pictures[1].content).planes;
  Rng rng(5, "pictures/realnvp");
  CHECK(test::max_error(planes[0].points, flow.map(ring.toy->sample(1000, rng)).to.to_vector()) < 1e-5);
  CHECK(test::max_error(planes[1].points, randn({1000, 2}, rng).to_vector()) < 1e-5);
}

}  // namespace
}  // namespace gradzoo
