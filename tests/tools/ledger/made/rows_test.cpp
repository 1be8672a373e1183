#include "tools/ledger/made/rows.h"

#include <doctest/doctest.h>

#include "autograd/ops.h"
#include "nn/distributions.h"

// Each row plants the error that it is there for, and must see it.
namespace gradzoo {
namespace {

TEST_CASE("made.normalised sees an output that reads itself, and one that reads what comes later") {
  const auto with_logits = [](const Tensor& x, const Tensor& logits) {
    return sum(bernoulli_log_prob(x, logits), 1);
  };
  CHECK(made_normalisation_error([](const MadeNetwork& n, const Tensor& x) { return n.log_prob(x); }) <
        1e-12);
  CHECK(made_normalisation_error([&](const MadeNetwork& n, const Tensor& x) {
          return with_logits(x, n.forward(x) + x * 0.1);
        }) > 1e-3);
  CHECK(made_normalisation_error([&](const MadeNetwork& n, const Tensor& x) {
          return with_logits(x, n.forward(x) + flip(x, 1) * 0.1);
        }) > 1e-3);
}

TEST_CASE("made.autoregressive sees a diagonal that is read, and a network that reads nothing") {
  const MadeReads right = made_reads([](const MadeNetwork& n, const Tensor& x) { return n.forward(x); });
  CHECK(right.forbidden == 0);
  CHECK(right.allowed > 0);
  CHECK(made_reads([](const MadeNetwork& n, const Tensor& x) { return n.forward(x) + x * 1e-3; }).forbidden >
        1e-4);
  CHECK(made_reads([](const MadeNetwork&, const Tensor& x) { return x * 0.0; }).allowed == 0);
}

}  // namespace
}  // namespace gradzoo
