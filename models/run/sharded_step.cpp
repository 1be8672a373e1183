#include <algorithm>
#include <variant>

#include "gradzoo/base/error.h"
#include "gradzoo/models/run/trainer.h"

namespace gradzoo {
namespace {

// What each shard has a copy of: all but what belongs to rows.
State common_of(const State& state) {
  State common;
  for (const State::Entry& entry : state.entries()) {
    if (!entry.by_rows) common.add(entry);
  }
  return common;
}

Tensor rows_of(const Tensor& all, int64_t begin, int64_t end) {
  return all.defined() ? all.rows(begin, end) : all;
}

}  // namespace

ShardedStep::ShardedStep(Model& model, int64_t shards, Processes& processes)
    : model_(model),
      processes_(processes),
      begun_(common_of(model.own_state())),
      shards_(shards, {[this](int64_t shard) { enter(shard); }, [this](int64_t shard) { leave(shard); }},
              processes) {
  const State state = model.own_state();
  for (const State::Entry& entry : state.entries()) {
    if (Rng* const* rng = std::get_if<Rng*>(&entry.target)) streams_.push_back(*rng);
    if (entry.by_rows && entry.shape()[0] % shards != 0)
      throw Error("shards={} do not divide the {} rows of {}. Hint: use a number of rows that {} divides",
                  shards, entry.shape()[0], entry.name, shards);
  }
  for (int64_t i = 0; i < shards_.mine(); ++i) {
    Own& own = own_.emplace_back(Own{begun_, {}, std::vector<double>(model.metrics().size())});
    for (Learner* learner : model.learners())
      own.records.emplace_back(learner->parameters().tensors().size());
  }
}

void ShardedStep::check_rows(int64_t rows) const {
  if (rows % shards_.count() == 0) return;
  throw Error(
      "shards={} do not divide a batch of {} rows. Hint: use batches, also the last of an epoch, that {} "
      "divides",
      shards_.count(), rows, shards_.count());
}

void ShardedStep::enter(int64_t shard) {
  const Own& own = this->own(shard);
  own.state.restore();
  for (Rng* stream : streams_) stream->set_window({shard, shards_.count()});
  for (size_t i = 0; i < own.records.size(); ++i)
    model_.learners()[i]->parameters().put_records(own.records[i]);
}

void ShardedStep::leave(int64_t shard) {
  Own& own = this->own(shard);
  own.state.take();
  for (Rng* stream : streams_) stream->set_window({});
  for (size_t i = 0; i < own.records.size(); ++i)
    model_.learners()[i]->parameters().take_records(own.records[i]);
}

void ShardedStep::run(const StepContext& context, std::vector<double>& row) {
  check_rows(context.batch.count() * processes_.count());
  begun_.take();
  for (Own& own : own_) own.state.take();
  try {
    shards_.run([&](int64_t shard) { train_part(context, shard); });
  } catch (...) {
    begun_.restore();
    throw;
  }
  check_same();
  row = own_[0].row;
}

void ShardedStep::train_part(const StepContext& context, int64_t shard) {
  const int64_t rows = context.batch.count() / shards_.mine(), begin = (shard - shards_.first()) * rows,
                end = begin + rows;
  const Batch part{rows_of(context.batch.x, begin, end), rows_of(context.batch.labels, begin, end),
                   rows_of(context.batch.rows, begin, end)};
  std::vector<double>& row = own(shard).row;
  model_.train_step({context.step, context.steps, context.learning_rate, part}, MetricRow(row));
  row = mean_over_shards(tensor(row, {std::ssize(row)}, DType::f64)).to_vector();
}

void ShardedStep::check_same() const {
  for (const Own& own : own_) {
    if (const std::string name = own.state.first_difference(own_[0].state); !name.empty())
      throw Error(
          "shards end with different values of {}, so shards cannot train this model. Hint: set shards=1",
          name);
  }
}

void ShardedStep::gather_rows() {
  if (processes_.is_alone()) return;
  const State state = model_.own_state();
  for (const State::Entry& entry : state.entries()) {
    if (!entry.by_rows) continue;
    std::vector<std::byte> whole = entry.bytes();
    const auto count = static_cast<size_t>(processes_.count()), share = whole.size() / count;
    const std::vector<std::byte> mine(whole.begin() + processes_.rank() * static_cast<int64_t>(share),
                                      whole.begin() + (processes_.rank() + 1) * static_cast<int64_t>(share));
    processes_.all_gather(mine, std::vector<size_t>(count, share), whole);
    entry.restore(whole);
  }
}

}  // namespace gradzoo
