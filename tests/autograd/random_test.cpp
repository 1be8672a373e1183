#include "autograd/random.h"

#include <limits>

#include <doctest/doctest.h>
#include <fmt/format.h>

#include "autograd/ops.h"
#include "support/error_message.h"

namespace gradzoo {
namespace {

TEST_CASE("a Bernoulli draw is 1 exactly where the uniform draw of its place lies below p") {
  for (const DType dtype : {DType::f32, DType::f64}) {
    Rng chosen(1, "random_test"), uniform(1, "random_test");
    const Tensor p = rand({200, 50}, chosen, dtype), u_of_p = rand({200, 50}, uniform, dtype);
    const std::vector<double> ones = bernoulli(p, chosen).to_vector(),
                              u = rand({200, 50}, uniform, dtype).to_vector(), bound = u_of_p.to_vector();
    size_t wrong = 0;
    for (size_t i = 0; i < u.size(); ++i) wrong += (ones[i] == 1) != (u[i] < bound[i]);
    CHECK(wrong == 0);
  }
}

TEST_CASE("what is no probability is refused by its value and place, and no draw is lost") {
  Rng rng(1, "random_test");
  for (const double wrong : {1.5, -0.1, std::numeric_limits<double>::quiet_NaN()}) {
    const Tensor p = tensor({0, 1, 0.5, wrong, 0.5, 2}, {2, 3}, DType::f64);
    const std::string message = test::error_message([&] { bernoulli(p, rng); });
    CHECK(test::contains(message, fmt::format("p is {} at element 3 of (2,3). Hint: ", wrong)));
    CHECK(test::contains(test::error_message([&] { bernoulli(cast(p, DType::f32), rng); }), "at element 3"));
  }
  CHECK(rng.draw() == 0);
}

TEST_CASE("streams differ by any letter of their names, and by the seed") {
  const auto drawn = [](uint64_t seed, const char* stream) {
    Rng rng(seed, stream);
    return rand({4}, rng).to_vector();
  };
  CHECK(drawn(1, "evaluation/noise") == drawn(1, "evaluation/noise"));
  CHECK(drawn(1, "evaluation/noise") != drawn(1, "evaluation/noisy"));
  CHECK(drawn(1, "evaluation/noise") != drawn(2, "evaluation/noise"));
}

}  // namespace
}  // namespace gradzoo
