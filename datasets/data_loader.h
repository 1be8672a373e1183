#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <iterator>
#include <span>

#include "gradzoo/autograd/tensor.h"

namespace gradzoo {

/// Names and defaults are those of PyTorch's DataLoader.
struct DataLoaderOptions {
  int64_t batch_size = 1;  ///< rows of a batch
  bool shuffle = false;    ///< another order each epoch
  bool drop_last = false;  ///< leave out a last batch that is shorter
  uint64_t seed = 0;       ///< of the order, where rows are shuffled
};

/// Which rows of n stand in which batch.
class BatchRows {
 public:
  /// Of tensors with the same number of rows. Throws Error where they differ, for a tensor without rows, and
  /// unless batch_size is 1 or more and there is a batch.
  BatchRows(std::span<const Tensor> tensors, const DataLoaderOptions& options);

  /// How many batches an epoch has.
  int64_t size() const;
  /// The order of an epoch's rows, (n) i64, a pure function of (seed, epoch); undefined: as they are.
  Tensor order(int64_t epoch) const;
  /// Copies the rows of a tensor that are batch i of the order. Never recorded.
  Tensor take(const Tensor& from, const Tensor& order, int64_t i) const;

 private:
  int64_t count_;
  DataLoaderOptions options_;
};

/// Batches of one's own tensors, row by row, as PyTorch's DataLoader over a TensorDataset:
///
///     DataLoader loader({images, labels}, {.batch_size = 32, .shuffle = true, .seed = 1});
///     for (int epoch = 0; epoch < 10; ++epoch)
///       for (const auto& [x, y] : loader) ...
///
/// Each loop over the loader is one more epoch, in another order where it shuffles; loader.epoch(e) is epoch
/// e, whatever came before it.
template <size_t N>
class DataLoader {
 public:
  using Batch = std::array<Tensor, N>;  ///< rows of each tensor, in the tensors' order

  /// Keeps handles on the tensors. Throws Error as BatchRows does.
  explicit DataLoader(const Tensor (&tensors)[N], const DataLoaderOptions& options = {})
      : rows_(tensors, options) {
    for (size_t k = 0; k < N; ++k) tensors_[k] = tensors[k];
  }

  /// Over the batches of one epoch: an input iterator, whose end is std::default_sentinel.
  class Iterator {
   public:
    using value_type = Batch;                ///< of standard algorithms
    using difference_type = std::ptrdiff_t;  ///< of standard algorithms

    /// At the first batch.
    Iterator(const DataLoader& loader, int64_t epoch) : loader_(&loader), order_(loader.rows_.order(epoch)) {}
    /// The batch, made now.
    Batch operator*() const {
      Batch batch;
      for (size_t k = 0; k < N; ++k) batch[k] = loader_->rows_.take(loader_->tensors_[k], order_, i_);
      return batch;
    }
    /// To the next batch.
    Iterator& operator++() {
      ++i_;
      return *this;
    }
    void operator++(int) { ++i_; }                                                    ///< to the next batch
    bool operator==(std::default_sentinel_t) const { return i_ == loader_->size(); }  ///< past the last batch

   private:
    const DataLoader* loader_;
    Tensor order_;
    int64_t i_ = 0;
  };

  /// One pass over all rows.
  class Epoch {
   public:
    Epoch(const DataLoader& loader, int64_t epoch) : loader_(loader), epoch_(epoch) {}  ///< number `epoch`
    Iterator begin() const { return {loader_, epoch_}; }                                ///< the first batch
    std::default_sentinel_t end() const { return {}; }                                  ///< past the last

   private:
    const DataLoader& loader_;
    int64_t epoch_;
  };

  int64_t size() const { return rows_.size(); }  ///< batches of an epoch
  /// One epoch by its number. Throws Error below 0. The loader must outlive it.
  Epoch epoch(int64_t e) const { return {*this, e}; }
  Iterator begin() { return {*this, next_epoch_++}; }  ///< the next epoch begins
  std::default_sentinel_t end() const { return {}; }   ///< past its last batch

 private:
  BatchRows rows_;
  Batch tensors_;
  int64_t next_epoch_ = 0;
};

}  // namespace gradzoo
