#pragma once

#include <memory>

#include "gradzoo/autograd/random.h"
#include "gradzoo/autograd/tensor.h"
#include "gradzoo/datasets/images/image_dataset.h"
#include "gradzoo/datasets/images/pixels.h"
#include "gradzoo/datasets/toys/toy.h"

namespace gradzoo {

/// Some examples, ready for a model.
struct Batch {
  Tensor x;       ///< (B, size of an example) f32 or f64
  Tensor labels;  ///< (B) i64; undefined where there are none
  Tensor rows;    ///< (B) i64: rows of the set's values; undefined where points are drawn afresh

  int64_t count() const { return x.dim(0); }  ///< rows
};

/// How examples become batches.
struct BatchOptions {
  int64_t batch = 100;           ///< rows of one
  uint64_t seed = 0;             ///< of the order, and of pixels that are drawn anew
  Pixels pixels = Pixels::grey;  ///< how bytes become numbers; no matter of points
  /// an epoch that batches don't fill ends in a short one, as PyTorch's examples do
  bool drop_last = false;
  DType dtype = DType::f32;  ///< of x
};

/// Batches for training. The batch of step s is a pure function of (seed, s), so a resumed run continues at
/// its step.
class BatchSource {
 public:
  virtual ~BatchSource() = default;
  virtual int64_t steps_per_epoch() const = 0;  ///< batches of one pass over the data
  /// The batch of a step, 0 <= step; fast when steps follow each other within an epoch.
  virtual Batch at(int64_t step) = 0;
  /// One of `window.count` equal parts of its rows: what a process reads that shares the batch with others.
  /// Throws Error where they do not divide the rows.
  virtual Batch part(int64_t step, const RowWindow& window);
};

/// Shuffled batches of a fixed set of examples. Epoch e = s / steps_per_epoch goes through permutation e of
/// the seed, so each image comes once an epoch, and pixels that are drawn anew take draw s. After the first
/// epoch's first step nothing is allocated but pooled tensors.
class Batches : public BatchSource {
 public:
  /// Throws Error unless 1 <= batch, and batch <= the number of images where short batches are dropped.
  explicit Batches(Examples data, const BatchOptions& options = {});

  const Examples& data() const { return data_; }            ///< all of them
  const BatchOptions& options() const { return options_; }  ///< as given
  int64_t steps_per_epoch() const override;
  Batch at(int64_t step) override { return part(step, {}); }
  Batch part(int64_t step, const RowWindow& window) override;

 private:
  const int64_t* order_of(int64_t epoch);

  Examples data_;
  BatchOptions options_;
  Rng order_rng_, pixels_rng_;
  Tensor order_;  ///< (n) i64: the permutation of `order_epoch_`
  int64_t order_epoch_ = -1;
};

/// The number of points that counts as an epoch of a toy, which has endless points.
inline constexpr int64_t kToyEpoch = 50'000;

/// Fresh points of a toy at every step.
class ToyBatches : public BatchSource {
 public:
  /// Throws Error unless 1 <= batch. `options.pixels` and `drop_last` have no effect here.
  ToyBatches(std::shared_ptr<const Toy> toy, const BatchOptions& options);
  int64_t steps_per_epoch() const override;
  Batch at(int64_t step) override;

 private:
  std::shared_ptr<const Toy> toy_;
  BatchOptions options_;
  Rng rng_;
};

/// Examples [begin, end) of a subset in its own order, for evaluation. Pixels that are drawn anew take rng's
/// current draw (which is left as it is), addressed by place in the subset: the same values in whatever
/// pieces it is read. Throws Error unless 0 <= begin <= end <= data.count().
Batch read_examples(const Examples& data, int64_t begin, int64_t end, Pixels pixels, const Rng& rng,
                    DType dtype = DType::f32);

}  // namespace gradzoo
