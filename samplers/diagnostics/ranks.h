#pragma once

#include <span>
#include <vector>

namespace gradzoo {

/// Phi^-1(p) for 0 < p < 1, to about 1e-16 of it (Wichura 1988, algorithm AS 241).
double standard_normal_quantile(double p);

/// Where each value stands among all, as a normal quantile: Phi^-1((r - 3/8)/(S + 1/4)) with r its rank from
/// 1, that of equals averaged (Blom 1958; Vehtari et al. 2021, eq. 14).
std::vector<double> normal_scores(std::span<const double> values);

/// The value below which a share p of them lies, between neighbours in proportion (Hyndman & Fan 1996, type
/// 7).
double sample_quantile(std::vector<double> values, double p);

}  // namespace gradzoo
