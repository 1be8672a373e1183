#include <vector>

#include <doctest/doctest.h>

#include "gradzoo/autograd/ops.h"
#include "gradzoo/autograd/random.h"
#include "gradzoo/nn/parallel/processes.h"
#include "support/error_message.h"
#include "support/thread_processes.h"

namespace gradzoo {
namespace {

// Written out: neighbours, then sums of neighbours, whatever remains alone as it is.
template <class T>
std::vector<T> mean_by_tree(std::vector<std::vector<T>> level) {
  const auto parts = static_cast<double>(level.size());
  while (level.size() > 1) {
    std::vector<std::vector<T>> above;
    for (size_t i = 0; i < level.size(); i += 2) {
      above.push_back(level[i]);
      if (i + 1 == level.size()) continue;
      for (size_t k = 0; k < above.back().size(); ++k) above.back()[k] += level[i + 1][k];
    }
    level = above;
  }
  for (T& x : level[0]) x = static_cast<T>(x * static_cast<T>(1 / parts));
  return level[0];
}

template <class T>
void check_means(int64_t parts, int64_t size, DType dtype) {
  Rng rng(3, "tree_mean");
  std::vector<Tensor> values;
  std::vector<std::vector<T>> numbers;
  for (int64_t i = 0; i < parts; ++i) {
    values.push_back(exp(randn({size}, rng, dtype) * 5.0));  // so that the order of sums is seen
    numbers.emplace_back(values.back().data<T>(), values.back().data<T>() + size);
  }
  const std::vector<T> wanted = mean_by_tree(numbers);
  for (int64_t count = 1; count <= parts; ++count) {
    if (parts % count != 0) continue;
    CAPTURE(parts);
    CAPTURE(count);
    std::vector<std::vector<T>> found(static_cast<size_t>(count));
    const auto failures = test::as_processes(count, [&](Processes& processes) {
      TreeMean mean(parts, processes);
      for (int again = 0; again < 2; ++again) {
        std::vector<Tensor> mine;
        for (int64_t i = 0; i < mean.mine(); ++i)
          mine.push_back(values[static_cast<size_t>(mean.first() + i)].clone());
        const Tensor all = mean.of(mine);
        found[static_cast<size_t>(processes.rank())].assign(all.data<T>(), all.data<T>() + size);
      }
    });
    CHECK(test::all_well(failures));
    for (const std::vector<T>& its : found) CHECK(its == wanted);
  }
}

TEST_CASE("a mean has the bytes of one tree, however many processes share its parts") {
  for (const int64_t parts : {1, 2, 3, 4, 5, 6, 7, 8, 9, 12, 16, 24}) {
    check_means<float>(parts, 3, DType::f32);
    check_means<float>(parts, 5003, DType::f32);  // exchanged in shares
    check_means<double>(parts, 2500, DType::f64);
  }
}

TEST_CASE("fewer numbers than processes are exchanged too") {
  check_means<double>(16, 1, DType::f64);
  check_means<float>(8, 7, DType::f32);
}

TEST_CASE("values that are not one for each part, of one shape and dtype, are refused") {
  const auto refusal = [](std::vector<Tensor> values) {
    return test::error_message([&] { TreeMean(2, this_process()).of(values); });
  };
  CHECK(refusal({ones({2}), ones({2})}).empty());
  for (const std::vector<Tensor>& values : {std::vector<Tensor>{},
                                            {ones({2})},
                                            {ones({2}), ones({1})},
                                            {ones({2}), ones({2}, DType::f64)},
                                            {ones({2}), ones({2}), ones({2})}})
    CHECK(test::contains(refusal(values), "one value per part"));
}

TEST_CASE("processes that do not divide the parts are refused") {
  const auto failures = test::as_processes(3, [](Processes& processes) { TreeMean(8, processes); });
  for (const std::string& failure : failures)
    CHECK(test::contains(failure, "3 processes cannot share shards=8 equally. Hint: use --set shards=3"));
}

}  // namespace
}  // namespace gradzoo
