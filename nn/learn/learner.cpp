#include "nn/learn/learner.h"

#include <cmath>

#include <fmt/format.h>

#include "autograd/diagnose.h"
#include "autograd/grad.h"
#include "nn/learn/clip.h"

namespace gradzoo {
namespace {

void check_finite(double value, const char* what) {
  if (std::isfinite(value)) return;
  const std::string origin = tape_state().mode.tracing ? first_non_finite() : "";
  throw NonFinite(fmt::format("the {} is {}{}", what, value,
                              origin.empty() ? "" : "; the first value that is not finite: " + origin));
}

}  // namespace

OptimizerMaker adam(const AdamOptions& options) {
  return [options](Parameters& parameters) { return std::make_unique<Adam>(parameters, options); };
}

OptimizerMaker sgd(const SgdOptions& options) {
  return [options](Parameters& parameters) { return std::make_unique<Sgd>(parameters, options); };
}

Learner::Learner(const Module& module, const LearnerOptions& options)
    : module_(module), parameters_(module), optimizer_(options.optimizer(parameters_)), clip_(options.clip) {
  complete(options);
}

Learner::Learner(const std::string& name, const Module& module, const LearnerOptions& options)
    : prefix_(name + "."),
      module_(module),
      parameters_({{name, module}}),
      optimizer_(options.optimizer(parameters_)),
      clip_(options.clip) {
  complete(options);
}

void Learner::complete(const LearnerOptions& options) {
  if (options.ema > 0) ema_.emplace(parameters_, options.ema);
  if (!options.undo) return;
  State state;
  add_to(state);
  before_.emplace(std::move(state));
}

double Learner::step(const Tensor& loss, double learning_rate) {
  check_finite(loss.item(), "loss");
  parameters_.zero_grad();
  backward(loss, parameters_.tensors());
  return apply(learning_rate);
}

double Learner::apply(double learning_rate) {
  if (!shown_.expired())
    throw Error("step: the parameters hold their average. Hint: end what shows it, a target of chains say");
  const double norm = clip_ > 0 ? clip_grad_norm(parameters_, clip_) : grad_norm(parameters_);
  check_finite(norm, "gradient's norm");
  if (before_) before_->take();
  optimizer_->step(learning_rate);
  module_.update_buffers();
  if (ema_) ema_->update();
  return norm;
}

void Learner::undo() {
  if (!before_) throw Error("undo: this learner keeps no copies. Hint: LearnerOptions{.undo = true}");
  before_->restore();
}

void Learner::add_to(State& state) {
  parameters_.add_to(state);
  for (const NamedTensor& buffer : module_.named_buffers()) state.add(prefix_ + buffer.name, buffer.tensor);
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
