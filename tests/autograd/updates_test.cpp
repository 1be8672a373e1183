#include "autograd/updates.h"

#include <vector>

#include <doctest/doctest.h>

#include "gradzoo/autograd/ops.h"
#include "gradzoo/autograd/random.h"

namespace gradzoo {
namespace {

// Whether rows [begin, end) of x are those of `inside`, and all others those of `outside`.
bool is_spliced(const Tensor& x, const Tensor& inside, const Tensor& outside, int64_t begin, int64_t end) {
  return x.to_vector() ==
         concat({outside.rows(0, begin), inside.rows(begin, end), outside.rows(end, outside.dim(0))}, 0)
             .to_vector();
}

}  // namespace

TEST_CASE("an update of a part is that of the whole there, and touches nothing beside it") {
  Rng rng(1);
  const Tensor w0 = randn({100}, rng), g = randn({100}, rng), m0 = randn({100}, rng), v0 = rand({100}, rng);
  Tensor w = w0.clone(), whole_w = w0.clone(), m = m0.clone(), whole_m = m0.clone(), v = v0.clone(),
         whole_v = v0.clone(), none;
  adam_update(w, g, m, v, 17, 60, 0.1, 0.9, 0.999, 1e-8, 0.1, false, 3);
  adam_update(whole_w, g, whole_m, whole_v, 0, 100, 0.1, 0.9, 0.999, 1e-8, 0.1, false, 3);
  CHECK(is_spliced(w, whole_w, w0, 17, 60));
  CHECK(is_spliced(m, whole_m, m0, 17, 60));
  CHECK(is_spliced(v, whole_v, v0, 17, 60));
  sgd_update(w = w0.clone(), g, m = m0.clone(), 17, 60, 0.1, 0.9, 0.1, true);
  sgd_update(whole_w = w0.clone(), g, whole_m = m0.clone(), 0, 100, 0.1, 0.9, 0.1, true);
  CHECK(is_spliced(w, whole_w, w0, 17, 60));
  CHECK(is_spliced(m, whole_m, m0, 17, 60));
  sgd_update(w = w0.clone(), g, none, 17, 60, 0.5, 0, 0, false);
  CHECK(is_spliced(w, w0 - g * 0.5, w0, 17, 60));
  fill_part(w = w0.clone(), 17, 60, 2.5);
  CHECK(is_spliced(w, full({100}, 2.5), w0, 17, 60));
}

TEST_CASE("a norm of floats is summed in double, and a mean stays where it is met") {
  CHECK(sum_squares(tensor({1e-4, 3e4, 1e30}, {3})) > 1e59);  // beyond a float
  Tensor mean = tensor({0.1, 1}, {2}, DType::f64);
  move_towards(mean, tensor({0.1, 3}, {2}, DType::f64), 0.25);
  CHECK(mean.to_vector() == std::vector<double>{0.1, 1.5});
}

TEST_CASE("a kick comes before its drift, and the energy is that after a kick") {
  const Tensor g = tensor({1, 2}, {1, 2}), r = tensor({2, 4}, {2});
  Tensor z = tensor({1, -1}, {1, 2}), x = tensor({0, 5}, {1, 2});
  CHECK(kinetic_energy(0.5, g, r, z).item() == 0.5 * (2 * 2 + 3 * 3));
  kick_and_drift(0.5, 0.25, g, r, z, x);
  CHECK(z.to_vector() == std::vector<double>{2, 3});
  CHECK(x.to_vector() == std::vector<double>{1, 8});
}

}  // namespace gradzoo
