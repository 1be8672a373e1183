#include "gradzoo/nn/learn/optim.h"

#include <cmath>
#include <limits>
#include <utility>

#include <fmt/format.h>

#include "autograd/updates.h"

namespace gradzoo {
namespace {

// Numbers that are updated together. A larger matrix is a loop of its own, of which each thread has the rows
// whose gradient it wrote, and which it turns round for the next product: they do not leave its core.
constexpr int64_t kSmall = 32768;

void check_fraction(const char* what, double value) {
  if (value >= 0.0 && value < 1.0) return;
  throw Error("{} is {}. Hint: use at least 0 and below 1", what, value);
}

void check_not_negative(const char* what, double value) {
  if (value >= 0.0 && std::isfinite(value)) return;
  throw Error("{} is {}. Hint: use a finite number, at least 0", what, value);
}

AdamOptions decoupled(AdamOptions options) {
  options.decoupled = true;
  return options;
}

}  // namespace

Optimizer::Optimizer(Parameters& parameters)
    : parameters_(parameters),
      missed_(zeros({static_cast<int64_t>(parameters.slices().size())}, DType::i64)) {}

Optimizer::Optimizer(std::vector<Tensor> parameters, double lr)
    : own_(std::make_unique<Parameters>(std::move(parameters))),
      parameters_(*own_),
      lr_(lr),
      missed_(zeros({static_cast<int64_t>(own_->slices().size())}, DType::i64)) {
  check_not_negative("the learning rate", lr);
}

void Optimizer::step() {
  if (!lr_) throw Error("step: the optimiser has no learning rate. Hint: use step(1e-3)");
  step(*lr_);
}

void Optimizer::step(double lr, std::optional<double> norm) {
  check_not_negative("the learning rate", lr);
  const Tensor& gradients = parameters_.flat_grad();
  begin(gradients, norm);
  const auto slices = parameters_.slices();
  int64_t* const missed = missed_.mutable_data<int64_t>();
  stretches_.clear();
  for (size_t i = 0; i < slices.size(); ++i) {
    const int64_t end = i + 1 < slices.size() ? slices[i + 1].offset : gradients.size();
    if (!slices[i].tensor.grad().defined()) {
      ++missed[i];
    } else if (!stretches_.empty() && stretches_.back().end == slices[i].offset &&
               stretches_.back().missed == missed[i] && end - stretches_.back().begin <= kSmall) {
      stretches_.back().end = end;
    } else {
      stretches_.push_back({slices[i].offset, end, missed[i]});
    }
  }
  for (const Stretch& stretch : stretches_) update(parameters_.flat(), gradients, stretch, lr);
}

Sgd::Sgd(Parameters& parameters, const SgdOptions& options) : Optimizer(parameters), options_(options) {
  prepare();
}

Sgd::Sgd(std::vector<Tensor> parameters, double lr, const SgdOptions& options)
    : Optimizer(std::move(parameters), lr), options_(options) {
  prepare();
}

void Sgd::prepare() {
  check_fraction("sgd: momentum", options_.momentum);
  check_not_negative("sgd: weight_decay", options_.weight_decay);
  if (options_.nesterov && options_.momentum == 0.0)
    throw Error("sgd: nesterov without momentum. Hint: use momentum = 0.9");
  if (options_.momentum > 0.0) momentum_ = parameters().make_flat();
}

void Sgd::add_to(State& state, const std::string& prefix) {
  if (momentum_.defined()) parameters().add_to(state, prefix + ".momentum", momentum_);
}

void Sgd::update(Tensor& weights, const Tensor& gradients, const Stretch& at, double lr) {
  sgd_update(weights, gradients, momentum_, at.begin, at.end, lr, options_.momentum, options_.weight_decay,
             options_.nesterov);
}

Adam::Adam(Parameters& parameters, const AdamOptions& options)
    : Optimizer(parameters),
      options_(options),
      first_moment_(parameters.make_flat()),
      second_moment_(parameters.make_flat()) {
  check_options();
}

Adam::Adam(std::vector<Tensor> tensors, double lr, const AdamOptions& options)
    : Optimizer(std::move(tensors), lr),
      options_(options),
      first_moment_(parameters().make_flat()),
      second_moment_(parameters().make_flat()) {
  check_options();
}

void Adam::check_options() const {
  check_fraction("adam: beta1", options_.beta1);
  check_fraction("adam: beta2", options_.beta2);
  check_not_negative("adam: weight_decay", options_.weight_decay);
  check_not_negative("adam: eps", options_.eps);
  if (options_.eps == 0.0) throw Error("adam: eps is 0, so zero gradients give 0/0. Hint: use eps = 1e-8");
}

void Adam::add_to(State& state, const std::string& prefix) {
  parameters().add_to(state, prefix + ".first_moment", first_moment_);
  parameters().add_to(state, prefix + ".second_moment", second_moment_);
  state.add(prefix + ".step", step_);
  state.add_optional(prefix + ".missed", missed());
}

void Adam::begin(const Tensor& gradients, std::optional<double> norm) {
  const double squares = norm ? *norm * *norm : sum_squares(gradients);
  visit_floating(gradients.dtype(), [&]<class T>() {
    if (squares > static_cast<double>(std::numeric_limits<T>::max()))
      throw NonFinite(
          fmt::format("the square of the gradient's norm, about {:.1e}, exceeds the range of {}, and Adam "
                      "would keep it forever. Hint: clip the gradient, or use another loss",
                      squares, dtype_name(gradients.dtype())));
  });
  ++step_;
}

void Adam::update(Tensor& weights, const Tensor& gradients, const Stretch& at, double lr) {
  adam_update(weights, gradients, first_moment_, second_moment_, at.begin, at.end, lr, options_.beta1,
              options_.beta2, options_.eps, options_.weight_decay, options_.decoupled, step_ - at.missed);
}

AdamW::AdamW(Parameters& parameters, AdamOptions options) : Adam(parameters, decoupled(options)) {}
AdamW::AdamW(std::vector<Tensor> parameters, double lr, AdamOptions options)
    : Adam(std::move(parameters), lr, decoupled(options)) {}

}  // namespace gradzoo
