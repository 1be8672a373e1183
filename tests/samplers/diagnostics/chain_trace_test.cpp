#include "samplers/diagnostics/chain_trace.h"

#include <string>
#include <vector>

#include <doctest/doctest.h>

#include "gradzoo/autograd/ops.h"

namespace gradzoo {

TEST_CASE("a trace names each coordinate of a few, and of many the log-density where the chain has one") {
  using Names = std::vector<std::string>;
  CHECK(ChainTrace(zeros({2, 2}), true, 8).names() == Names{"x0", "x1"});
  CHECK(ChainTrace(zeros({2, 9}), true, 8).names() == Names{"log_prob", "mean", "norm"});
  CHECK(ChainTrace(zeros({2, 9}), false, 8).names() == Names{"mean", "norm"});
}

}  // namespace gradzoo
