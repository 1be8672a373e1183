#include <algorithm>

#include <doctest/doctest.h>

#include "gradzoo/models/run/session.h"

namespace gradzoo {
namespace {

std::vector<int64_t> rows_of(const Tensor& rows) {
  std::vector<int64_t> all(rows.data<int64_t>(), rows.data<int64_t>() + rows.size());
  std::ranges::sort(all);
  return all;
}

TEST_CASE("batches of an epoch hold what is trained on and nothing else; tests are of the test images") {
  const auto options = run_options("vae", std::vector<std::string>{"seed=7"});
  const RunData data(options->data, options->training);
  const Dataset mnist("mnist");
  const auto batches = data.batches({.batch = 5000});
  REQUIRE(batches->steps_per_epoch() == 11);
  std::vector<int64_t> seen;
  for (int64_t step = 0; step < 11; ++step) {
    const std::vector<int64_t> rows = rows_of(batches->at(step).rows);
    seen.insert(seen.end(), rows.begin(), rows.end());
  }
  std::ranges::sort(seen);
  CHECK(seen == rows_of(mnist.split(Split::fit).rows));
  CHECK(data.holds_out());
  CHECK(rows_of(data.view().examples.rows) == rows_of(mnist.split(Split::valid).rows));
  CHECK(rows_of(data.evaluation_examples(Split::valid).rows) == rows_of(mnist.split(Split::valid).rows));
  const Examples test = data.evaluation_examples(Split::test);
  CHECK(test.count() == 10'000);
  CHECK(test.values.dim(0) == 10'000);
  CHECK(test.labels.rows(0, 5).to_vector() == std::vector<double>{7, 2, 1, 0, 4});  // as published
  CHECK(data.view(test).examples.count() == 10'000);
  CHECK(data.view(test).train.count() == 55'000);
  CHECK(data.seed() == 7);
  CHECK(data.view().seed == 7);
}

TEST_CASE("a run that trains on all has nothing held out; a toy always has fresh points to validate on") {
  const auto all = run_options("vae", std::vector<std::string>{"split=train"});
  const RunData images(all->data, all->training);
  CHECK(!images.holds_out());
  CHECK(images.train().count() == 60'000);
  CHECK_THROWS_AS(images.evaluation_examples(Split::valid), Error);
  const auto toy = run_options("nce", std::vector<std::string>{"split=train"});
  const RunData points(toy->data, toy->training);
  CHECK(points.holds_out());
  CHECK(points.evaluation_examples(Split::valid).count() == 10'000);
}

}  // namespace
}  // namespace gradzoo
