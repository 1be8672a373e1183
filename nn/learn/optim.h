#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "gradzoo/base/error.h"
#include "gradzoo/nn/learn/parameters.h"
#include "gradzoo/state/state.h"

/// Optimisers: they update parameters with their gradients.
namespace gradzoo {

/// A loss or gradient is not finite, or its square is not and Adam keeps that. The step that found it has
/// changed nothing.
class NonFinite : public Error {
 public:
  using Error::Error;
};

/// Updates parameters by their gradients. A parameter that no backward() has reached since zero_grad() is
/// left alone, and so is what the optimiser knows of it. Made of Parameters, which must outlive it, it is a
/// Learner's; made of tensors it keeps Parameters of its own, and a loop is as in PyTorch:
///
///     Adam optimizer(net.parameters(), 1e-3);
///     for (const auto& [x, y] : batches) {
///       const Tape tape;
///       const Tensor loss = mse(net(x), y);
///       optimizer.zero_grad();
///       backward(loss);
///       optimizer.step();
///     }
class Optimizer {
 public:
  virtual ~Optimizer() = default;
  Optimizer(const Optimizer&) = delete;
  Optimizer& operator=(const Optimizer&) = delete;

  /// One step with learning rate `lr`; throws Error unless lr is finite and not negative. `norm`: that of the
  /// gradients, where it is known, so that they are not read once more.
  void step(double lr, std::optional<double> norm = {});
  /// With the rate that it was made with; throws Error where that was none.
  void step();
  /// Marks every gradient as empty: the next backward() stores instead of adding.
  void zero_grad() { parameters_.zero_grad(); }
  /// Adds to a State everything that the next step reads except the parameters, as
  /// `prefix.momentum.decoder.weight`.
  virtual void add_to(State& state, const std::string& prefix) = 0;

 protected:
  /// Neighbouring parameters in flat() that have gradients.
  struct Stretch {
    int64_t begin, end;                           ///< of their numbers
    int64_t missed;                               ///< steps, each of them alike
    int64_t size() const { return end - begin; }  ///< numbers
  };

  explicit Optimizer(Parameters& parameters);                   ///< the rate comes with each step
  Optimizer(std::vector<Tensor> parameters, double lr);         ///< step() takes that rate
  const Parameters& parameters() const { return parameters_; }  ///< those that it steps
  Tensor& missed() { return missed_; }                          ///< steps without each of them, i64

 private:
  /// Before a step; throws where it refuses the gradients, whose norm may be known.
  virtual void begin(const Tensor& /*gradients*/, std::optional<double> /*norm*/) {}
  virtual void update(Tensor& weights, const Tensor& gradients, const Stretch& at, double lr) = 0;
  std::unique_ptr<Parameters> own_;  ///< where it was made of tensors
  Parameters& parameters_;
  std::optional<double> lr_;
  Tensor missed_;
  std::vector<Stretch> stretches_;
};

/// PyTorch's names.
struct SgdOptions {
  double momentum = 0.0;      ///< in [0, 1)
  double weight_decay = 0.0;  ///< added to the gradient, times w
  bool nesterov = false;      ///< needs momentum
};

/// Stochastic gradient descent, PyTorch's rule: v = mu v + g + decay w, w -= lr v; Nesterov's (Sutskever et
/// al. 2013): w -= lr (g + mu v).
class Sgd : public Optimizer {
 public:
  explicit Sgd(Parameters& parameters, const SgdOptions& options = {});  ///< the rate comes with each step
  Sgd(std::vector<Tensor> parameters, double lr,
      const SgdOptions& options = {});  ///< of one's own tensors; step() takes `lr`
  void add_to(State& state, const std::string& prefix) override;

 private:
  void prepare();
  void update(Tensor& weights, const Tensor& gradients, const Stretch& at, double lr) override;
  SgdOptions options_;
  Tensor momentum_;  ///< flat; undefined without momentum
};

/// PyTorch's names.
struct AdamOptions {
  double beta1 = 0.9;         ///< in [0, 1)
  double beta2 = 0.999;       ///< in [0, 1)
  double eps = 1e-8;          ///< above 0
  double weight_decay = 0.0;  ///< times w; added to the gradient unless `decoupled`
  bool decoupled = false;     ///< w -= lr decay w apart from the gradient: AdamW
};

/// Adam, Kingma & Ba 2015, algorithm 1.
class Adam : public Optimizer {
 public:
  explicit Adam(Parameters& parameters, const AdamOptions& options = {});  ///< the rate comes with each step
  /// Of tensors of one's own; step() takes the rate `lr`.
  explicit Adam(std::vector<Tensor> parameters, double lr = 1e-3, const AdamOptions& options = {});
  void add_to(State& state, const std::string& prefix) override;

 private:
  void check_options() const;
  void begin(const Tensor& gradients, std::optional<double> norm) override;
  void update(Tensor& weights, const Tensor& gradients, const Stretch& at, double lr) override;
  AdamOptions options_;
  Tensor first_moment_;   ///< flat, m
  Tensor second_moment_;  ///< flat, v
  int64_t step_ = 0;
};

/// Adam with decoupled weight decay, Loshchilov & Hutter 2019, algorithm 2 (PyTorch's form: the decay is
/// scaled by lr).
class AdamW : public Adam {
 public:
  /// The rate comes with each step.
  explicit AdamW(Parameters& parameters, AdamOptions options = {.weight_decay = 0.01});
  /// Of tensors of one's own; step() takes the rate `lr`.
  explicit AdamW(std::vector<Tensor> parameters, double lr = 1e-3,
                 AdamOptions options = {.weight_decay = 0.01});
};

/// The Euclidean norm of all gradients together, summed in double. NaN or infinity where a gradient is not
/// finite.
double grad_norm(Parameters& parameters);

/// Scales the gradients so that their norm is at most `max_norm` (Pascanu et al. 2013, algorithm 1) and
/// returns the norm before. If the norm is not finite, the gradients do not change, and the caller must
/// not step. Throws Error unless max_norm is above 0.
double clip_grad_norm(Parameters& parameters, double max_norm);

}  // namespace gradzoo
