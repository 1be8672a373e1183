#pragma once

#include <string>
#include <string_view>

#include "gradzoo/autograd/check/op_checks.h"

namespace gradzoo {

std::string_view kind_name(Kind kind);
/// How many continuous derivatives: "all", "0", "-1 to all" where attributes decide.
std::string smoothness_text(const ListedOp& op);
/// What the gradient of each operand reads, operands by their numbers: "#2; #1" of a product.
std::string saves_text(const OpInfo& info);
/// The page docs/ops.md.
std::string ops_markdown();

}  // namespace gradzoo
