#include "autograd/kernels/pointwise/special.h"

#include <cmath>
#include <limits>

#include <boost/math/special_functions/digamma.hpp>
#include <boost/math/special_functions/polygamma.hpp>
#include <math.h>

namespace gradzoo::kernels::special {
namespace {

namespace policies = boost::math::policies;
using Quiet = policies::policy<
    policies::domain_error<policies::ignore_error>, policies::pole_error<policies::ignore_error>,
    policies::overflow_error<policies::ignore_error>, policies::evaluation_error<policies::ignore_error>,
    policies::rounding_error<policies::ignore_error>>;

constexpr double kInf = std::numeric_limits<double>::infinity();
constexpr double kNaN = std::numeric_limits<double>::quiet_NaN();

bool is_pole(double x) { return x <= 0 && x == std::floor(x); }

}  // namespace

double lgamma(double x) {
  int sign = 0;                                       // std::lgamma writes a global
  return static_cast<double>(::lgammal_r(x, &sign));  // in double it is off by up to 4 ulp
}

double digamma(double x) {
  if (std::isnan(x) || x == kInf) return x;
  if (x == 0) return std::copysign(kInf, -x);
  if (is_pole(x) || x == -kInf) return kNaN;
  if (std::fabs(x) < 1e-300) return -1 / x;
  return boost::math::digamma(x, Quiet());
}

double polygamma(int m, double x) {
  if (m == 0) return digamma(x);
  if (std::isnan(x)) return x;
  if (x == kInf) return 0;
  if (x == -kInf) return kNaN;
  if (is_pole(x)) {
    if (m % 2 == 1) return kInf;
    return x == 0 ? -kInf : kNaN;
  }
  return boost::math::polygamma(m, x, Quiet());
}

}  // namespace gradzoo::kernels::special
