#pragma once

#include <string>
#include <string_view>

#include "gradzoo/autograd/check/op_checks.h"

namespace gradzoo {

std::string_view kind_name(Kind kind);
/// Returns the number of continuous derivatives: "all", "0", or "-1 to all" if it depends on attributes.
std::string smoothness_text(const ListedOp& op);
/// Returns the operands that each operand's gradient reads, by their numbers: "#2; #1" for a product.
std::string saves_text(const OpInfo& info);
/// Returns the page docs/ops.md.
std::string ops_markdown();

}  // namespace gradzoo
