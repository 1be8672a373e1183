#include "autograd/ops/einsum_equation.h"

#include <doctest/doctest.h>

#include "support/error_message.h"

using namespace gradzoo;
using namespace gradzoo::test;

namespace {

std::string refusal(std::string_view text, const std::vector<Shape>& shapes) {
  return error_message([&] { ops::EinsumEquation(text, shapes); });
}

}  // namespace

TEST_CASE("an equation gives each axis a letter, and each letter a size") {
  const ops::EinsumEquation e("b i j, ...jK -> ...K", {{2, 3, 4}, {7, 1, 4, 5}});
  CHECK(e.operands == std::vector<std::string>{"bij", "10jK"});
  CHECK(e.output == "10K");
  CHECK(e.sizes['j'] == 4);
  CHECK(e.sizes['K'] == 5);
  CHECK(e.sizes['1'] == 7);
  CHECK(e.sizes['0'] == 1);
}

TEST_CASE("a letter has the size that is not 1, 0 too") {
  CHECK(ops::EinsumEquation("i,i", {{1}, {3}}).sizes['i'] == 3);
  CHECK(ops::EinsumEquation("i,i", {{3}, {1}}).sizes['i'] == 3);
  CHECK(ops::EinsumEquation("i,i", {{1}, {0}}).sizes['i'] == 0);
  CHECK(ops::EinsumEquation("i,i", {{1}, {1}}).sizes['i'] == 1);
}

TEST_CASE("without an arrow the output is the ellipsis and what occurs once") {
  CHECK(ops::EinsumEquation("ba,Ca", {{2, 3}, {4, 3}}).output == "Cb");
  CHECK(ops::EinsumEquation("...a", {{2, 3, 4}}).output == "10a");
  CHECK(ops::EinsumEquation("ii", {{2, 2}}).output.empty());
  CHECK(ops::EinsumEquation("ij->", {{2, 3}}).output.empty());
}

TEST_CASE("an equation without a meaning is refused with a sentence") {
  CHECK(refusal("ij,jk->ik", {{2, 3}, {4, 5}}) ==
        "einsum: 'j' has size 3, and 4 in operand 1 (4,5). Hint: give a letter one size, or 1");
  CHECK(refusal("ii", {{2, 3}}) ==
        "einsum: 'i' has size 2, and 3 in operand 0 (2,3). Hint: give a letter one size, or 1");
  CHECK(refusal("ii", {{1, 3}}).starts_with("einsum: 'i' has size 1, and 3"));
  CHECK(refusal("ij->ik", {{2, 3}}) ==
        "einsum: the output names 'k', and no operand does. Hint: use letters of the operands");
  CHECK(refusal("ij->ii", {{2, 3}}) ==
        "einsum: the output names 'i' twice. Hint: name it once; diag_embed makes a diagonal");
  CHECK(refusal("ij", {{2}}) ==
        "einsum: \"ij\" names 2 axes of an operand (2). Hint: write a letter per axis, or \"...\"");
  CHECK(refusal("i", {{2, 3}}).starts_with("einsum: \"i\" names 1 axes of an operand (2,3)"));
  CHECK(refusal("...ijk", {{2, 3}}).starts_with("einsum: \"...ijk\" names 3 axes"));
  CHECK(refusal("ij,jk->ik", {{2, 3}}) ==
        "einsum: \"ij,jk->ik\" names 2 operands, but there are 1. Hint: write one term per operand");
  CHECK(refusal("i1", {{2, 3}}) ==
        "einsum: '1' in \"i1\". Hint: letters, \"...\" once in a term, \",\" and one \"->\"");
  CHECK(refusal("i.j", {{2, 3}}).starts_with("einsum: '.' in"));
  CHECK(refusal("......", {{2, 3}}).starts_with("einsum: '.' in"));
  CHECK(refusal("i->i->i", {{2}}).starts_with("einsum: '-' in"));
  CHECK(refusal("i->i,", {{2}}).starts_with("einsum: ',' in"));
  CHECK(refusal("ij->...ij", {{2, 3}}).empty());
}
