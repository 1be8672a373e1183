#pragma once

#include <cstdint>

namespace gradzoo::kernels {

/// Of a symmetric matrix a (n,n) the eigenvalues (n), ascending; a becomes the eigenvectors, one a row. By
/// LAPACK, in f64. Throws Error where it does not converge, as of a matrix that is not finite.
void symmetric_eigen(int64_t n, double* a, double* values);

}  // namespace gradzoo::kernels
