#pragma once

#include <span>
#include <vector>

namespace gradzoo {

/// Phi^-1(p) for 0 < p < 1, to about 1e-16 of it (Wichura 1988, algorithm AS 241).
double standard_normal_quantile(double p);

/// 1 for the least; equal values share the mean of their ranks.
std::vector<double> midranks(std::span<const double> values);
/// Normal scores: Phi^-1((r - 3/8)/(S + 1/4)), where r is a value's rank from 1, averaged over ties (Blom
/// 1958; Vehtari et al. 2021, eq. 14).
std::vector<double> normal_scores(std::span<const double> values);

/// The p-quantile, with linear interpolation (Hyndman & Fan 1996, type 7).
double sample_quantile(std::vector<double> values, double p);

}  // namespace gradzoo
