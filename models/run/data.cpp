#include "gradzoo/base/error.h"
#include "gradzoo/models/run/session.h"

namespace gradzoo {

RunData::RunData(const DatasetOptions& data, const TrainingOptions& training)
    : dataset_(data),
      shape_(dataset_.shape()),
      // A toy never runs out of points that nothing was trained on.
      trains_on_all_(training.split == Split::train && shape_.toy == nullptr),
      train_(dataset_.split(trains_on_all_ ? Split::train : Split::fit)),
      watched_(trains_on_all_ ? train_ : dataset_.split(Split::valid)),
      seed_(training.stream_seed()) {}

void RunData::replace_training(Examples examples) {
  train_ = std::move(examples);
  shape_.example = train_.example();
}

Examples RunData::evaluation_examples(Split split) const {
  if (split == Split::valid && trains_on_all_) {
    throw Error(
        "the run was trained on all training examples, including the validation ones (split=train). Hint: "
        "use --split test");
  }
  return dataset_.split(split);
}

std::unique_ptr<BatchSource> RunData::batches(const BatchOptions& options) const {
  if (shape_.toy) return std::make_unique<ToyBatches>(shape_.toy, options);
  return std::make_unique<Batches>(train_, options);
}

}  // namespace gradzoo
