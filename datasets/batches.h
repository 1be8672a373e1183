#pragma once

#include <memory>

#include "gradzoo/autograd/random.h"
#include "gradzoo/autograd/tensor.h"
#include "gradzoo/datasets/images/image_dataset.h"
#include "gradzoo/datasets/images/pixels.h"
#include "gradzoo/datasets/toys/toy.h"

namespace gradzoo {

/// A batch of examples for a model.
struct Batch {
  Tensor x;       ///< (B, size of an example) f32 or f64
  Tensor labels;  ///< (B) i64; undefined if examples have no labels
  Tensor rows;    ///< (B) i64 rows of the set's values; undefined for newly drawn points

  int64_t count() const { return x.dim(0); }  ///< number of rows
};

/// Settings of the batches.
struct BatchOptions {
  int64_t batch = 100;           ///< rows per batch
  uint64_t seed = 0;             ///< seed of the order and of random pixels
  Pixels pixels = Pixels::grey;  ///< conversion of bytes to pixels; not used for points
  bool drop_last = false;        ///< true: omit the shorter last batch of an epoch
  DType dtype = DType::f32;      ///< dtype of x
};

/// A source of training batches. The batch of step s is a pure function of (seed, s), so a resumed run
/// continues with the same batches.
class BatchSource {
 public:
  virtual ~BatchSource() = default;
  virtual int64_t steps_per_epoch() const = 0;  ///< batches per pass over the data
  /// Returns the batch of a step >= 0; consecutive steps of one epoch are fast.
  virtual Batch at(int64_t step) = 0;
  /// Returns one of `window.count` equal parts of the batch's rows, for a process that shares the batch with
  /// others. Throws Error if the number of rows is not a multiple of the number of parts.
  virtual Batch part(int64_t step, const RowWindow& window);
};

/// Shuffled batches of a fixed set of examples. Epoch e = s / steps_per_epoch uses permutation e of the seed,
/// so each image occurs once per epoch, and random pixels of step s use draw s. After the first step of the
/// first epoch only pooled tensors are allocated.
class Batches : public BatchSource {
 public:
  /// Throws Error unless batch is at least 1, and with drop_last at most the number of images.
  explicit Batches(Examples data, const BatchOptions& options = {});

  const Examples& data() const { return data_; }            ///< all examples
  const BatchOptions& options() const { return options_; }  ///< options of the batches
  int64_t steps_per_epoch() const override;
  Batch at(int64_t step) override { return part(step, {}); }
  Batch part(int64_t step, const RowWindow& window) override;

 private:
  const int64_t* order_of(int64_t epoch);

  Examples data_;
  BatchOptions options_;
  Rng order_rng_, pixels_rng_;
  Tensor order_;  ///< (n) i64 permutation of epoch `order_epoch_`
  int64_t order_epoch_ = -1;
};

/// Number of points per epoch of a toy, which has infinitely many points.
inline constexpr int64_t kToyEpoch = 50'000;

/// Batches of a toy, with new points at every step.
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

/// Returns examples [begin, end) of a subset in the subset's order, for evaluation. Random pixels use rng's
/// current draw, which does not advance, and depend on the position in the subset: their values are the same
/// in any division into ranges. Throws Error unless 0 <= begin <= end <= data.count().
Batch read_examples(const Examples& data, int64_t begin, int64_t end, Pixels pixels, const Rng& rng,
                    DType dtype = DType::f32);

}  // namespace gradzoo
