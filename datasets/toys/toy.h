#pragma once

#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "gradzoo/autograd/random.h"
#include "gradzoo/autograd/tensor.h"

namespace gradzoo {

/// The box that quadrature and pictures use: one interval per axis.
struct Box {
  std::vector<double> low, high;                                           ///< bounds, (d) each
  int64_t dimensions() const { return static_cast<int64_t>(low.size()); }  ///< d
  /// Returns a box with the same centre and sides `factor` times as long.
  Box scaled(double factor) const;
  /// Returns the centre, (1, d) f32.
  Tensor centre() const;
  Tensor sides() const;  ///< lengths of the sides, (1, d) f32
};

/// Options of a toy.
struct ToyOptions {
  double scale = 1;  ///< factor of every point, above 0
  /// Width of the toy before scaling (ring8: sigma of a mode; two-moons: around the arcs); 0: its default.
  double noise = 0;
};

/// The centres of a mixture of equally likely isotropic Gaussians with one sigma. The metrics of mode
/// coverage and sample quality use them.
struct Modes {
  Tensor centers;  ///< (k, d) f64
  double sigma;    ///< standard deviation of each Gaussian on every axis
};

/// A distribution on R^d that can be sampled exactly, with exact log-density and score where these exist.
class Toy {
 public:
  virtual ~Toy() = default;

  virtual const std::string& name() const = 0;  ///< name from known_toys(), or of a file
  virtual int64_t dimensions() const = 0;       ///< d
  /// Returns n exact samples, (n, d). Uses a fixed number of draws of rng, at most 16.
  virtual Tensor sample(int64_t n, Rng& rng, DType dtype = DType::f32) const = 0;
  /// Returns the normalised log p(x) of every row in nats: x (B, d) -> (B). Differentiable if the toy has a
  /// score. Throws Error with why_no_density() if there is no density.
  virtual Tensor log_prob(const Tensor& x) const = 0;
  /// Returns grad_x log p(x): (B, d) -> (B, d), the gradient of log_prob. Throws Error with why_no_score() if
  /// it has none.
  Tensor score(const Tensor& x) const;
  /// Returns "" if log_prob is known, and otherwise the reason as a sentence.
  virtual std::string why_no_density() const { return ""; }
  /// Returns "" if the score is known and score matching may use it, and otherwise the reason as a sentence.
  virtual std::string why_no_score() const { return why_no_density(); }
  /// Returns true if quadrature can integrate the density: it is known, with at most two dimensions.
  bool integrable() const;
  /// Returns a box with all but a negligible share (below 1e-9) of the probability.
  virtual Box box() const = 0;
  /// Returns rows and columns if a point is an image, and a shape of rank 0 otherwise.
  virtual Shape tile() const { return {}; }
  /// Returns true if points are binary.
  virtual bool binary() const { return false; }
  /// Returns the coordinates, from 0, that are the same in all points. They rule out a density.
  virtual std::vector<int64_t> constant_coordinates() const { return {}; }
  /// Returns null if the toy is not a mixture of equal isotropic Gaussians.
  virtual const Modes* modes() const { return nullptr; }
};

/// A named toy, as `gradzoo list datasets` shows it.
struct ToyInfo {
  std::string name;         ///< name, such as "ring8"
  std::string description;  ///< one line: means, default noise
  double narrow_noise = 0;  ///< noise of papers on GANs, with narrower modes; 0: the default
};

/// Returns all toys, in the order of their kinds of data: gaussian, mixture, ring8, grid25, two-moons,
/// checkerboard, gamma, exponential, bars-and-stripes.
std::span<const ToyInfo> known_toys();
bool is_toy(std::string_view name);  ///< true for a name in known_toys()

/// Returns the toy of this name. Throws Error if the name, scale or noise is not allowed.
std::shared_ptr<const Toy> make_toy(std::string_view name, const ToyOptions& options = {});

/// Returns N(mean, covariance) in any dimension: mean (d), covariance (d, d), f32 or f64. Throws Error unless
/// the covariance is symmetric and positive definite.
std::shared_ptr<const Toy> make_gaussian(const Tensor& mean, const Tensor& covariance,
                                         std::string name = "gaussian");

/// A mixture: p(x) = sum_k w_k N(x; m_k, s_k^2 I).
struct MixtureParts {
  std::vector<double> weights;  ///< weights (k) above 0, which are divided by their sum
  Tensor means;                 ///< (k, d), f32 or f64
  std::vector<double> sigmas;   ///< standard deviations (k) above 0
};
/// Returns the mixture. Throws Error if sizes differ or a weight or sigma is not above 0.
std::shared_ptr<const Toy> make_mixture(const MixtureParts& parts, std::string name = "mixture");

}  // namespace gradzoo
