#include "gradzoo/datasets/kinds/kind.h"

#include <algorithm>
#include <utility>

#include <fmt/format.h>

#include "gradzoo/autograd/ops.h"
#include "gradzoo/base/error.h"

namespace gradzoo {

DataKind images_kind(), plane_kind(), line_kind(), space_kind(), bits_kind();

namespace {

struct KindList {
  std::deque<DataKind> kinds;  // whose places stay
  std::vector<ToyInfo> toys;

  void add(DataKind kind) {
    for (const ToyEntry& toy : kind.toys) toys.push_back(toy.info);
    kinds.push_back(std::move(kind));
  }
};

KindList& list() {
  static KindList kList = [] {
    KindList kinds;
    kinds.add(images_kind());
    kinds.add(plane_kind());
    kinds.add(line_kind());
    kinds.add(space_kind());
    kinds.add(bits_kind());
    return kinds;
  }();
  return kList;
}

}  // namespace

const std::deque<DataKind>& data_kinds() { return list().kinds; }

void add_data_kind(DataKind kind) { list().add(std::move(kind)); }

std::span<const ToyInfo> known_toys() { return list().toys; }

const DataKind& kind_of(const Shape& example, const Toy* toy) {
  const std::deque<DataKind>& kinds = data_kinds();
  const auto found =
      std::find_if(kinds.rbegin(), kinds.rend(), [&](const DataKind& k) { return k.holds(example, toy); });
  if (found == kinds.rend())
    throw Error("examples of shape {} match no kind of data. Hint: use vectors or images", example.str());
  return *found;
}

const DataKind& find_kind(std::string_view name) {
  const auto found = std::ranges::find(data_kinds(), name, &DataKind::name);
  if (found == data_kinds().end()) throw Error("unknown kind of data '{}'. Hint: use images", name);
  return *found;
}

const DataKind& DataShape::kind() const { return kind_of(example, toy.get()); }

std::string size_of_points(const Shape& example) {
  return fmt::format("points of {} numbers", example.size());
}

Shape tile_of_toy(const Shape&, const Toy* toy) { return toy == nullptr ? Shape() : toy->tile(); }

Tensor gaussian_noise(const DataShape& shape, int64_t n, Rng& rng) {
  Tensor z = randn({n, shape.size()}, rng);
  if (!shape.toy) return z;
  const Box box = shape.toy->box();
  return box.centre() + z * box.sides() / 6.0;
}

Tensor as_examples(const Tensor& rows, const DataShape& shape) {
  const DataKind& kind = shape.kind();
  return reshape(kind.is_bounded() ? clamp(rows, kind.low, kind.high) : rows,
                 shape.example.insert(0, rows.dim(0)));
}

}  // namespace gradzoo
