#pragma once

#include <span>
#include <string>
#include <string_view>

#include "autograd/check/op_checks.h"
#include "autograd/op.h"

namespace gradzoo {

/// An op of the library, without its type.
struct ListedOp {
  const OpInfo* info;
  OpReport (*check)(int order);
};

/// Every op of AllOps, in its order, each name once.
std::span<const ListedOp> listed_ops();

std::string_view kind_name(Kind kind);

}  // namespace gradzoo
