#include <algorithm>
#include <vector>

#include "autograd/ops/all.h"
#include "gradzoo/autograd/check/op_checks.h"

namespace gradzoo {

std::span<const ListedOp> listed_ops() {
  static const std::vector<ListedOp> kOps = [] {
    std::vector<ListedOp> ops;
    for_each_op([&]<class Op>() {
      const Op by_default{};
      std::vector<int> smoothness;
      for (const OpCase<Op>& c : Op::cases()) smoothness.push_back(info_of<Op>().smoothness(&c.op));
      const auto [least, most] = std::ranges::minmax(smoothness);
      ops.push_back({&info_of<Op>(), gradcheck_op<Op>, info_of<Op>().smoothness(&by_default), least, most});
    });
    return ops;
  }();
  return kOps;
}

}  // namespace gradzoo
