#include "tools/list/op_table.h"

#include <algorithm>

#include <fmt/format.h>

#include "gradzoo/base/text.h"

namespace gradzoo {

std::string_view kind_name(Kind kind) {
  constexpr std::string_view kNames[] = {"linear", "elementwise", "bilinear", "other"};
  return kNames[static_cast<size_t>(kind)];
}

std::string smoothness_text(const ListedOp& op) {
  const auto text = [](int count) { return count == kSmooth ? "all" : fmt::to_string(std::max(count, -1)); };
  if (op.least_smooth == op.most_smooth) return text(op.least_smooth);
  return fmt::format("{} to {}", text(op.least_smooth), text(op.most_smooth));
}

std::string saves_text(const OpInfo& info) {
  std::string text;
  for (int i = 0; i < info.arity; ++i) {
    if (info.roles[i] != Role::value) continue;
    std::string reads;
    for (int slot = 0; slot <= kMaxInputs; ++slot) {
      if (((info.saves[i] >> slot) & 1u) == 0) continue;
      reads += (reads.empty() ? "" : ", ") + (slot == kMaxInputs ? "y" : fmt::format("#{}", slot + 1));
    }
    text += (text.empty() ? "" : "; ") + (reads.empty() ? "nothing" : reads);
  }
  return text;
}

std::string ops_markdown() {
  std::string page = R"(# Every op and its gradients

`gradzoo list ops --markdown docs/ops.md` writes this page from the ops themselves; a test holds both together.
`gradzoo gradcheck NAME` compares an op's derivatives with finite differences. [engine.md](engine.md) explains how
gradients, and gradients of gradients, are computed from these rules.

In a rule, y is the output, g is the gradient of the loss in y, and dx is the gradient of the loss in x. A' is A
transposed, and [c] is 1 where c holds, else 0. The other columns:

- **kind**: how y depends on the operands together; `bilinear` is linear in each of two.
- **continuous derivatives**: an op with 0 has a [kink](glossary.md#kink), one with -1 jumps; two numbers where
  attributes decide.
- **saved**: what the [tape](glossary.md#tape) keeps for the gradient of each operand; #1 and #2 are operands, y is the
  output.

Gradients keep f32's digits to the edges of its range (tests/autograd/ops/precision_test.cpp), with one exception, as
in PyTorch: the gradient of `pow(a, b)` with a tensor b is infinite if a^(b-1) is infinite, even if its product with g
is finite. `exp(b * log(a))` gives the finite gradient.

| op | rule | kind | continuous derivatives | saved |
|---|---|---|--:|---|
)";
  for (const ListedOp& op : listed_ops()) {
    page += fmt::format("| {} | `{}` | {} | {} | {} |\n", op.info->name,
                        replaced(op.info->formula, {{'|', "\\|"}}), kind_name(op.info->kind),
                        smoothness_text(op), saves_text(*op.info));
  }
  return page;
}

}  // namespace gradzoo
