#pragma once

#include <span>
#include <string>
#include <vector>

#include "gradzoo/autograd/random.h"

namespace gradzoo {

/// A function from several tensors to several tensors.
using OutputsFn = FunctionRef<Tensors(std::span<const Tensor>)>;

/// Returns the name of input i in messages: its own name, or "input 3" if it has none.
std::string input_name(std::span<const std::string> names, size_t i);

/// The gradient of f as a function in its own right, nested any number of times:
///
///     F_0(x)        = f(x)                             one output or several
///     F_k(x, u)     = sum_j u_j^T dF_{k-1, j} / dx      one output for each variable x of F_{k-1}
///
/// Here u has one tensor per output of F_{k-1}: F_k is the result of grad() with grad_output = u. The
/// arguments of F_k are those of F_{k-1} followed by u. Arguments of i64 and u8 are constants.
class NestedGradient {
 public:
  /// Builds F_0 ... F_depth at `inputs` (copied) for an f that outlives this object; each u is drawn
  /// uniformly from [0.5, 1.5) with a random sign. `names` are the names of the inputs, for argument_name().
  NestedGradient(OutputsFn f, std::span<const Tensor> inputs, int depth, Rng& rng,
                 std::vector<std::string> names = {});

  int depth() const { return static_cast<int>(arguments_of_.size()) - 1; }
  /// The arguments of F_depth, and their names in messages.
  const std::vector<Tensor>& arguments() const { return arguments_; }
  std::string argument_name(size_t i) const;
  std::string output_name(size_t j) const { return output_name(depth(), j); }

  /// Returns F_depth at the given arguments, detached; a plain sweep computes the outermost gradient.
  std::vector<Tensor> values(std::span<const Tensor> arguments) const;
  /// Returns F_depth at arguments that the caller tracks, recorded on the caller's tape.
  std::vector<Tensor> recorded(std::span<const Tensor> arguments) const;

  /// Returns copies that require grad (constants are shared).
  static std::vector<Tensor> leaves(std::span<const Tensor> arguments);
  /// Returns sum_j u_j^T dy_j / dx for each x that is not a constant; zeros if no y was recorded from x.
  /// `record` makes the sums differentiable.
  static std::vector<Tensor> pull_back(std::span<const Tensor> ys, std::span<const Tensor> us,
                                       std::span<const Tensor> xs, bool record);

 private:
  std::vector<Tensor> evaluate(int level, std::span<const Tensor> arguments, bool record) const;
  std::string output_name(int level, size_t j) const;

  OutputsFn f_;
  std::vector<std::string> names_;
  std::vector<Tensor> arguments_;
  std::vector<size_t> arguments_of_;  // arguments_of_[k]: number of F_k's arguments
  std::vector<size_t> outputs_of_;    // outputs_of_[k]: number of F_k's outputs
};

}  // namespace gradzoo
