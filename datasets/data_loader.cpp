#include "gradzoo/datasets/data_loader.h"

#include <algorithm>

#include "gradzoo/autograd/ops.h"
#include "gradzoo/autograd/random.h"
#include "gradzoo/autograd/tape.h"

namespace gradzoo {

BatchRows::BatchRows(std::span<const Tensor> tensors, const DataLoaderOptions& options)
    : count_(0), options_(options) {
  for (size_t k = 0; k < tensors.size(); ++k) {
    const Tensor& t = tensors[k];
    if (!t.defined() || t.rank() == 0)
      throw Error("DataLoader: tensor {} {} has no rows. Hint: give one row per example", k, t.label());
    if (k == 0) count_ = t.dim(0);
    if (t.dim(0) != count_) {
      throw Error(
          "DataLoader: size mismatch between tensors, {} rows in {} and {} in {}. Hint: use equal numbers",
          count_, tensors[0].label(), t.dim(0), t.label());
    }
  }
  if (options_.batch_size < 1)
    throw Error("DataLoader: batch_size = {} is out of range. Hint: use 1 or more", options_.batch_size);
  if (size() == 0) {
    throw Error("DataLoader: {} rows make no batch of {}. Hint: reduce batch_size, or use drop_last = false",
                count_, options_.batch_size);
  }
}

int64_t BatchRows::size() const {
  const int64_t whole = count_ / options_.batch_size;
  return options_.drop_last || count_ % options_.batch_size == 0 ? whole : whole + 1;
}

Tensor BatchRows::order(int64_t epoch) const {
  if (epoch < 0) throw Error("DataLoader: epoch {} is out of range. Hint: use 0 or more", epoch);
  if (!options_.shuffle) return {};
  Rng rng(options_.seed, "data_loader");
  rng.set_draw(static_cast<uint64_t>(epoch));
  return randperm(count_, rng);
}

Tensor BatchRows::take(const Tensor& from, const Tensor& order, int64_t i) const {
  const NoGrad quiet;
  const int64_t begin = i * options_.batch_size, end = std::min(begin + options_.batch_size, count_);
  return order.defined() ? index_select(from, 0, order.rows(begin, end)) : from.rows(begin, end).clone();
}

}  // namespace gradzoo
