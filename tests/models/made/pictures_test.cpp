#include "models/made/pictures.h"

#include <algorithm>

#include <doctest/doctest.h>

#include "gradzoo/autograd/ops.h"
#include "support/tensor_values.h"

namespace gradzoo {
namespace {

const DataShape kPlain{.example = {6, 5}};

/// What a network draws that takes its numbers in an order of its own.
struct Drawn {
  Order order = order_of("random", 30, 4);
  Rng rng{1, "pictures_test"};
  MadeNetwork network{{.order = order, .hidden = {40}}, rng};
  Examples images{cast(rand({20, 6, 5}, rng) * 255.0, DType::u8), {}, arange(20, DType::i64)};
  std::vector<Picture> pictures =
      made_image_pictures(network, Pixels::dynamic_binary, kPlain, {images, images, 5});
  const Tensor& grid(const char* name) const {
    const auto found = std::ranges::find(pictures, name, &Picture::name);
    REQUIRE(found != pictures.end());
    return std::get<ImageGrid>(found->content).pixels;
  }
};

TEST_CASE("masks show ten outputs in the order in which they are drawn, from nothing read to all but one") {
  const Drawn drawn;
  const Tensor outputs = drawn.grid("masks").rows(10, 20);
  for (int64_t i = 0; i < 10; ++i) {
    const int64_t place = i * 29 / 9;
    const std::vector<double> read = outputs.rows(i, i + 1).to_vector();
    for (int64_t p = 0; p < 30; ++p)
      CHECK(read[static_cast<size_t>(drawn.order[static_cast<size_t>(p)])] == (p < place ? 1 : 0));
  }
}

TEST_CASE("completions know the half of an image that comes first in the order, and keep it") {
  const Drawn drawn;
  const Tensor rows = drawn.grid("completions");
  for (int64_t image = 0; image < 8; ++image) {
    const auto shown = [&](int64_t column) {
      return rows.rows(10 * image + column, 10 * image + column + 1).to_vector();
    };
    const std::vector<double> whole = shown(0), half = shown(1), completed = shown(2);
    for (size_t p = 0; p < 30; ++p) {
      const auto number = static_cast<size_t>(drawn.order[p]);
      CHECK(half[number] == (p < 15 ? whole[number] : 0.5));
      if (p < 15) CHECK(completed[number] == whole[number]);
    }
  }
}

}  // namespace
}  // namespace gradzoo
