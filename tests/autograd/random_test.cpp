#include "gradzoo/autograd/random.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <vector>

#include <doctest/doctest.h>
#include <fmt/format.h>

#include "autograd/kernels/random/random.h"
#include "autograd/random_rows.h"
#include "gradzoo/autograd/ops.h"
#include "support/error_message.h"

namespace gradzoo {

TEST_CASE("a Bernoulli draw is 1 exactly where the uniform draw of its place lies below p") {
  Rng chosen(1, "random_test"), uniform(1, "random_test");
  const Tensor p = rand({200, 50}, chosen, DType::f64);
  const std::vector<double> bound = rand({200, 50}, uniform, DType::f64).to_vector(),
                            ones = bernoulli(p, chosen).to_vector(),
                            u = rand({200, 50}, uniform, DType::f64).to_vector();
  for (size_t i = 0; i < u.size(); ++i) REQUIRE((ones[i] == 1) == (u[i] < bound[i]));
}

TEST_CASE("a Bernoulli draw of a float p takes all 32 digits of its place's word") {
  constexpr int64_t kRows = 1000, kCols = 1000;
  Rng rng(1, "random_test");
  std::vector<uint32_t> words(kRows * kCols);
  kernels::random_bits({rng.key(), rng.draw(), 0}, words.data(), kRows, kCols);
  Tensor p = empty({kRows, kCols}, DType::f32);
  for (size_t i = 0; i < words.size(); ++i) {  // at the word, just below it, just above
    const auto near = static_cast<float>(words[i] * 0x1p-32);
    const float choices[] = {near, std::nextafter(near, 0.0F), std::nextafter(near, 1.0F), 0x1p-30F};
    p.mutable_data<float>()[i] = std::min(1.0F, choices[i % 4]);
  }
  const Tensor drawn = bernoulli(p, rng);
  for (size_t i = 0; i < words.size(); ++i) {
    const bool is_below = words[i] * 0x1p-32 < static_cast<double>(p.data<float>()[i]);
    REQUIRE((drawn.data<float>()[i] == 1) == is_below);
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

TEST_CASE("draws through the windows of a batch's parts are the rows of the whole batch's, bit for bit") {
  using Draw = Tensor (*)(int64_t rows, Rng & rng, DType dtype);
  const Draw draws[] = {[](int64_t n, Rng& rng, DType dtype) {
                          return randn({n, 7}, rng, dtype);
                        },
                        [](int64_t n, Rng& rng, DType dtype) {
                          return rand({n, 3, 2}, rng, dtype);
                        },
                        [](int64_t n, Rng& rng, DType dtype) {
                          return rademacher({n, 5}, rng, dtype);
                        },
                        [](int64_t n, Rng& rng, DType dtype) {
                          return bernoulli(full({n, 9}, 0.3, dtype), rng);
                        },
                        [](int64_t n, Rng& rng, DType dtype) { return randn_like(empty({n}, dtype), rng); },
                        [](int64_t n, Rng& rng, DType dtype) {
                          return cast(randn({2 * n, 3}, rng, dtype), dtype);
                        }};
  constexpr int64_t kRows = 24;
  for (const DType dtype : {DType::f32, DType::f64})
    for (const Draw draw : draws) {
      Rng whole(3, "random_test");
      draw(kRows, whole, dtype);
      const std::vector<double> expected = draw(kRows, whole, dtype).to_vector();
      for (const int64_t parts : {1, 2, 3, 8}) {
        Tensors drawn;
        for (int64_t part = 0; part < parts; ++part) {
          Rng rng(3, "random_test");
          rng.set_window({part, parts});
          draw(kRows / parts, rng, dtype);
          drawn.push_back(draw(kRows / parts, rng, dtype));
          CHECK(rng.draw() == whole.draw());
        }
        CHECK(concat(drawn, 0).to_vector() == expected);
      }
    }
}

TEST_CASE("a first row that is given goes before the window, and a scope leaves the window") {
  Rng plain(3, "random_test"), windowed(3, "random_test");
  windowed.set_window({1, 2});
  CHECK(randn({4, 3}, windowed, DType::f32, 6).to_vector() == randn({10, 3}, plain).rows(6, 10).to_vector());
  {
    const WholeRows whole(windowed);
    CHECK(randperm(50, windowed).to_vector() == randperm(50, plain).to_vector());
  }
  CHECK(windowed.window().part == 1);
  CHECK(randperm(50, windowed).to_vector() != randperm(50, plain).to_vector());
}

TEST_CASE_TEMPLATE("rows of a draw by their indices are those rows of the whole draw", T, float, double) {
  Rng all(5), some(5);
  const Tensor whole = rand({20, 7}, all, dtype_of<T>());
  const Tensor rows = rand_rows(tensor({19, 3, 3}, {3}, DType::i64), 7, some, dtype_of<T>());
  CHECK(rows.rows(0, 1).to_vector() == whole.rows(19, 20).to_vector());
  CHECK(rows.rows(1, 2).to_vector() == whole.rows(3, 4).to_vector());
  CHECK(rows.rows(2, 3).to_vector() == whole.rows(3, 4).to_vector());
  CHECK(some.draw() == all.draw());
}

}  // namespace gradzoo
