#pragma once

#include "autograd/random.h"
#include "autograd/tensor.h"
#include "datasets/image_dataset.h"
#include "datasets/pixels.h"

namespace gradzoo {

/// Some examples, ready for a model.
struct Batch {
  Tensor x;       // (B, H*W) f32 or f64
  Tensor labels;  // (B) i64
  Tensor rows;    // (B) i64: rows of the subset's images

  int64_t count() const { return x.dim(0); }
};

struct BatchOptions {
  int64_t batch = 100;
  uint64_t seed = 0;
  Pixels pixels = Pixels::grey;
  bool drop_last = false;  // an epoch that batches don't fill ends in a short one, as PyTorch's examples do
  DType dtype = DType::f32;
};

/// Shuffled batches for training. The batch of step s is a pure function of (seed, s): epoch e = s /
/// steps_per_epoch walks through permutation e of the seed, so each image comes once an epoch, and pixels
/// that are drawn anew take draw s. A resumed run asks for the step that it stopped at. After the first
/// epoch's first step nothing is allocated but pooled tensors.
class Batches {
 public:
  /// Throws Error unless 1 <= batch, and batch <= the number of images where short batches are dropped.
  explicit Batches(ImageSubset data, const BatchOptions& options = {});

  const ImageSubset& data() const { return data_; }
  const BatchOptions& options() const { return options_; }
  int64_t steps_per_epoch() const;
  /// The batch of a step, 0 <= step; fast when steps follow each other within an epoch.
  Batch at(int64_t step);

 private:
  const int64_t* order_of(int64_t epoch);

  ImageSubset data_;
  BatchOptions options_;
  uint64_t order_key_, pixels_key_;
  Tensor order_;  // (n) i64: the permutation of `order_epoch_`
  int64_t order_epoch_ = -1;
};

/// Examples [begin, end) of a subset in its own order, for evaluation. Pixels that are drawn anew take rng's
/// current draw (which is left as it is), addressed by place in the subset: the same values in whatever
/// pieces it is read. Throws Error unless 0 <= begin <= end <= data.count().
Batch read_examples(const ImageSubset& data, int64_t begin, int64_t end, Pixels pixels, const Rng& rng,
                    DType dtype = DType::f32);

}  // namespace gradzoo
