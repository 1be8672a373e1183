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
/// (Miyato et al. 2018, "Spectral normalization for generative adversarial networks", section 2.1). The value
/// is estimated by power iteration, one iteration after each step of the weight: v = A u / |A u|, u = A'v /
/// |A'v|, sigma = v'A u, A the weight as a matrix (m, n) whose columns are its last axis. u is a buffer, so
/// it is in the State.
class SpectralNorm : public Module {
 public:
  /// For a weight (..., n), whose values are read again in each call. Uses one draw of rng.
  SpectralNorm(const Tensor& weight, Rng& rng);
  /// weight / sigma, recorded; u and v count as constants.
  Tensor normalised() const;

 private:
  void do_update_buffers() const override { iterate(); }
  void iterate() const;

  Tensor weight_, u_;
};

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

/// x (M o W)' + b, W o M elementwise: x (..., in), weight and mask (out, in), bias (out) or undefined.
/// Differentiable in all but the mask.
Tensor masked_linear(const Tensor& x, const Tensor& weight, const Tensor& mask, const Tensor& bias = {});

/// A Linear with a mask: where the mask is 0 the weight is and stays 0, so the output does not depend on the
/// input (Germain et al. 2015, "MADE: masked autoencoder for distribution estimation", eq. 9). Its parameters
/// are initialised as a Linear's, with one draw for the weight and one for the bias.
///
/// If the mask is a staircase (later outputs read more inputs than earlier ones), its rows are cut into
/// blocks. Each block is a weight as wide as its last row needs, so the masked corner is neither stored nor
/// multiplied.
class MaskedLinear : public Module {
 public:
  /// mask (out, in) of 0 and 1; the parameters have its dtype. Throws Error for another rank or another
  /// value.
  MaskedLinear(const Tensor& mask, Rng& rng, bool bias = true);
  Tensor forward(const Tensor& x) const override;

  const Tensor& mask() const { return mask_; }  ///< (out, in)
  Tensor weight() const;                        ///< (out, in), 0 where the mask is
  const Tensor& bias() const { return bias_; }  ///< undefined without one

 private:
  struct Block {
    Tensor weight, mask;  ///< (rows, inputs from the first to the last that a row reads)
  };
  std::vector<Block> blocks_;
  Tensor mask_, bias_;
};

/// The largest of several linear maps, for each feature: y_j = max_p (x W_pj' + b_pj), x (..., in) -> (...,
/// out), which can bend to any convex function (Goodfellow et al. 2013, "Maxout networks", section 3). A
/// piecewise linear layer, like relu: its second derivative by x is 0.
class Maxout : public Module {
 public:
  /// The maps are one Linear, "linear": in -> pieces out, the first pieces of all features first. Throws
  /// Error for a size below 1.
  Maxout(int64_t in, int64_t out, int64_t pieces, Rng& rng, const LinearOptions& options = {});
  Tensor forward(const Tensor& x) const override;

 private:
  int64_t out_, pieces_;
  Linear linear_;
};

/// What BatchNorm1d takes.
struct BatchNormOptions {
  double eps = 1e-5;         ///< added to the variance
  double momentum = 0.1;     ///< share of a batch in the running statistics
  DType dtype = DType::f32;  ///< of scale and shift
};

/// Batch normalisation (Ioffe & Szegedy 2015): y = (x - m) / s scale + shift with a scale (1 at first) and a
/// shift (0 at first) for each feature, x (B, features). Which m and s is said by the function that is
/// called, not by a mode:
///   by_batch(x)  the mean of the batch and s = sqrt(var + eps), var its mean square deviation: training
///   forward(x)   their moving averages, m 0 and s 1 at first: sampling and evaluation
/// The averages are buffers, "running_mean" and "running_stddev", which a learner's step moves towards the
/// statistics of the last by_batch: r += momentum (m - r). In a shard of a training step a batch is the
/// shard's rows, and the averages move towards the mean over the shards.
class BatchNorm1d : public Module {
 public:
  explicit BatchNorm1d(int64_t features,
                       const BatchNormOptions& options = {});  ///< the size of x's last axis
  Tensor forward(const Tensor& x) const override;
  /// With `parts` above 1 row i belongs to part i mod parts, and each part is normalised as a batch of its
  /// own; running statistics move towards the mean over the parts. Throws Error unless B is a multiple of
  /// parts with at least two rows in each.
  Tensor by_batch(const Tensor& x, int64_t parts = 1) const;

 private:
  void do_update_buffers() const override;

  BatchNormOptions options_;
  Tensor scale_, shift_, mean_, stddev_;  ///< (features) each
  mutable Tensor seen_;                   ///< (2, features): mean and stddev of the last batch
};

}  // namespace gradzoo
