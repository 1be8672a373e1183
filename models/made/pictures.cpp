#include "models/made/pictures.h"

#include <algorithm>

#include "gradzoo/autograd/ops.h"
#include "gradzoo/models/pictures/image_pictures.h"
#include "models/pictures/unit_pictures.h"

namespace gradzoo {
namespace {

constexpr int64_t kFilters = 100;

// Rows evenly spread from the first to the last: units and outputs come in the order of what they may read.
Tensor spread(const Tensor& rows, int64_t count) {
  Tensors some;
  for (int64_t i = 0; i < count; ++i) {
    const int64_t row = i * (rows.dim(0) - 1) / (count - 1);
    some.push_back(rows.rows(row, row + 1));
  }
  return concat(some, 0);
}

// Outputs in the order in which they are drawn.
Tensor in_order(const Tensor& rows, const Order& order) {
  return index_select(
      rows, 0, tensor(std::vector<double>(order.begin(), order.end()), {std::ssize(order)}, DType::i64));
}

Picture masks(const MadeNetwork& network, const Shape& tile) {
  const Tensor units = spread(network.hidden(0).mask(), kImageColumns),
               outputs = spread(in_order(may_read(network.order()), network.order()), kImageColumns);
  return {"masks",
          "Masks: white pixels are inputs. Above, ten units of the first hidden layer. Below, ten outputs in "
          "the order of drawing: the first depends on nothing, the last on all other pixels.",
          ImageGrid{reshape(concat({units, outputs}, 0), tile.insert(0, 2 * kImageColumns)),
                    kImageColumns,
                    {"hidden units", "outputs"}}};
}

// What the network expected of every pixel, from those before it.
Picture expected(const MadeNetwork& network, const Batch& batch, const DataShape& shape) {
  const std::array<Tensor, 2> parts = {batch.x, sigmoid(network.forward(batch.x))};
  return {"expected",
          "Held-out images, and under each p(x_i = 1 | the pixels before it). Grey pixels, at the borders of "
          "strokes, cannot be predicted.",
          rows_by_turns(parts, {"image", "expected"}, shape)};
}

// The first half in the order is known, the other is drawn.
Picture completions(const MadeNetwork& network, const Batch& batch, const DataShape& shape, Rng& rng) {
  constexpr int64_t kImages = 8, kShownAs = 2;  // the image, and its known half
  Tensor known = zeros({network.size()});
  for (int64_t p = 0; p < network.size() / 2; ++p)
    known.mutable_data<float>()[network.order()[static_cast<size_t>(p)]] = 1;
  Tensors rows;
  for (int64_t i = 0; i < std::min(kImages, batch.count()); ++i) {
    const Tensor image = batch.x.rows(i, i + 1);
    const Tensor several = broadcast_to(image, {kImageColumns - kShownAs, network.size()}).clone();
    rows.push_back(image);
    rows.push_back(image * known + (1.0 - known) * 0.5);
    rows.push_back(network.complete(several, known, rng));
  }
  return {"completions",
          "A held-out image, the half of it that comes first in the order, and eight exact draws of the rest "
          "given that half.",
          ImageGrid{as_examples(concat(rows, 0), shape), kImageColumns}};
}

}  // namespace

std::vector<Picture> made_unit_pictures(const MadeNetwork& network, const DataShape& shape) {
  const Shape tile = tile_of(shape);
  if (tile.rank() == 0) return {};
  return {
      masks(network, tile),
      filters_picture(transpose(spread(network.hidden(0).weight(), kFilters)), tile, "filters",
                      "Weights of a hundred hidden units. Grey is 0, also where the mask removes a weight.")};
}

std::vector<Picture> made_image_pictures(const MadeNetwork& network, Pixels pixels, const DataShape& shape,
                                         const DataView& data) {
  std::vector<Picture> out = made_unit_pictures(network, shape);
  const int64_t count = std::min<int64_t>(2 * kImageColumns, data.examples.count());
  if (count < kImageColumns) return out;
  const Batch batch = read_examples(data.examples, 0, count, pixels, Rng(data.seed, "eval/pixels"));
  Rng rng(data.seed, "pictures/completions");
  out.push_back(expected(network, batch, shape));
  out.push_back(completions(network, batch, shape, rng));
  Rng draws(data.seed, "pictures/neighbours");
  out.push_back(neighbours_picture(network.sample(2 * kImageColumns, draws), shape, data.train));
  return out;
}

}  // namespace gradzoo
