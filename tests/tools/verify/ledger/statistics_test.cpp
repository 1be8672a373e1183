#include "tools/verify/ledger/statistics.h"

#include <boost/math/special_functions/gamma.hpp>
#include <doctest/doctest.h>

#include "gradzoo/autograd/ops.h"
#include "support/approx.h"

using namespace gradzoo;

TEST_CASE("the tail of chi-square is the incomplete gamma function, even and odd") {
  namespace policies = boost::math::policies;
  const policies::policy<policies::promote_double<false>>
      in_double;  // long doubles of 113 bits crash clang 19
  for (const int64_t k : {1, 2, 3, 7, 15, 28, 32})
    for (const double x : {0.1, 1.0, 7.0, 30.0, 90.0}) {
      CHECK(chi_square_tail(x, k) ==
            approx(boost::math::gamma_q(static_cast<double>(k) / 2, x / 2, in_double)).epsilon(1e-10));
    }
  CHECK(chi_square_tail(0, 5) == 1);
}

TEST_CASE("a mean is so many standard errors from what it should be") {
  // Of 1, 2, 3, 4: mean 2.5, variance 5/3, error sqrt(5/12).
  CHECK(z_score(tensor({1, 2, 3, 4}, {4}, DType::f64), 2) == approx(0.5 / std::sqrt(5.0 / 12)));
}
