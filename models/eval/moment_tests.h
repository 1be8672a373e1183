#pragma once

#include "gradzoo/autograd/random.h"
#include "gradzoo/autograd/tensor.h"

namespace gradzoo {

/// A statistic of two sets, and how often relabelled ones have it as large.
struct MomentTest {
  double distance = 0;  // between the sets, in standard deviations or variances of both together
  double p_value = 1;
};

/// Whether two sets differ in their means, and in their variances.
struct MomentTests {
  MomentTest mean, variance;
};

/// Permutation tests by the first two moments: the statistic is the distance |m_a - m_b| of the means of
/// examples, or of the squares of what each number is away from the mean of all, a number's own standard
/// deviation in both sets together being 1 (of images, that of all pixels). The p-value, as
/// permutation_p_value's, is uniform on 1/(permutations + 1), ..., 1 if both sets have one law. a (n, ...)
/// and b (m, ...) of one width, two or more of each, finite.
MomentTests moment_tests(const Tensor& a, const Tensor& b, int64_t permutations, Rng& rng);

}  // namespace gradzoo
