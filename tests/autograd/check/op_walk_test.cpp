#include <set>
#include <string>

#include <doctest/doctest.h>

#include "autograd/ops/all.h"
#include "gradzoo/autograd/check/op_checks.h"

using namespace gradzoo;

TEST_CASE("every op passes every check, to second order and where it is smooth to third") {
  for_each_op([]<class Op>() {
    const OpReport report = gradcheck_op<Op>(3);
    CHECK_MESSAGE(report.ok, report.message);
    const Op by_default{};
    const bool smooth = info_of<Op>().smoothness(&by_default) == kSmooth;
    CHECK_MESSAGE(report.order == (smooth ? 3 : 2), report.name);
  });
}

TEST_CASE("no two ops share a name") {
  std::set<std::string> names;
  for_each_op([&]<class Op>() { CHECK_MESSAGE(names.insert(Op::name).second, Op::name); });
}
