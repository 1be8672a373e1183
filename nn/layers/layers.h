#pragma once

#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "gradzoo/autograd/random.h"
#include "gradzoo/nn/layers/init.h"
#include "gradzoo/nn/layers/module.h"

namespace gradzoo {

/// A layer's weight divided by its largest singular value, so that its norm is 1
/// (Miyato et al. 2018, "Spectral normalization for generative adversarial networks", section 2.1). Power
/// iteration estimates the value, with one iteration after each step of the weight: v = A u / |A u|, u = A^T
/// v / |A^T v|, sigma = v^T A u, where A is the weight as a matrix (m, n) and n is its last axis. u is a
/// buffer and therefore in the State.
class SpectralNorm : public Module {
 public:
  /// Takes a weight (..., n) and reads its current values in each call. Uses one draw of rng.
  SpectralNorm(const Tensor& weight, Rng& rng);
  /// Returns weight / sigma, recorded; u and v are constants.
  Tensor normalised() const;

 private:
  void do_update_buffers() const override { iterate(); }
  void iterate() const;

  Tensor weight_, u_;
};

/// Options of Linear.
struct LinearOptions {
  bool bias = true;             ///< true: add a bias
  init::Initializer init = {};  ///< initialiser of the weight (bias 0); empty: PyTorch's for both
  bool spectral_norm = false;   ///< true: divide the weight by its largest singular value
  DType dtype = DType::f32;     ///< dtype of the parameters
};

/// A linear layer, y = x W^T + b: x (..., in), weight (out, in), bias (out) -> (..., out). Uses one draw per
/// random parameter.
class Linear : public Module {
 public:
  /// `in` and `out` are the sizes of the last axis of x and y.
  Linear(int64_t in, int64_t out, Rng& rng, const LinearOptions& options = {});
  Tensor forward(const Tensor& x) const override;

  Tensor& weight() { return weight_; }  ///< (out, in), a leaf
  Tensor& bias() { return bias_; }      ///< (out), a leaf, or undefined

 private:
  Tensor weight_;                           ///< (out, in)
  Tensor bias_;                             ///< (out)
  std::unique_ptr<SpectralNorm> spectral_;  ///< null without spectral normalisation
};

/// An activation with a name: relu, leaky_relu, elu, silu, gelu, sigmoid, tanh, softplus or identity.
class Activation : public Module {
 public:
  explicit Activation(std::string_view name);  ///< throws Error with the nearest name if the name is unknown
  Tensor forward(const Tensor& x) const override { return function_(x); }

 private:
  Tensor (*function_)(const Tensor&);
};

/// Returns the names that Activation accepts.
std::span<const std::string> activation_names();

/// A chain of modules that it owns, with names "0", "1", ...
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
  void append(std::unique_ptr<Module> module);  ///< adds a module at the end of the list

  size_t size() const { return modules_.size(); }        ///< number of modules
  Module& operator[](size_t i) { return *modules_[i]; }  ///< module i, in the order of the forward pass
  const Module& operator[](size_t i) const { return *modules_[i]; }  ///< layer i
  Tensor forward(const Tensor& x) const override;

 private:
  std::vector<std::unique_ptr<Module>> modules_;
};

/// A residual block, x + f(x): the module f returns the shape of x (He et al. 2016).
class Residual : public Module {
 public:
  explicit Residual(std::unique_ptr<Module> body);  ///< takes f
  Tensor forward(const Tensor& x) const override;

 private:
  std::unique_ptr<Module> body_;
};

/// Returns {in, hidden sizes, out}, the sizes of an Mlp.
std::vector<int64_t> layer_sizes(int64_t in, std::span<const int64_t> hidden, int64_t out);

/// Options of Mlp, with Activation's names.
struct MlpOptions {
  std::string activation = "relu";            ///< activation between the layers
  std::string final_activation = "identity";  ///< activation after the last layer
  LinearOptions linear = {};                  ///< options of every layer
};

/// A multilayer perceptron: linear layers sizes[0] -> sizes[1] -> ... with `activation` between them and
/// `final_activation` after the last layer: (..., sizes.front()) -> (..., sizes.back()).
class Mlp : public Sequential {
 public:
  Mlp(std::span<const int64_t> sizes, Rng& rng, const MlpOptions& options = {});  ///< takes two or more sizes
  /// Takes the sizes in braces.
  Mlp(std::initializer_list<int64_t> sizes, Rng& rng, const MlpOptions& options = {})
      : Mlp(std::span(sizes.begin(), sizes.size()), rng, options) {}
};

