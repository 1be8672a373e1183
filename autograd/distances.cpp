#include "autograd/distances.h"

#include <algorithm>

#include "gradzoo/autograd/ops.h"
#include "gradzoo/autograd/runtime.h"
#include "gradzoo/autograd/tape.h"

namespace gradzoo {

Tensor squared_distances(const Tensor& a, const Tensor& b) {
  const NoGrad quiet;
  const Tensor rows = cast(a, DType::f64), columns = transpose(cast(b, DType::f64));  // (n, d), (d, m)
  const int64_t n = rows.dim(0), d = rows.dim(1), m = columns.dim(1);
  if (columns.dim(0) != d)
    throw Error("squared_distances: rows {} and {}. Hint: pass the same width", a.shape().str(),
                b.shape().str());
  Tensor out = zeros({n, m}, DType::f64);
  const double *const from = rows.data<double>(), *const to = columns.data<double>();
  double* const squares = out.mutable_data<double>();
  constexpr int64_t kSerial = 16384;  // differences that are worth a second thread
  parallel_for(n, std::max<int64_t>(1, kSerial / std::max<int64_t>(1, m * d)), 1,
               [=](int64_t begin, int64_t end) {
                 for (int64_t i = begin; i < end; ++i)
                   for (int64_t k = 0; k < d; ++k)
                     for (int64_t j = 0; j < m; ++j) {
                       const double apart = from[i * d + k] - to[k * m + j];
                       squares[i * m + j] += apart * apart;
                     }
               });
  return out;
}

}  // namespace gradzoo
