#include "gradzoo/datasets/batches.h"

#include <algorithm>
#include <utility>

#include <fmt/format.h>

#include "datasets/images/read_pixels.h"
#include "gradzoo/autograd/ops.h"
#include "gradzoo/autograd/tape.h"

namespace gradzoo {
namespace {

constexpr uint64_t kDrawsPerStep = 16;  // more than any toy takes for one sample

void check_batch(int64_t batch) {
  if (batch < 1) throw Error(fmt::format("batch = {} is out of range. Hint: use 1 or more", batch));
}

void check_step(int64_t step) {
  if (step < 0)
    throw Error(
        fmt::format("batch of step {}: steps are counted from 0. Hint: use a step of 0 or more", step));
}

// Labels are kept as bytes and used as indices.
Tensor labels_at(const Examples& data, const Tensor& rows) {
  if (!data.labels.defined()) return {};
  Tensor out = empty(rows.shape(), DType::i64);
  const int64_t* row = rows.data<int64_t>();
  const uint8_t* labels = data.labels.data<uint8_t>();
  int64_t* values = out.mutable_data<int64_t>();
  for (int64_t i = 0; i < rows.size(); ++i) values[i] = labels[row[i]];
  return out;
}

Batch batch_of(const Examples& data, Tensor rows, Pixels pixels, Rng& rng, DType dtype,
               FirstRow first_row = {}) {
  const NoGrad quiet;
  Tensor x = data.values.dtype() == DType::u8 ? read_pixels(data, rows, pixels, rng, dtype, first_row)
                                              : cast(index_select(data.values, 0, rows), dtype);
  Tensor labels = labels_at(data, rows);
  return {std::move(x), std::move(labels), std::move(rows)};
}

int64_t rows_of_part(int64_t rows, const RowWindow& window) {
  if (rows % window.count == 0) return rows / window.count;
  throw Error("{} parts cannot share a batch of {} rows equally. Hint: use a multiple of {} rows",
              window.count, rows, window.count);
}

}  // namespace

Batch BatchSource::part(int64_t step, const RowWindow& window) {
  Batch whole = at(step);
  if (window.count == 1) return whole;
  const int64_t rows = rows_of_part(whole.count(), window), begin = window.part * rows;
  const auto of = [&](const Tensor& all) { return all.defined() ? all.rows(begin, begin + rows) : all; };
  return {of(whole.x), of(whole.labels), of(whole.rows)};
}

Batches::Batches(Examples data, const BatchOptions& options)
    : data_(std::move(data)),
      options_(options),
      order_rng_(options.seed, "batches/order"),
      pixels_rng_(options.seed, "batches/pixels") {
  check_batch(options_.batch);
  if (steps_per_epoch() == 0)
    throw Error(fmt::format(
        "batch = {} leaves no full batch of {} images. Hint: use a smaller batch, or keep the short one",
        options_.batch, data_.count()));
}

int64_t Batches::steps_per_epoch() const {
  const int64_t n = data_.count();
  return n / options_.batch + (!options_.drop_last && n % options_.batch > 0 ? 1 : 0);
}

Batch Batches::part(int64_t step, const RowWindow& window) {
  check_step(step);
  const int64_t* order = order_of(step / steps_per_epoch());
  const int64_t whole_begin = step % steps_per_epoch() * options_.batch;
  const int64_t count = rows_of_part(std::min(options_.batch, data_.count() - whole_begin), window);
  const int64_t begin = whole_begin + window.part * count;
  Tensor rows = empty({count}, DType::i64);
  const int64_t* member = data_.rows.data<int64_t>();
  int64_t* row = rows.mutable_data<int64_t>();
  for (int64_t i = 0; i < rows.size(); ++i) row[i] = member[order[begin + i]];
  pixels_rng_.set_draw(static_cast<uint64_t>(step));
  pixels_rng_.set_window(window);
  return batch_of(data_, std::move(rows), options_.pixels, pixels_rng_, options_.dtype);
}

const int64_t* Batches::order_of(int64_t epoch) {
  if (epoch != order_epoch_) {
    order_rng_.set_draw(static_cast<uint64_t>(epoch));
    order_ = {};  // its memory is the next one's
    order_ = randperm(data_.count(), order_rng_);
    order_epoch_ = epoch;
  }
  return order_.data<int64_t>();
}

ToyBatches::ToyBatches(std::shared_ptr<const Toy> toy, const BatchOptions& options)
    : toy_(std::move(toy)), options_(options), rng_(options.seed, "batches/points") {
  check_batch(options_.batch);
}

int64_t ToyBatches::steps_per_epoch() const { return (kToyEpoch + options_.batch - 1) / options_.batch; }

Batch ToyBatches::at(int64_t step) {
  check_step(step);
  rng_.set_draw(static_cast<uint64_t>(step) * kDrawsPerStep);
  return {toy_->sample(options_.batch, rng_, options_.dtype), {}, {}};
}

Batch read_examples(const Examples& data, int64_t begin, int64_t end, Pixels pixels, const Rng& rng,
                    DType dtype) {
  if (begin < 0 || end < begin || end > data.count())
    throw Error(fmt::format("read_examples: [{}, {}) is not in [0, {}). Hint: end at data.count()", begin,
                            end, data.count()));
  Rng draws = rng;
  return batch_of(data, data.rows.rows(begin, end).clone(), pixels, draws, dtype, begin);
}

}  // namespace gradzoo
