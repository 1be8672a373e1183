#include "gradzoo/datasets/data_shape.h"

#include <algorithm>
#include <cmath>
#include <optional>
#include <vector>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "autograd/distances.h"
#include "gradzoo/autograd/ops.h"
#include "gradzoo/autograd/tape.h"
#include "gradzoo/base/error.h"
#include "gradzoo/base/text.h"

namespace gradzoo {

Tensor as_image_batch(const Tensor& rows, const DataShape& shape) {
  return reshape(rows, {rows.dim(0), shape.height(), shape.width(), shape.channels()});
}

LabelNames DataShape::labels() const {
  LabelNames all = learned;
  for (int64_t label = 0; learned.empty() && label < classes; ++label) all[label] = fmt::format("{}", label);
  return all;
}

int64_t label_named(const LabelNames& names, const std::string& text) {
  for (const auto& [label, name] : names)
    if (name == text) return label;
  const std::optional<int64_t> number = parse_number<int64_t>(text);
  if (number && names.contains(*number)) return *number;
  throw Error("label {} is not a learned class. Hint: use {}", printable(text), list_of(names));
}

Tensor any_labels(int64_t n, const LabelNames& names) {
  if (names.empty()) return {};
  Tensor labels = empty({n}, DType::i64);
  auto next = names.begin();
  for (int64_t i = 0; i < n; ++i) {
    labels.mutable_data<int64_t>()[i] = next->first;
    if (++next == names.end()) next = names.begin();
  }
  return labels;
}

std::string list_of(const LabelNames& names) {
  constexpr size_t kMost = 20;
  std::vector<std::string> some;
  bool follow = true;  // 0, 1, 2 and so on
  for (const auto& [label, name] : names) {
    const std::string number = fmt::format("{}", label);
    follow = follow && label == std::ssize(some) && name == number;
    some.push_back(name == number ? name : number + " " + printable(name));
  }
  if (follow && some.size() > 1) return fmt::format("0 to {}", some.size() - 1);
  const bool more = some.size() > kMost;
  some.resize(std::min(some.size(), kMost));
  return fmt::format("{}{}", fmt::join(some, ", "), more ? " and more" : "");
}

double DataShape::diameter() const {
  if (!toy) return image_diameter;
  Rng rng(21, "datasets/diameter");  // any seed, but the same for ever
  return diameter_of(toy->sample(kDiameterExamples, rng));
}

double diameter_of(const Tensor& x) {
  const NoGrad quiet;
  const Tensor some = x.rows(0, std::min(kDiameterExamples, x.dim(0)));
  return std::sqrt(max(squared_distances(some, some)).item());
}

}  // namespace gradzoo
