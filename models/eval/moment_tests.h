#pragma once

#include "gradzoo/autograd/random.h"
#include "gradzoo/autograd/tensor.h"

namespace gradzoo {

/// A statistic of two sets, with its p-value from relabelled sets.
struct MomentTest {
  double distance = 0;  // distance between the sets, in pooled standard deviations or variances
  double p_value = 1;
};

/// The tests for a difference in the means and in the variances of two sets.
struct MomentTests {
  MomentTest mean, variance;
};

/// Permutation tests of the first two moments. The statistic is the distance |m_a - m_b|, where m is the
/// mean of a set's examples, or the mean of their elementwise squared deviations from the mean of both sets.
/// Each element is first divided by its standard deviation in both sets together (for images, by the
/// standard deviation of all pixels). The p-value is computed as in permutation_p_value: it is uniform on
/// 1/(permutations + 1), ..., 1 if both sets have the same distribution. a (n, ...) and b (m, ...) have the
/// same width, at least two examples each, and finite values.
MomentTests moment_tests(const Tensor& a, const Tensor& b, int64_t permutations, Rng& rng);

}  // namespace gradzoo
