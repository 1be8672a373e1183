#pragma once

#include "gradzoo/autograd/tensor.h"
#include "gradzoo/datasets/toys/toy.h"

/// Integrals over a box in one or two dimensions by the midpoint rule, in f64, points in chunks.
namespace gradzoo {

/// Cell centres of a regular grid: the last axis runs fastest.
struct Grid {
  /// `cells` along each axis. Throws Error unless box has 1 or 2 dimensions and 1 <= cells <= 4096.
  Grid(Box box, int64_t cells);

  Box box;        ///< that is covered
  int64_t cells;  ///< along each axis
  double volume;  ///< of one cell

  int64_t count() const;                                                      ///< of cells
  Tensor points(int64_t begin, int64_t end, DType dtype = DType::f64) const;  ///< (end - begin, d)
};

/// fn of all points, chunk by chunk, nothing recorded: fn (B, d) -> (B), or (B, d) for a score. Returns
/// (count) or (count, d) in f64; `dtype` is that of fn's argument.
Tensor on_grid(const Grid& grid, TensorFn fn, DType dtype = DType::f64);

/// log of the integral of exp f, from f's values on the grid: log Z. Throws Error where a value is NaN or
/// +inf.
double log_partition(const Grid& grid, const Tensor& log_values);

/// KL(p || q) in nats from values of log p and log q on the grid, each normalised on it first. Where p is 0
/// the integrand is 0.
double kl_on_grid(const Grid& grid, const Tensor& log_p, const Tensor& log_q);

/// JSD(p, q) in nats: KL(p || m)/2 + KL(q || m)/2, m = (p + q)/2; between 0 and log 2.
double jsd_on_grid(const Grid& grid, const Tensor& log_p, const Tensor& log_q);

/// 1/2 E_p |s_p - s_q|^2 (Hyvarinen 2005, eq. 2) from log p (count) and both scores (count, d).
double fisher_divergence_on_grid(const Grid& grid, const Tensor& log_p, const Tensor& score_p,
                                 const Tensor& score_q);

/// How well an unnormalised log-density fits a toy.
struct DensityFit {
  double log_partition;  ///< log Z of exp f, nats
  double kl;             ///< KL(truth || model), nats
  double box_error;  ///< |change of log Z| when the box is doubled: the figures hold where it is at most 1e-3
};
/// KL(truth || exp f / Z) by quadrature: f (B, d) -> (B) is evaluated in `dtype` and summed in f64. The
/// doubled box has as many cells, each twice as wide, so box_error shows a grid that is too coarse as well.
/// Throws Error where the toy's density is not known.
DensityFit density_fit(const Toy& truth, TensorFn log_density, DType dtype = DType::f32, int64_t cells = 400);

/// KL(ring8 || its own average over the angle), nats: the KL of a model that has found the ring but not the
/// modes.
double ring_without_modes_kl(const Toy& ring8);

/// A toy with Gaussian noise on a grid: log density and score of p * N(0, noise^2 I).
struct NoisedToy {
  Grid grid;     ///< reaches 6 noise beyond the toy's box
  Tensor log_p;  ///< (count) f64, normalised on the grid
  Tensor score;  ///< (count, d) f64; 0 where p is 0; undefined where noise is 0 and the score is not known
};

/// By convolution on the grid, exact to rounding if the noise spans 2 cells or more. Throws Error if the
/// density is not known, if there are more than 2 dimensions, or if noise above 0 spans fewer cells.
NoisedToy noised_toy(const Toy& toy, double noise, int64_t cells = 400);

/// Its score at points x (n, d), bilinear between the grid's centres and beyond the outermost as at them: (n,
/// d) f64. Throws Error for points of another width and where the score is not known.
Tensor score_at(const NoisedToy& toy, const Tensor& x);

}  // namespace gradzoo
