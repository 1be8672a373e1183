#include "tools/command/op_table.h"

#include <algorithm>
#include <vector>

#include "autograd/ops/all.h"

namespace gradzoo {

std::span<const ListedOp> listed_ops() {
  static const std::vector<ListedOp> kOps = [] {
    std::vector<ListedOp> ops;
    for_each_op([&]<class Op>() { ops.push_back({&info_of<Op>(), gradcheck_op<Op>}); });
    return ops;
  }();
  return kOps;
}

std::string_view kind_name(Kind kind) {
  switch (kind) {
    case Kind::linear:
      return "linear";
    case Kind::elementwise:
      return "elementwise";
    case Kind::bilinear:
      return "bilinear";
    case Kind::other:
      return "other";
  }
  return "";
}

}  // namespace gradzoo
