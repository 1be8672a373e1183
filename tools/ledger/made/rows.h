#pragma once

#include <vector>

#include "base/function_ref.h"
#include "models/made/network.h"
#include "tools/ledger/row.h"

/// Rows of the masked autoencoder. Each measurement takes what it measures as an argument, so that a test can
/// plant an error.
namespace gradzoo {

std::vector<Row> made_rows();
/// Its figure on MNIST's test set.
std::vector<Row> made_figure_rows();

/// A function of the network and of x (B, D).
using MadeFunction = FunctionRef<Tensor(const MadeNetwork& network, const Tensor& x)>;

/// The largest |log sum_x p(x)| over all 2^12 x, of networks in f64 of either order, one and two hidden
/// layers, with and without direct connections.
double made_normalisation_error(MadeFunction log_prob);

/// What the Jacobian of the logits says of the same networks.
struct MadeReads {
  double forbidden;  // the largest |d logit_i / d x_j| where j does not come before i
  double allowed;    // the smallest where it does
};
MadeReads made_reads(MadeFunction logits);

}  // namespace gradzoo
