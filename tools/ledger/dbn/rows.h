#pragma once

#include <vector>

#include "base/function_ref.h"
#include "models/dbn/bound.h"
#include "tools/ledger/row.h"

/// Identities of deep belief networks. Each measurement takes what it measures as an argument, so that a test
/// can plant an error.
namespace gradzoo {

std::vector<Row> dbn_rows();

/// One draw of the bound for each x (B, n): what dbn_bound gives.
using DbnBound = FunctionRef<Tensor(const RbmStack& layers, const Tensor& x, double top_log_z, Rng& rng)>;

/// Of a machine of 6 x 4 below its own transpose, whose recognition is exact, so that every draw of the bound
/// is log p(x): the largest |bound - log p(x)| over all x, nats.
double tied_bound_error(DbnBound bound);

/// Of layers 6-5-4 with weights N(0, 1), over all 64 x.
struct UntiedBound {
  double z;      // largest |mean of 2000 draws - expected bound| in standard errors
  double slack;  // least log p(x) - expected bound: below 0 it is no bound; nats
};
UntiedBound untied_bound(DbnBound bound, uint64_t seed);

}  // namespace gradzoo
