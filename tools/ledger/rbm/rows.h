#pragma once

#include <memory>
#include <vector>

#include "base/function_ref.h"
#include "models/networks/rbm_layer.h"
#include "samplers/target.h"
#include "tools/ledger/row.h"

/// Identities of restricted Boltzmann machines. Each measurement takes what it measures as an argument, so
/// that a test can plant an error.
namespace gradzoo {

std::vector<Row> rbm_rows();

/// A machine with weights N(0, scale^2) and biases N(0, 1).
std::unique_ptr<RbmLayer> random_rbm(int64_t visible, int64_t hidden, double scale, DType dtype,
                                     uint64_t seed);

/// Largest |P - P from the table of all p(x, h)| over both conditionals and all x and h of a machine of 5
/// x 4.
double conditionals_error(FunctionRef<Conditionals(const RbmLayer&)> conditionals);
/// Draws of hidden units, x (B, n) -> (B, m): the largest deviation of a unit's mean, in standard errors of
/// 200,000 draws, of 4 units.
double draws_z(FunctionRef<Tensor(const RbmLayer&, const Tensor& x, Rng&)> draw, uint64_t seed);

/// Largest |F(x) + log sum_h exp(x'Wh + b'x + c'h)| over all x of a machine of 6 x 5.
double free_energy_error(FunctionRef<Tensor(const RbmLayer&, const Tensor& x)> free_energy);

/// Largest |log Z - that of the table of all p(x, h)| of machines of 5 x 9 and 9 x 5, whose smaller sides
/// differ.
double log_partition_error(FunctionRef<double(const RbmLayer&)> log_partition);

/// Gradients of weight, visible and hidden bias for data and samples given; centred at mu (n) and lambda (m)
/// where these are defined.
using RbmGradient = FunctionRef<Tensors(RbmLayer& layer, const Tensor& data, const Tensor& samples,
                                        const Tensor& mu, const Tensor& lambda)>;
/// |gradient - the tape's| over the latter's norm: of mean F(data) - mean F(samples), or of the same in the
/// centred parameters, carried back to W, b and c.
double rbm_gradient_error(RbmGradient gradient, bool centred);

/// The 30 patterns of bars and stripes, (30, 16).
Tensor bars_and_stripes(DType dtype);
/// Mean log p of the 30 patterns after training a machine of 16 x 16 on them.
double bars_and_stripes_likelihood(FunctionRef<void(RbmLayer&, const Tensor& patterns)> train,
                                   FunctionRef<double(const RbmLayer&)> log_partition);

}  // namespace gradzoo
