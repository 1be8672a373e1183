#include "gradzoo/nn/learn/learner.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <utility>

#include <fmt/format.h>

#include "autograd/diagnose.h"
#include "gradzoo/autograd/grad.h"
#include "gradzoo/autograd/plain.h"
#include "gradzoo/autograd/trace.h"
#include "gradzoo/base/error.h"
#include "gradzoo/nn/learn/optim.h"
#include "gradzoo/nn/parallel/shards.h"

namespace gradzoo {
namespace {

bool is_tracing() { return tape_state().mode.tracing; }

void check_finite(double value, const char* what) {
  if (std::isfinite(value)) return;
  const std::string origin = is_tracing() ? first_non_finite() : "";
  throw NonFinite(fmt::format("the {} is {}{}", what, value,
                              origin.empty() ? "" : "; the first value that is not finite: " + origin));
}

// So that whoever adds it up finds it.
void poison(Tensor& gradient) {
  visit_floating(gradient.dtype(),
                 [&]<class T>() { gradient.mutable_data<T>()[0] = std::numeric_limits<T>::quiet_NaN(); });
}

}  // namespace

OptimizerMaker adam(const AdamOptions& options) {
  return [options](Parameters& parameters) { return std::make_unique<Adam>(parameters, options); };
}

OptimizerMaker sgd(const SgdOptions& options) {
  return [options](Parameters& parameters) { return std::make_unique<Sgd>(parameters, options); };
}

Learner::Learner(const Module& module, const LearnerOptions& options)
    : module_(module),
      parameters_(module),
      optimizer_(options.optimizer(parameters_)),
      clip_(options.clip),
      reducer_(options.reducer) {
  complete(options);
}

Learner::Learner(const std::string& name, const Module& module, const LearnerOptions& options)
    : prefix_(name + "."),
      module_(module),
      parameters_({{name, module}}),
      optimizer_(options.optimizer(parameters_)),
      clip_(options.clip),
      reducer_(options.reducer) {
  complete(options);
}

void Learner::complete(const LearnerOptions& options) {
  if (options.ema > 0) ema_.emplace(parameters_, options.ema);
}

namespace {

// Of a tracing tape. A parameter that a Learner trains shares the storage of all of its parameters.
void check_all_trained() {
  for (const Trace& node : trace_log().nodes) {
    for (const Tensor& input : node.inputs) {
      if (!input.defined() || !input.is_leaf() || input.name().empty()) continue;
      if (input.impl()->storage->refs.count() > 1) continue;
      throw Error(
          "the loss depends on the parameter '{}' {}, which no Learner trains. Hint: name its module with "
          "register_module(), or freeze it with requires_grad_(false)",
          input.name(), input.shape().str());
    }
  }
}

}  // namespace

double Learner::step(const Tensor& loss, double learning_rate) {
  if (is_tracing()) check_all_trained();
  const double value = loss.item();
  // A replay that traces wants the shard that failed; else all are to see it together.
  const bool alone = !reducer_ && (!Shards::here() || is_tracing());
  if (alone) check_finite(value, "loss");
  parameters_.zero_grad();
  backward(loss, parameters_.tensors());
  if (!std::isfinite(value)) poison(parameters_.flat_grad());
  return reduce_and_apply(value, learning_rate);
}

double Learner::apply(double learning_rate) { return reduce_and_apply(0, learning_rate); }

double Learner::reduce_and_apply(double loss, double learning_rate) {
  if (Shards* shards = Shards::here()) {
    if (is_tracing()) check_finite(grad_norm(parameters_), "gradient's norm");
    // The one shard of a process has the gradient to itself; others write theirs into the same place.
    const bool single = shards->mine() == 1;
    shards->gather(single ? parameters_.flat_grad() : parameters_.flat_grad().clone(),
                   [&](const Tensor& mean) {
                     if (!single) assign_values(parameters_.flat_grad(), mean);
                     apply_whole(0, learning_rate);
                   });
  } else {
    apply_whole(loss, learning_rate);
  }
  return norm_;
}

void Learner::apply_whole(double loss, double learning_rate) {
  if (!shown_.expired())
    throw Error(
        "step: the parameters hold their average. Hint: end the scope that uses it, for example a target of "
        "chains");
  if (reducer_) reducer_(parameters_.flat_grad());
  check_finite(loss, "loss");
  norm_ = clip_ > 0 ? clip_grad_norm(parameters_, clip_) : grad_norm(parameters_);
  check_finite(norm_, "gradient's norm");
  if (marked_ && !moved_) {
    if (!before_) {
      State state;
      add_to(state);
      before_.emplace(std::move(state));
    }
    before_->take();
    moved_ = true;
  }
  optimizer_->step(learning_rate, clip_ > 0 ? std::min(norm_, clip_) : norm_);
  module_.update_buffers();
  if (ema_) ema_->update();
}

void Learner::mark() {
  marked_ = true;
  moved_ = false;
}

void Learner::take_back() {
  if (moved_) before_->restore();
  moved_ = false;
}

void Learner::add_weights_to(State& state) {
  parameters_.add_to(state);
  for (const NamedTensor& buffer : module_.named_buffers()) state.add(prefix_ + buffer.name, buffer.tensor);
}

void Learner::add_to(State& state) {
  add_weights_to(state);
  optimizer_->add_to(state, prefix_ + "optimizer");
  if (ema_) ema_->add_to(state, prefix_ + "average");
}

std::shared_ptr<const void> Learner::averaged() {
  if (!ema_ || ema_->updates() == 0) return nullptr;
  std::shared_ptr<Ema::Scope> scope = shown_.lock();
  if (!scope) shown_ = scope = std::make_shared<Ema::Scope>(*ema_);
  return scope;
}

}  // namespace gradzoo
