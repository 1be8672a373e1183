#pragma once

#include "models/ebm/ebm.h"

/// Spectral normalisation of an energy by convolutions (Miyato et al. 2018), held against singular values by
/// another way.
namespace gradzoo {

/// The largest singular value of a weight (..., n) as a matrix whose columns are its last axis: the root of
/// the largest eigenvalue of A'A.
double largest_singular_value(const Tensor& weight);

struct SpectralErrors {
  double singular;  // largest |sigma_1 - 1| of the layers' weights as the network takes them
  double value;     // largest |f - f'| over the spread of f', f' of those weights with the layers written out
  double slope;     // largest |grad f| over the bound of the product of layers
};
/// Of a model with net=conv, at images x (n, pixels) in [0,1].
SpectralErrors spectral_errors(Ebm& model, const DataShape& shape, const Tensor& x);

}  // namespace gradzoo
