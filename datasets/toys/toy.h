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

/// An interval for each axis; the rectangle that quadrature and pictures use.
struct Box {
  std::vector<double> low, high;  ///< (d) each

  int64_t dimensions() const { return static_cast<int64_t>(low.size()); }  ///< d
  /// The same centre, sides `factor` times as long.
  Box scaled(double factor) const;
  /// (1, d) f32 each.
  Tensor centre() const;
  Tensor sides() const;  ///< lengths, (1, d) f32
};

/// What a user may change of a toy.
struct ToyOptions {
  double scale = 1;  ///< multiplies every point: above 0
  /// the toy's own width (ring8: sigma of a mode; two-moons: sigma around the arcs), before scaling; 0: the
  /// toy's default
  double noise = 0;
};

/// The centres of a mixture of equal, equally likely round Gaussians, for the counts of modes covered and of
/// high quality.
struct Modes {
  Tensor centers;  ///< (k, d) f64
  double sigma;    ///< standard deviation of each, on every axis
};

/// A distribution on R^d that can be sampled exactly, with exact log-density and score where these exist.
class Toy {
 public:
  virtual ~Toy() = default;

  virtual const std::string& name() const = 0;  ///< as known_toys() has it, or a file's
  virtual int64_t dimensions() const = 0;       ///< d
  /// n exact draws, (n, d). Uses a fixed number of draws of rng, at most 16.
  virtual Tensor sample(int64_t n, Rng& rng, DType dtype = DType::f32) const = 0;
  /// log p(x), normalised, of every row: x (B, d) -> (B), nats; differentiable wherever there is a score.
  /// Throws Error with why_no_density() where that is not empty.
  virtual Tensor log_prob(const Tensor& x) const = 0;
  /// grad_x log p(x): (B, d) -> (B, d), by autodiff of log_prob. Throws Error with why_no_score() where that
  /// is not empty.
  Tensor score(const Tensor& x) const;
  /// "" if log_prob is known; otherwise the reason why not, as a sentence.
  virtual std::string why_no_density() const { return ""; }
  /// "" if the score is known and score matching may use it; otherwise the reason, as a sentence.
  virtual std::string why_no_score() const { return why_no_density(); }
  /// Whether quadrature finds what is asked of its density: it has one, on at most two axes.
  bool integrable() const;
  /// All but a negligible share of the probability (below 1e-9) lies inside.
  virtual Box box() const = 0;
  /// Rows and columns if a point is an image; rank 0 otherwise.
  virtual Shape tile() const { return {}; }
  /// Whether points are binary.
  virtual bool binary() const { return false; }
  /// The coordinates, counted from 0, that are the same in all points, which then have no density.
  virtual std::vector<int64_t> constant_coordinates() const { return {}; }
  /// Null if the toy is not a mixture of equal round Gaussians.
  virtual const Modes* modes() const { return nullptr; }
};

/// The line of `gradzoo list datasets` for a toy.
struct ToyInfo {
  std::string name;         ///< "ring8"
  std::string description;  ///< one line: means, default noise
  double narrow_noise = 0;  ///< modes as narrow as papers on adversaries have them; 0: its own are
};

/// Every toy, of the kinds of data in turn: gaussian, mixture, ring8, grid25, two-moons, checkerboard, gamma,
/// exponential, bars-and-stripes.
std::span<const ToyInfo> known_toys();
bool is_toy(std::string_view name);  ///< one of known_toys()
/// Throws Error naming the nearest for an unknown name, or for a scale or noise that is out of range.
std::shared_ptr<const Toy> make_toy(std::string_view name, const ToyOptions& options = {});

/// N(mean, covariance) in any dimension: mean (d), covariance (d, d), f32 or f64. Throws Error unless the
/// covariance is symmetric and positive definite.
std::shared_ptr<const Toy> make_gaussian(const Tensor& mean, const Tensor& covariance,
                                         std::string name = "gaussian");

/// A mixture: p(x) = sum_k w_k N(x; m_k, s_k^2 I).
struct MixtureParts {
  std::vector<double> weights;  ///< (k), above 0; divided by their sum
  Tensor means;                 ///< (k, d), f32 or f64
  std::vector<double> sigmas;   ///< (k), above 0
};
/// Throws Error where sizes differ or a weight or sigma is not above 0.
std::shared_ptr<const Toy> make_mixture(const MixtureParts& parts, std::string name = "mixture");

}  // namespace gradzoo
