#include <fmt/format.h>
#include <fmt/ranges.h>

#include "gradzoo/autograd/ops.h"
#include "gradzoo/datasets/kinds/kind.h"

namespace gradzoo {

/// Grey and coloured ones, read as bytes, which models see as [0, 1].
DataKind images_kind() {
  return {
      .name = "images",
      .data = "mnist",
      .holds = [](const Shape& example, const Toy*) { return example.rank() >= 2; },
      .small =
          [] {
            return DataShape{.example = {8, 8}, .classes = 10};
          },
      .word = "images",
      .size = [](const Shape& example) { return fmt::format("images of {}", fmt::join(example, "x")); },
      .defaults = "images",
      .pixels = true,
      .low = 0,
      .high = 1,
      .noise =
          [](const DataShape& shape, int64_t n, Rng& rng) {
            return rand({n, shape.size()}, rng);
          },
      .tile = [](const Shape& example, const Toy*) { return example; },
      .shown = 100,
      .at_once = 250,
      .nats = "nats/image",
      .nats_meaning = "natural logarithms of probability, summed over an image's pixels; 1 nat is 1.44 bits"};
}

}  // namespace gradzoo
