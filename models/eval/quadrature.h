#pragma once

#include "gradzoo/autograd/tensor.h"
#include "gradzoo/datasets/toys/toy.h"

/// Integrals over a box in one or two dimensions by the midpoint rule, in f64, with points in chunks.
namespace gradzoo {

/// The cell centres of a regular grid; the last axis runs fastest.
struct Grid {
  /// Has `cells` along each axis. Throws Error unless box has 1 or 2 dimensions and 1 <= cells <= 4096.
  Grid(Box box, int64_t cells);

  Box box;        ///< box that the grid covers
  int64_t cells;  ///< number of cells along each axis
  double volume;  ///< volume of one cell

  int64_t count() const;                                                      ///< number of cells
  Tensor points(int64_t begin, int64_t end, DType dtype = DType::f64) const;  ///< centres, (end - begin, d)
};

/// Evaluates fn at all points, chunk by chunk, without recording: fn (B, d) -> (B), or (B, d) for a score.
/// Returns (count) or (count, d) in f64; `dtype` is the dtype of fn's argument.
Tensor on_grid(const Grid& grid, TensorFn fn, DType dtype = DType::f64);

/// Returns log Z = log of the integral of exp f, from f on the grid. Throws Error for a NaN and for +inf.
double log_partition(const Grid& grid, const Tensor& log_values);

/// Returns KL(p || q) in nats from log p and log q, both normalised on the grid first.
double kl_on_grid(const Grid& grid, const Tensor& log_p, const Tensor& log_q);

/// Returns JSD(p, q) = KL(p || m)/2 + KL(q || m)/2 in nats, m = (p + q)/2; between 0 and log 2.
double jsd_on_grid(const Grid& grid, const Tensor& log_p, const Tensor& log_q);

/// Returns 1/2 E_p |s_p - s_q|^2 (Hyvarinen 2005, eq. 2) from log p (count) and both scores (count, d).
double fisher_divergence_on_grid(const Grid& grid, const Tensor& log_p, const Tensor& score_p,
                                 const Tensor& score_q);

/// The fit of an unnormalised log-density to a toy.
struct DensityFit {
  double log_partition;  ///< log Z of exp f, nats
  double kl;             ///< KL(truth || model), nats
  double box_error;      ///< |change of log Z| when the box is doubled; the fit is valid up to 1e-3
};
/// Computes KL(truth || exp f / Z) by quadrature: f (B, d) -> (B) is evaluated in `dtype` and summed in f64.
/// The doubled box has as many cells, each twice as wide, so box_error also reveals a grid that is too
/// coarse. Throws Error if the toy's density is not known.
DensityFit density_fit(const Toy& truth, TensorFn log_density, DType dtype = DType::f32, int64_t cells = 400);

/// Returns KL(ring8 || its average over the angle), nats: the KL of a model with the ring but without modes.
double ring_without_modes_kl(const Toy& ring8);

/// A toy with Gaussian noise on a grid: the log-density and the score of p * N(0, noise^2 I).
struct NoisedToy {
  Grid grid;     ///< grid that extends 6 noise beyond the toy's box
  Tensor log_p;  ///< (count) f64, normalised on the grid
  Tensor score;  ///< (count, d) f64; 0 where p is 0; undefined if noise is 0 and the score is unknown
};

/// Convolves the toy with noise on the grid; exact to rounding if the noise spans 2 cells or more. Throws
/// Error if the density is not known, if there are more than 2 dimensions, or if noise > 0 spans fewer
/// cells.
NoisedToy noised_toy(const Toy& toy, double noise, int64_t cells = 400);

/// Returns the noised toy's score at points x (n, d), (n, d) f64: bilinear between the grid's centres,
/// constant beyond the outermost centres. Throws Error if the width differs or the score is not known.
Tensor score_at(const NoisedToy& toy, const Tensor& x);

}  // namespace gradzoo
