#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <iterator>
#include <span>

#include "gradzoo/autograd/tensor.h"

namespace gradzoo {

/// Options with the names and defaults of PyTorch's DataLoader.
struct DataLoaderOptions {
  int64_t batch_size = 1;  ///< rows per batch
  bool shuffle = false;    ///< true: another order in each epoch
  bool drop_last = false;  ///< true: omit a shorter last batch
  uint64_t seed = 0;       ///< seed of the shuffled order
};

/// Assignment of n rows to batches.
class BatchRows {
 public:
  /// Throws Error if the tensors differ in their number of rows, if a tensor has no rows, if batch_size is
  /// below 1, or if there would be no batch.
  BatchRows(std::span<const Tensor> tensors, const DataLoaderOptions& options);

  /// Returns the number of batches per epoch.
  int64_t size() const;
  /// Returns the order of an epoch's rows, (n) i64, a pure function of (seed, epoch); undefined: not
  /// shuffled.
  Tensor order(int64_t epoch) const;
  /// Copies the rows of a tensor that are batch i of the order. Never recorded.
  Tensor take(const Tensor& from, const Tensor& order, int64_t i) const;

 private:
  int64_t count_;
  DataLoaderOptions options_;
};

/// Iterates over batches of rows of your tensors, as PyTorch's DataLoader over a TensorDataset:
///
///     DataLoader loader({images, labels}, {.batch_size = 32, .shuffle = true, .seed = 1});
///     for (int epoch = 0; epoch < 10; ++epoch)
///       for (const auto& [x, y] : loader) ...
///
/// Each loop over the loader is the next epoch, in another order if it shuffles; loader.epoch(e) is epoch e.
template <size_t N>
class DataLoader {
 public:
  using Batch = std::array<Tensor, N>;  ///< one batch of rows per tensor

  /// Keeps handles on the tensors. Throws Error as BatchRows does.
  explicit DataLoader(const Tensor (&tensors)[N], const DataLoaderOptions& options = {})
      : rows_(tensors, options) {
    for (size_t k = 0; k < N; ++k) tensors_[k] = tensors[k];
  }

  /// Input iterator over the batches of one epoch; its end is std::default_sentinel.
  class Iterator {
   public:
    using value_type = Batch;                ///< element type
    using difference_type = std::ptrdiff_t;  ///< distance type

    /// Points to the first batch.
    Iterator(const DataLoader& loader, int64_t epoch) : loader_(&loader), order_(loader.rows_.order(epoch)) {}

    /// Makes the batch.
    Batch operator*() const {
      Batch batch;
      for (size_t k = 0; k < N; ++k) batch[k] = loader_->rows_.take(loader_->tensors_[k], order_, i_);
      return batch;
    }
    /// Advances to the next batch.
    Iterator& operator++() {
      ++i_;
      return *this;
    }
    void operator++(int) { ++i_; }  ///< moves to the next batch
    bool operator==(std::default_sentinel_t) const {
      return i_ == loader_->size();
    }  ///< true after the last batch

   private:
    const DataLoader* loader_;
    Tensor order_;
    int64_t i_ = 0;
  };

  /// One pass over all rows.
  class Epoch {
   public:
    Epoch(const DataLoader& loader, int64_t epoch)
        : loader_(loader), epoch_(epoch) {}               ///< epoch number `epoch`
    Iterator begin() const { return {loader_, epoch_}; }  ///< first batch
    std::default_sentinel_t end() const { return {}; }    ///< end of the batches

   private:
    const DataLoader& loader_;
    int64_t epoch_;
  };

  int64_t size() const { return rows_.size(); }  ///< batches per epoch
  /// Returns epoch e. Throws Error if e is below 0. The loader must outlive the epoch.
  Epoch epoch(int64_t e) const { return {*this, e}; }
  Iterator begin() { return {*this, next_epoch_++}; }  ///< starts the next epoch
  std::default_sentinel_t end() const { return {}; }   ///< end of the batches

 private:
  BatchRows rows_;
  Batch tensors_;
  int64_t next_epoch_ = 0;
};

}  // namespace gradzoo
