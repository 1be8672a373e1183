#include "gradzoo/autograd/runtime.h"

#include <vector>

#include <doctest/doctest.h>

#include "gradzoo/autograd/ops.h"

namespace gradzoo {

TEST_CASE("what computes is told and set from outside") {
  const int before = num_threads();
  set_num_threads(3);
  CHECK(num_threads() == 3);
  // Each index once, in ranges that begin at multiples of 16.
  std::vector<int> visits(1000);
  parallel_for(1000, 10, 16, [&](int64_t begin, int64_t end) {
    visits[static_cast<size_t>(begin)] += begin % 16 == 0 ? 0 : 100;
    for (int64_t i = begin; i < end; ++i) ++visits[static_cast<size_t>(i)];
  });
  CHECK(visits == std::vector<int>(1000, 1));
  set_num_threads(before);

  const double flops = counted_flops();
  matmul(ones({3, 4}), ones({4, 5}));
  CHECK(counted_flops() - flops == 2 * 3 * 4 * 5);

  CHECK(blas_version().starts_with(blas_kernel().used == "own" ? "products of gradzoo" : "OpenBLAS "));
  CHECK_FALSE(blas_kernel().used.empty());
  CHECK_FALSE(instruction_set().empty());

  const Tensor denormal = full({1}, 1e-40);
  CHECK((denormal * 1.0).item() > 0);
  set_flush_denormals(true);
  CHECK((denormal * 1.0).item() == 0);
  set_flush_denormals(false);
}

}  // namespace gradzoo
