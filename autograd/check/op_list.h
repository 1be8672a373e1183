#pragma once

#include <span>

#include "autograd/check/op_checks.h"
#include "autograd/op.h"

namespace gradzoo {

/// An op of the library, without its type.
struct ListedOp {
  const OpInfo* info;
  OpReport (*check)(int order);   ///< gradcheck_op of it
  int smooth;                     ///< continuous derivatives with the attributes that it has by default
  int least_smooth, most_smooth;  ///< over its cases
};

/// Every op of the library (ops/all.h), each name once.
std::span<const ListedOp> listed_ops();

}  // namespace gradzoo
