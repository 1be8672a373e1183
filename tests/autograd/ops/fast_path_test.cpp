#include <algorithm>
#include <cmath>
#include <string>
#include <vector>

#include <doctest/doctest.h>

#include "autograd/check/sample_operands.h"
#include "autograd/ops/all.h"
#include "gradzoo/autograd/grad.h"

using namespace gradzoo;

namespace {

struct Gradients {
  Tensors fast, specified;
};

/// The gradients of one application by vjp_fast (nothing records) and by vjp (under create_graph).
template <class Op>
Gradients both_rules(const Op& op, std::vector<Tensor>& operands, Rng& rng) {
  const OpInfo& info = info_of<Op>();
  const Tensor* pointers[kMaxInputs] = {};
  std::vector<Tensor> leaves;
  for (size_t i = 0; i < operands.size(); ++i) {
    pointers[i] = &operands[i];
    if (info.roles[i] == Role::value) leaves.push_back(operands[i].requires_grad_());
  }
  Tape tape;
  const Tensor y = info.reapply(&op, Inputs(pointers, info.arity), 0);
  const Tensor g = randn_like(y, rng);
  return {grad(y, leaves, {.grad_output = g, .retain_graph = true}),
          grad(y, leaves, {.grad_output = g, .create_graph = true})};
}

void check_equal(const Tensor& fast, const Tensor& specified) {
  const std::vector<double> a = fast.to_vector(), b = specified.to_vector();
  REQUIRE(fast.shape() == specified.shape());
  for (size_t i = 0; i < a.size(); ++i) CHECK(std::abs(a[i] - b[i]) <= 1e-14 * std::max(1.0, std::abs(b[i])));
}

}  // namespace

TEST_CASE("the fast rule of every op that has one gives the gradients of its vjp") {
  Rng rng(7, "fast path");
  int ops_with_fast_rules = 0;
  for_each_op([&]<class Op>() {
    if (info_of<Op>().vjp_fast == nullptr) return;
    ++ops_with_fast_rules;
    INFO(std::string(Op::name));
    for (const OpCase<Op>& c : Op::cases()) {
      std::vector<Tensor> operands = sample_operands(c.operands, info_of<Op>().roles, rng);
      const Gradients gradients = both_rules(c.op, operands, rng);
      for (size_t i = 0; i < gradients.fast.size(); ++i)
        check_equal(gradients.fast[i], gradients.specified[i]);
    }
  });
  CHECK(ops_with_fast_rules >= 4);  // sigmoid, tanh, chain_laplacian, binary_cross_entropy_with_logits
}
