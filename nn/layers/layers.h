#pragma once

#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "nn/layers/init.h"
#include "nn/layers/module.h"
#include "nn/layers/spectral_norm.h"

namespace gradzoo {

/// What Linear takes.
struct LinearOptions {
  bool bias = true;             ///< add one
  init::Initializer init = {};  ///< of the weight, with a bias of 0; empty: PyTorch's, for both
  bool spectral_norm = false;   ///< the weight is divided by its largest singular value
  DType dtype = DType::f32;     ///< of the parameters
};

/// y = x W' + b: x (..., in), weight (out, in), bias (out) -> (..., out). Uses one draw for each random
/// parameter.
class Linear : public Module {
 public:
  /// `in` and `out` are sizes of the last axis.
  Linear(int64_t in, int64_t out, Rng& rng, const LinearOptions& options = {});
  Tensor forward(const Tensor& x) const override;

  Tensor& weight() { return weight_; }  ///< (out, in), a leaf
  Tensor& bias() { return bias_; }      ///< undefined without bias

 private:
  Tensor weight_;                           ///< (out, in)
  Tensor bias_;                             ///< (out)
  std::unique_ptr<SpectralNorm> spectral_;  ///< null: none
};

/// An activation by its name: relu, leaky_relu, elu, silu, gelu, sigmoid, tanh, softplus, identity. Throws
/// Error for any other name, with the nearest one.
class Activation : public Module {
 public:
  explicit Activation(std::string_view name);  ///< one of those names
  Tensor forward(const Tensor& x) const override { return function_(x); }

 private:
  Tensor (*function_)(const Tensor&);
};

/// The names that Activation knows.
std::span<const std::string> activation_names();

/// Modules one after the other, owned, named "0", "1", ...
class Sequential : public Module {
 public:
  Sequential() = default;

  /// Constructs a module at the end of the list.
  template <class M, class... Args>
  M& append(Args&&... args) {
    auto module = std::make_unique<M>(std::forward<Args>(args)...);
    M& added = *module;
    append(std::unique_ptr<Module>(std::move(module)));
    return added;
  }
  void append(std::unique_ptr<Module> module);  ///< at the end of the list

  size_t size() const { return modules_.size(); }        ///< modules in it
  Module& operator[](size_t i) { return *modules_[i]; }  ///< module i, in the order of the forward pass
  const Module& operator[](size_t i) const { return *modules_[i]; }  ///< module i
  Tensor forward(const Tensor& x) const override;

 private:
  std::vector<std::unique_ptr<Module>> modules_;
};

/// x + f(x), where f is a module whose output has the shape of x (He et al. 2016).
class Residual : public Module {
 public:
  explicit Residual(std::unique_ptr<Module> body);  ///< f
  Tensor forward(const Tensor& x) const override;

 private:
  std::unique_ptr<Module> body_;
};

/// {in, hidden sizes, out}, as Mlp takes them.
std::vector<int64_t> layer_sizes(int64_t in, std::span<const int64_t> hidden, int64_t out);

/// What Mlp takes; names as Activation takes them.
struct MlpOptions {
  std::string activation = "relu";            ///< between the layers
  std::string final_activation = "identity";  ///< after the last one
  LinearOptions linear = {};                  ///< of every layer
};

/// Linear layers sizes[0] -> sizes[1] -> ... with an activation after each but the last, and
/// `final_activation` after that: (..., sizes.front()) -> (..., sizes.back()).
class Mlp : public Sequential {
 public:
  Mlp(std::span<const int64_t> sizes, Rng& rng, const MlpOptions& options = {});  ///< at least two sizes
  /// The same with the sizes in braces.
  Mlp(std::initializer_list<int64_t> sizes, Rng& rng, const MlpOptions& options = {})
      : Mlp(std::span(sizes.begin(), sizes.size()), rng, options) {}
};

}  // namespace gradzoo
