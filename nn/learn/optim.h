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

/// The error for a loss or gradient that is not finite, or with Adam a gradient whose square is not finite.
/// The step that throws it has changed nothing.
class NonFinite : public Error {
 public:
  using Error::Error;
};

/// An optimiser, which updates parameters with their gradients. If no backward() has reached a parameter
/// since zero_grad(), the parameter and its moments do not change. A Learner makes an optimiser from
/// Parameters, which must outlive it. An optimiser made from tensors owns its Parameters, and a training loop
/// is as in PyTorch:
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

  /// Makes one step with learning rate `lr`; throws Error unless lr is finite and not negative. Pass the
  /// gradients' norm if it is known, so that it is not computed again.
  void step(double lr, std::optional<double> norm = {});
  /// Makes one step with the constructor's learning rate; throws Error if the constructor had none.
  void step();
  /// Marks every gradient as empty: the next backward() stores instead of adding.
  void zero_grad() { parameters_.zero_grad(); }
  /// Adds everything that the next step reads, except the parameters, to a State:
  /// `prefix.momentum.decoder.weight`.
  virtual void add_to(State& state, const std::string& prefix) = 0;

 protected:
  /// A range of neighbouring parameters in flat() that have gradients.
  struct Stretch {
    int64_t begin, end;                           ///< range of elements
    int64_t missed;                               ///< number of steps that these parameters missed
    int64_t size() const { return end - begin; }  ///< number of elements
  };

  explicit Optimizer(Parameters& parameters);                   ///< step() needs a rate
  Optimizer(std::vector<Tensor> parameters, double lr);         ///< `lr` is the rate of step()
  const Parameters& parameters() const { return parameters_; }  ///< the optimised tensors
  Tensor& missed() { return missed_; }                          ///< i64 number of missed steps per parameter

 private:
  /// Prepares a step; throws NonFinite if the optimiser rejects the gradients.
  virtual void begin(const Tensor& /*gradients*/, std::optional<double> /*norm*/) {}
  virtual void update(Tensor& weights, const Tensor& gradients, const Stretch& at, double lr) = 0;
  std::unique_ptr<Parameters> own_;  ///< Parameters of an optimiser that was made from tensors
  Parameters& parameters_;
  std::optional<double> lr_;
  Tensor missed_;
  std::vector<Stretch> stretches_;
};

/// Options of Sgd, with PyTorch's names.
struct SgdOptions {
  double momentum = 0.0;      ///< momentum mu in [0, 1)
  double weight_decay = 0.0;  ///< factor of w that is added to the gradient
  bool nesterov = false;      ///< Nesterov's rule, which needs momentum
};

/// Stochastic gradient descent with PyTorch's rule: v = mu v + g + decay w, w -= lr v; with Nesterov's
/// (Sutskever et al. 2013): w -= lr (g + mu v).
class Sgd : public Optimizer {
 public:
  explicit Sgd(Parameters& parameters, const SgdOptions& options = {});  ///< step() needs a rate
  /// `lr` is the rate of step().
  Sgd(std::vector<Tensor> parameters, double lr, const SgdOptions& options = {});
  void add_to(State& state, const std::string& prefix) override;

 private:
  void prepare();
  void update(Tensor& weights, const Tensor& gradients, const Stretch& at, double lr) override;
  SgdOptions options_;
  Tensor momentum_;  ///< flat momentum v, or undefined
};

/// Options of Adam, with PyTorch's names.
struct AdamOptions {
  double beta1 = 0.9;         ///< decay of the first moment, in [0, 1)
  double beta2 = 0.999;       ///< decay of the second moment, in [0, 1)
  double eps = 1e-8;          ///< constant in the denominator, above 0
  double weight_decay = 0.0;  ///< factor of w, which is added to the gradient unless `decoupled`
  bool decoupled = false;     ///< AdamW's decay, w -= lr decay w
};

/// The optimiser Adam (Kingma & Ba 2015, algorithm 1).
class Adam : public Optimizer {
 public:
  explicit Adam(Parameters& parameters, const AdamOptions& options = {});  ///< step() needs a rate
  /// `lr` is the rate of step().
  explicit Adam(std::vector<Tensor> parameters, double lr = 1e-3, const AdamOptions& options = {});
  void add_to(State& state, const std::string& prefix) override;

 private:
  void check_options() const;
  void begin(const Tensor& gradients, std::optional<double> norm) override;
  void update(Tensor& weights, const Tensor& gradients, const Stretch& at, double lr) override;
  AdamOptions options_;
  Tensor first_moment_;   ///< flat first moment m
  Tensor second_moment_;  ///< flat second moment v
  int64_t step_ = 0;
};

/// Adam with decoupled weight decay (Loshchilov & Hutter 2019, algorithm 2, in PyTorch's form: the decay is
/// multiplied by lr).
class AdamW : public Adam {
 public:
  /// step() needs a rate.
  explicit AdamW(Parameters& parameters, AdamOptions options = {.weight_decay = 0.01});
  /// `lr` is the rate of step().
  explicit AdamW(std::vector<Tensor> parameters, double lr = 1e-3,
                 AdamOptions options = {.weight_decay = 0.01});
};

/// Returns the Euclidean norm of all gradients, summed in double: not finite if a gradient is not finite.
double grad_norm(Parameters& parameters);

/// Scales the gradients so that their norm is at most `max_norm` (Pascanu et al. 2013, algorithm 1) and
/// returns the previous norm. If the norm is not finite, the gradients do not change, and the caller must not
/// step. Throws Error unless max_norm is above 0.
double clip_grad_norm(Parameters& parameters, double max_norm);

}  // namespace gradzoo
