#pragma once

#include <cmath>
#include <map>
#include <memory>
#include <sstream>
#include <string>
#include <vector>

#include "gradzoo/autograd/grad.h"
#include "gradzoo/autograd/ops.h"
#include "gradzoo/autograd/tape.h"
#include "gradzoo/models/registry.h"
#include "gradzoo/models/run/session.h"
#include "support/error_message.h"
#include "support/short_names.h"
#include "support/take_over.h"

/// The models of the list in small sizes, without data on disk.
namespace gradzoo::test {

/// Returns a run's options, key=value, completed for data of this shape.
inline std::unique_ptr<RunOptions> options_for(const std::string& model, const Strings& assignments,
                                               const DataShape& shape) {
  auto options = std::make_unique<RunOptions>(find_model(model));
  options->assign(assignments);
  options->complete(shape);
  return options;
}

inline Strings joined(Strings all, const Strings& more) {
  all.insert(all.end(), more.begin(), more.end());
  return all;
}

/// Makes the model with these options.
template <class M>
std::unique_ptr<M> small_model(const std::string& model, const Strings& assignments, const DataShape& shape) {
  std::unique_ptr<Model> made = options_for(model, assignments, shape)->make_model(shape);
  M& typed = dynamic_cast<M&>(*made);
  static_cast<void>(made.release());
  return std::unique_ptr<M>(&typed);
}

/// Returns the error that rejects settings of a model for data of a shape; "" if they are allowed.
struct RefusedOptions {
  Strings assignments;
  DataShape shape;
  std::string text;
};

/// Checks that a model rejects options.
inline void check_refused_options(const std::string& model, const std::vector<RefusedOptions>& all) {
  for (const RefusedOptions& one : all) {
    std::string line = model;
    for (const std::string& assignment : one.assignments) line += " " + assignment;
    const std::string message = error_message([&] { options_for(model, one.assignments, one.shape); });
    CHECK_MESSAGE((one.text.empty() ? message.empty() : contains(message, one.text)), line, ": '", message,
                  "', expected: ", one.text);
  }
}

/// Returns the text of an option of a model for data of this shape.
inline std::string option_text(const std::string& model, const Strings& assignments, const DataShape& shape,
                               const std::string& key) {
  return options_for(model, assignments, shape)->table().find(key).text();
}

/// Checks the values of options, written as key=value. A text may hold several, separated by blanks.
inline void check_options(const std::string& model, const Strings& assignments, const DataShape& shape,
                          const Strings& expected) {
  CAPTURE(model);
  CAPTURE(shape.example.str());
  const std::unique_ptr<RunOptions> options = options_for(model, assignments, shape);
  for (const std::string& line : expected) {
    std::istringstream words(line);
    for (std::string word; words >> word;) {
      const std::string key = word.substr(0, word.find('='));
      CHECK(key + "=" + options->table().find(key).text() == word);
    }
  }
}

inline DataShape toy_shape(const std::string& toy, const ToyOptions& options = {}) {
  return shape_of({.data = toy, .toy_scale = options.scale, .toy_noise = options.noise});
}

/// Makes one training step on a batch, or on x without labels, and returns the metrics by their names.
inline std::map<std::string, double> step_on(Model& model, const Batch& batch, double rate, int64_t step = 0,
                                             int64_t steps = 100) {
  Doubles row(model.metrics().size());
  model.train_step({step, steps, rate, batch}, MetricRow(row));
  std::map<std::string, double> out;
  for (size_t i = 0; i < row.size(); ++i) out[model.metrics()[i].key()] = row[i];
  return out;
}
inline std::map<std::string, double> step_on(Model& model, const Tensor& x, double rate, int64_t step = 0,
                                             int64_t steps = 100) {
  return step_on(model, Batch{x, {}, {}}, rate, step, steps);
}

/// Returns a plan with ten steps per epoch, a constant learning rate and few rows.
inline TrainPlan plan_of(int64_t steps, double rate, int64_t shards = 1) {
  return {.steps = steps,
          .steps_per_epoch = 10,
          .log_every = 100,
          .learning_rate = rate,
          .schedule = Decay::constant,
          .shards = shards};
}

/// Continues the training until a step.
struct Unwatched : TrainObserver {
  Doubles metrics;  // metrics of the last row
  int64_t stop_at = -1;
  void on_log(const LogRow& row) override { metrics.assign(row.metrics.begin(), row.metrics.end()); }
  void on_epoch(int64_t) override {}
  bool should_stop(int64_t step) override { return step == stop_at; }
};

/// Returns the norm of the gradient of the loss from `make()` with respect to all parameters of a module,
/// before clipping, as a training step reports it.
template <class Make>
double gradient_norm(const Module& module, Make make) {
  std::vector<Tensor> parameters;
  for (const NamedTensor& p : module.named_parameters()) parameters.push_back(p.tensor);
  const Tape tape;
  double squares = 0;
  for (const Tensor& g : grad(make(), parameters)) squares += sum(square(g)).item();
  return std::sqrt(squares);
}

}  // namespace gradzoo::test
