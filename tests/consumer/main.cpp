// A program of a user's own: a function, its Hessian, and a check of its first and second derivatives.
#include <cstdio>
#include <cstdlib>

#include <gradzoo.h>

using gradzoo::Tensor;

// Rosenbrock's valley, (1 - x)^2 + 100 (y - x^2)^2 at p = (x, y): (2) -> ().
Tensor rosenbrock(const Tensor& p) {
  const Tensor x = slice(p, 0, 0, 1);
  const Tensor y = slice(p, 0, 1, 2);
  return sum(square(1.0 - x) + 100.0 * square(y - square(x)));
}

int main() {
  const Tensor p = gradzoo::tensor({-0.5, 1.5}, {2}, gradzoo::DType::f64);
  gradzoo::gradcheck(rosenbrock, p).or_throw();
  gradzoo::gradgradcheck(rosenbrock, p).or_throw();

  // At the minimum (1, 1) the Hessian is ((802, -400), (-400, 200)).
  const Tensor h = gradzoo::hessian(rosenbrock, gradzoo::ones({2}, gradzoo::DType::f64));
  const double* value = h.data<double>();  // (2, 2)
  std::printf("Hessian: %g %g %g %g\n", value[0], value[1], value[2], value[3]);
  const bool right = value[0] == 802 && value[1] == -400 && value[2] == -400 && value[3] == 200;
  return right ? EXIT_SUCCESS : EXIT_FAILURE;
}
