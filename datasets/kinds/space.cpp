#include "gradzoo/autograd/ops.h"
#include "gradzoo/datasets/kinds/kind.h"

namespace gradzoo {

/// Points of more numbers, from a file.
DataKind space_kind() {
  return {.name = "points of many numbers",
          .data = "",
          .holds = [](const Shape& example, const Toy*) { return example.rank() == 1 && example.size() > 2; },
          .small =
              [] {
                constexpr int64_t kNumbers = 3;
                return DataShape{.example = {kNumbers},
                                 .toy = make_gaussian(zeros({kNumbers}), eye(kNumbers))};
              }};
}

}  // namespace gradzoo
