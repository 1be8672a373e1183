#pragma once

#include <string>

#include "nn/learn/parameters.h"
#include "state/state.h"

namespace gradzoo {

/// Updates parameters by their gradients. The parameters must outlive it. A parameter without a gradient
/// counts as one whose gradient is 0.
class Optimizer {
 public:
  virtual ~Optimizer() = default;
  Optimizer(const Optimizer&) = delete;
  Optimizer& operator=(const Optimizer&) = delete;

  /// One step with learning rate `lr`; throws Error unless lr is finite and not negative.
  void step(double lr);
  /// Adds to a State everything that the next step reads except the parameters, as
  /// `prefix.momentum.decoder.weight`.
  virtual void add_to(State& state, const std::string& prefix) = 0;

 protected:
  explicit Optimizer(Parameters& parameters) : parameters_(parameters) {}
  const Parameters& parameters() const { return parameters_; }

 private:
  virtual void update(Tensor& weights, const Tensor& gradients, double lr) = 0;
  Parameters& parameters_;
};

struct SgdOptions {
  double momentum = 0.0;      // in [0, 1)
  double weight_decay = 0.0;  // added to the gradient, times w
  bool nesterov = false;      // needs momentum
};

/// Stochastic gradient descent, PyTorch's rule: v = mu v + g + decay w, w -= lr v; Nesterov's (Sutskever et
/// al. 2013): w -= lr (g + mu v).
class Sgd : public Optimizer {
 public:
  explicit Sgd(Parameters& parameters, const SgdOptions& options = {});
  void add_to(State& state, const std::string& prefix) override;

 private:
  void update(Tensor& weights, const Tensor& gradients, double lr) override;
  SgdOptions options_;
  Tensor momentum_;  // flat; undefined without momentum
};

struct AdamOptions {
  double beta1 = 0.9;    // in [0, 1)
  double beta2 = 0.999;  // in [0, 1)
  double eps = 1e-8;     // above 0
  double weight_decay = 0.0;
  bool decoupled = false;  // w -= lr decay w apart from the gradient: AdamW
};

/// Adam, Kingma & Ba 2015, algorithm 1.
class Adam : public Optimizer {
 public:
  explicit Adam(Parameters& parameters, const AdamOptions& options = {});
  void add_to(State& state, const std::string& prefix) override;

 private:
  void update(Tensor& weights, const Tensor& gradients, double lr) override;
  AdamOptions options_;
  Tensor first_moment_;   // flat, m
  Tensor second_moment_;  // flat, v
  int64_t step_ = 0;
};

/// Adam with decoupled weight decay, Loshchilov & Hutter 2019, algorithm 2 (PyTorch's form: the decay is
/// scaled by lr).
class AdamW : public Adam {
 public:
  explicit AdamW(Parameters& parameters, AdamOptions options = {.weight_decay = 0.01});
};

}  // namespace gradzoo
