#include "samplers/diagnostics/chain_trace.h"

#include <string>
#include <vector>

#include <doctest/doctest.h>

#include "gradzoo/autograd/ops.h"
#include "gradzoo/autograd/random.h"
#include "gradzoo/samplers/diagnostics/diagnostics.h"

namespace gradzoo {

TEST_CASE("a trace names each coordinate of a few, and of many the log-density where the chain has one") {
  using Names = std::vector<std::string>;
  CHECK(ChainTrace(zeros({2, 2}), true, 8).names() == Names{"x0", "x1"});
  CHECK(ChainTrace(zeros({2, 9}), true, 8).names() == Names{"log_prob", "mean", "norm"});
  CHECK(ChainTrace(zeros({2, 9}), false, 8).names() == Names{"mean", "norm"});
}

TEST_CASE("diagnostics are of the draws that were recorded") {
  Rng rng(1, "chain_trace_test");
  const Tensor draws = randn({2, 200}, rng, DType::f64) + 100.0;
  ChainTrace trace(zeros({2, 1}), false, 200);
  for (int64_t draw = 0; draw < 200; ++draw) trace.record(slice(draws, 1, draw, draw + 1), {});
  CHECK(trace.rhat()[0] == rank_normalised_rhat(draws));
  CHECK(trace.bulk_ess()[0] == bulk_ess(draws));
  CHECK(trace.tail_ess()[0] == tail_ess(draws));
}

}  // namespace gradzoo