/// Returns x (M o W)^T + b, where o is the elementwise product: x (..., in), weight and mask (out, in), bias
/// (out) or undefined. Differentiable with respect to all arguments except the mask.
Tensor masked_linear(const Tensor& x, const Tensor& weight, const Tensor& mask, const Tensor& bias = {});

/// A linear layer with a mask. An element of the weight is always 0 if the mask's element is 0, so that
/// output does not depend on that input (Germain et al. 2015, "MADE: masked autoencoder for distribution
/// estimation", eq. 9). The parameters are initialised as Linear's, with one draw for the weight and one for
/// the bias.
///
/// If the mask is a staircase (later outputs read more inputs than earlier ones), its rows are cut into
/// blocks. Each block's weight is as wide as its last row needs, so the masked corner is neither stored nor
/// multiplied.
class MaskedLinear : public Module {
 public:
  /// The mask (out, in) contains 0 and 1; the parameters have its dtype. Throws Error otherwise.
  MaskedLinear(const Tensor& mask, Rng& rng, bool bias = true);
  Tensor forward(const Tensor& x) const override;

  const Tensor& mask() const { return mask_; }  ///< (out, in)
  Tensor weight() const;                        ///< (out, in), 0 where the mask is 0
  const Tensor& bias() const { return bias_; }  ///< (out), or undefined

 private:
  struct Block {
    Tensor weight, mask;  ///< (rows, inputs from the first to the last that a row reads)
  };
  std::vector<Block> blocks_;
  Tensor mask_, bias_;
};

/// A maxout layer, the largest of several linear maps for each feature: y_j = max_p (x W_pj^T + b_pj), x
/// (..., in) -> (..., out). It can approximate any convex function (Goodfellow et al. 2013, "Maxout
/// networks", section 3). Like relu it is piecewise linear: its second derivative with respect to x is 0.
class Maxout : public Module {
 public:
  /// The maps are one Linear, "linear": in -> pieces * out, with the first pieces of all features first.
  /// Throws Error if a size is below 1.
  Maxout(int64_t in, int64_t out, int64_t pieces, Rng& rng, const LinearOptions& options = {});
  Tensor forward(const Tensor& x) const override;

 private:
  int64_t out_, pieces_;
  Linear linear_;
};

/// Options of BatchNorm1d.
struct BatchNormOptions {
  double eps = 1e-5;         ///< constant that is added to the variance
  double momentum = 0.1;     ///< weight of a batch in the running statistics
  DType dtype = DType::f32;  ///< dtype of scale and shift
};

/// Batch normalisation (Ioffe & Szegedy 2015): y = (x - m) / s scale + shift, x (B, features), with a scale
/// (initially 1) and a shift (initially 0) per feature. The called function determines m and s; there is no
/// mode:
///   by_batch(x)  for training: the batch's mean and s = sqrt(var + eps), var the mean squared deviation
///   forward(x)   for sampling and evaluation: their moving averages, initially m = 0 and s = 1
/// The averages are buffers, "running_mean" and "running_stddev", which a learner's step moves towards the
/// statistics of the last by_batch: r += momentum (m - r). In a shard of a training step the batch is the
/// shard's rows, and the averages move towards the mean over the shards.
class BatchNorm1d : public Module {
 public:
  explicit BatchNorm1d(int64_t features, const BatchNormOptions& options = {});  ///< for x (B, features)
  Tensor forward(const Tensor& x) const override;
  /// If `parts` is above 1, row i belongs to part i mod parts, and each part is normalised as a separate
  /// batch; the running statistics move towards the mean over the parts. Throws Error unless B is a multiple
  /// of `parts` with at least two rows per part.
  Tensor by_batch(const Tensor& x, int64_t parts = 1) const;

 private:
  void do_update_buffers() const override;

  BatchNormOptions options_;
  Tensor scale_, shift_, mean_, stddev_;  ///< (features) each
  mutable Tensor seen_;                   ///< (2, features) mean and stddev of the last batch
};

}  // namespace gradzoo
