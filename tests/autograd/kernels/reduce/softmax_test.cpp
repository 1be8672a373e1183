#include <doctest/doctest.h>

#include "autograd/kernels/reduce/reduce.h"
#include "support/numbers.h"

using namespace gradzoo;
using namespace gradzoo::test;

namespace {

struct SoftmaxView {
  int64_t outer, n, inner;
  size_t count() const { return static_cast<size_t>(outer * n * inner); }
};

constexpr SoftmaxView kSoftmaxViews[] = {{1, 1, 1},   {4, 67, 1},   {3, 10, 1},  {2, 7, 5},
                                         {3, 10, 70}, {1, 9000, 1}, {1, 300, 33}};

template <class T>
struct Results {
  std::vector<T> logsumexp, softmax, log_softmax;
};

template <class T>
Results<T> run(const std::vector<T>& x, const SoftmaxView& v) {
  Results<T> r;
  r.logsumexp.resize(static_cast<size_t>(v.outer * v.inner));
  r.softmax.resize(x.size());
  r.log_softmax.resize(x.size());
  kernels::logsumexp(x.data(), r.logsumexp.data(), v.outer, v.n, v.inner);
  kernels::softmax(x.data(), r.softmax.data(), v.outer, v.n, v.inner);
  kernels::log_softmax(x.data(), r.log_softmax.data(), v.outer, v.n, v.inner);
  return r;
}

}  // namespace

TEST_CASE_TEMPLATE("logsumexp, softmax and log_softmax are the formulas'", T, float, double) {
  const double eps = static_cast<double>(std::numeric_limits<T>::epsilon());
  for (const SoftmaxView& v : kSoftmaxViews) {
    const auto x = uniform_values<T>(static_cast<int64_t>(v.count()), -30, 30, 1);
    const Results<T> r = run(x, v);
    for (int64_t o = 0; o < v.outer; ++o)
      for (int64_t j = 0; j < v.inner; ++j) {
        const auto at = [&](int64_t i) { return static_cast<size_t>((o * v.n + i) * v.inner + j); };
        long double sum = 0;
        for (int64_t i = 0; i < v.n; ++i) sum += std::exp(static_cast<long double>(x[at(i)]));
        const double lse = static_cast<double>(std::log(sum));
        CHECK(std::fabs(static_cast<double>(r.logsumexp[static_cast<size_t>(o * v.inner + j)]) - lse) <=
              40 * eps);
        for (int64_t i = 0; i < v.n; ++i) {
          const double value = static_cast<double>(x[at(i)]);
          CHECK(std::fabs(static_cast<double>(r.log_softmax[at(i)]) - (value - lse)) <= 80 * eps);
          CHECK(std::fabs(static_cast<double>(r.softmax[at(i)]) - std::exp(value - lse)) <= 80 * eps);
        }
      }
  }
}

TEST_CASE_TEMPLATE("lines of infinities have their limits, along either layout", T, float, double) {
  // Lines: all -inf; one +inf; +-1000; a NaN; -inf beside finite values.
  const std::vector<std::vector<T>> lines = {{-kInfinity<T>, -kInfinity<T>, -kInfinity<T>},
                                             {0, kInfinity<T>, -1},
                                             {1000, -1000, 1000},
                                             {1, kNotANumber<T>, 2},
                                             {-kInfinity<T>, 0, 0}};
  const auto check = [&](const Results<T>& r, auto at) {
    CHECK(r.logsumexp[0] == -kInfinity<T>);
    CHECK(r.logsumexp[1] == kInfinity<T>);
    CHECK(ulps(r.logsumexp[2], 1000 + std::log(2.0L)) <= 1);
    CHECK(std::isnan(r.logsumexp[3]));
    CHECK(ulps(r.logsumexp[4], std::log(2.0L)) <= 2);
    for (size_t i = 0; i < 3; ++i) CHECK(r.softmax[at(0, i)] == 0);
    CHECK(r.softmax[at(2, 0)] == T(0.5));
    CHECK(r.softmax[at(2, 1)] == 0);
    CHECK(r.softmax[at(4, 0)] == 0);
    CHECK(r.log_softmax[at(4, 0)] == -kInfinity<T>);
    CHECK(std::isnan(r.softmax[at(3, 0)]));
  };
  std::vector<T> rows, columns(15);
  for (const auto& line : lines) rows.insert(rows.end(), line.begin(), line.end());
  for (size_t l = 0; l < 5; ++l)
    for (size_t i = 0; i < 3; ++i) columns[i * 5 + l] = lines[l][i];
  check(run(rows, {5, 3, 1}), [](size_t line, size_t i) { return line * 3 + i; });
  check(run(columns, {1, 3, 5}), [](size_t line, size_t i) { return i * 5 + line; });
}

TEST_CASE_TEMPLATE("an empty line has logsumexp -infinity", T, float, double) {
  std::vector<T> y(6);
  kernels::logsumexp(static_cast<const T*>(nullptr), y.data(), 2, 0, 3);
  CHECK(y == std::vector<T>(6, -kInfinity<T>));
}

TEST_CASE_TEMPLATE("softmax kernels have the same bytes at any thread count", T, float, double) {
  for (const SoftmaxView& v : {SoftmaxView{3000, 10, 1}, SoftmaxView{5, 10, 501}, SoftmaxView{2, 20001, 1}}) {
    const auto x = uniform_values<T>(static_cast<int64_t>(v.count()), -5, 5, 2);
    CHECK(same_at_any_thread_count([&] { return run(x, v).logsumexp; }));
    CHECK(same_at_any_thread_count([&] { return run(x, v).softmax; }));
    CHECK(same_at_any_thread_count([&] { return run(x, v).log_softmax; }));
  }
}
