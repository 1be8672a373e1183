#include <algorithm>
#include <map>
#include <random>
#include <string>

#include <doctest/doctest.h>

#include "gradzoo/autograd/check/gradcheck.h"
#include "gradzoo/autograd/linalg.h"
#include "gradzoo/autograd/ops.h"
#include "support/tensor_values.h"

using namespace gradzoo;
using namespace gradzoo::test;

namespace {

using Sizes = std::map<char, int64_t>;

// Element of x under an assignment of values to letters; an axis of size 1 broadcasts.
double element(const Tensor& x, const std::string& letters, const Sizes& at) {
  int64_t flat = 0;
  for (size_t axis = 0; axis < letters.size(); ++axis) {
    const int64_t n = x.dim(static_cast<int>(axis));
    flat = flat * n + (n == 1 ? 0 : at.at(letters[axis]));
  }
  return x.data<double>()[flat];
}

// All letters run through all their values; each product is added where the output's letters point.
Doubles naive_einsum(const Strings& terms, const std::string& output, const std::vector<Tensor>& xs,
                     const Sizes& sizes) {
  int64_t size = 1;
  for (const char c : output) size *= sizes.at(c);
  Doubles out(static_cast<size_t>(size));
  int64_t all = 1;
  for (const auto& [letter, n] : sizes) all *= n;
  for (int64_t flat = 0; flat < all; ++flat) {
    Sizes at;
    int64_t rest = flat;
    for (const auto& [letter, n] : sizes) at[letter] = rest % n, rest /= n;
    double product = 1;
    for (size_t i = 0; i < xs.size(); ++i) product *= element(xs[i], terms[i], at);
    int64_t place = 0;
    for (const char c : output) place = place * sizes.at(c) + at[c];
    out[static_cast<size_t>(place)] += product;
  }
  return out;
}

struct Expression {
  Strings terms;
  std::string output, text;
  std::vector<Tensor> operands;
  Sizes sizes;
};

// One to three operands of up to four letters out of five, some repeated, some axes of size 1.
Expression random_expression(std::mt19937& bits) {
  const auto below = [&](int n) { return static_cast<int>(bits() % static_cast<unsigned>(n)); };
  Expression e;
  Sizes all;
  for (const char c : {'a', 'b', 'c', 'd', 'Z'}) all[c] = 1 + below(3);
  std::string used;
  for (int i = 0, count = 1 + below(3); i < count; ++i) {
    std::string term;
    Shape shape;
    for (int axis = 0, rank = below(5); axis < rank; ++axis) {
      const char c = "abcdZ"[below(5)];
      const size_t before = term.find(c);
      const int64_t size = before != std::string::npos ? shape[static_cast<int>(before)]
                           : below(6) == 0             ? 1
                                                       : all[c];
      shape = shape.insert(shape.rank(), size);
      term += c;
      e.sizes[c] = std::max(e.sizes[c], size);
      if (used.find(c) == std::string::npos) used += c;
    }
    e.terms.push_back(term);
    e.operands.push_back(wave(shape, DType::f64, 0.3 * i));
    e.text += (i > 0 ? "," : "") + term;
  }
  std::shuffle(used.begin(), used.end(), bits);
  e.output = used.substr(0, static_cast<size_t>(below(static_cast<int>(used.size()) + 1)));
  e.text += "->" + e.output;
  return e;
}

Tensor by(std::string_view equation, const std::vector<Tensor>& xs) { return einsum(equation, xs); }

}  // namespace

TEST_CASE("random expressions are the sum over all letters") {
  std::mt19937 bits(5);
  for (int i = 0; i < 500; ++i) {
    const Expression e = random_expression(bits);
    CAPTURE(e.text);
    const Tensor y = by(e.text, e.operands);
    CHECK(y.rank() == static_cast<int>(e.output.size()));
    CHECK(max_error(y, naive_einsum(e.terms, e.output, e.operands, e.sizes)) < 1e-13);
  }
}

TEST_CASE("products by name are the products with a name") {
  const Tensor a = wave({2, 3, 4}), b = wave({2, 4, 5}, DType::f64, 0.4), v = wave({4});
  CHECK(same_bytes(einsum("bij,bjk->bik", {a, b}), matmul(a, b)));
  CHECK(
      same_bytes(einsum("bij,j->bi", {a, v}), reshape(matmul(reshape(a, {6, 4}), unsqueeze(v, 1)), {2, 3})));
  CHECK(same_bytes(einsum("ij->ji", {reshape(a, {6, 4})}), transpose(reshape(a, {6, 4}))));
  CHECK(max_error(einsum("i,i", {v, v}), {dot(v, v).item()}) < 1e-15);
  CHECK(same_bytes(einsum("i,j", {v, v}), outer(v, v)));
  CHECK(same_bytes(einsum("bii->b", {wave({3, 2, 2})}), trace(wave({3, 2, 2}))));
  CHECK(einsum("iii->i", {reshape(arange(8, DType::f64), {2, 2, 2})}).to_vector() == Doubles{0, 7});
  CHECK(einsum("", {scalar(3)}).item() == 3);
}

TEST_CASE("the implicit output has the letters that occur once, in alphabetical order") {
  const Tensor a = wave({2, 3}), b = wave({3, 4});
  CHECK(same_bytes(einsum("ij,jk", {a, b}), matmul(a, b)));
  CHECK(same_bytes(einsum("zy", {a}), transpose(a)));
  CHECK(einsum("ba,B", {a, b.rows(0, 1).view({4})}).shape() == Shape{4, 3, 2});
  CHECK(einsum("ii", {wave({3, 3})}).rank() == 0);
}

TEST_CASE("an ellipsis is the leading axes, which broadcast from the last one") {
  const Tensor a = wave({5, 2, 3, 4}), b = wave({2, 4, 6}, DType::f64, 0.2);
  CHECK(same_bytes(einsum("...ij,...jk->...ik", {a, b}), matmul(a, b)));
  CHECK(same_bytes(einsum("...ij , ...jk", {a, b}), matmul(a, b)));
  CHECK(einsum("...i->i...", {a}).shape() == Shape{4, 5, 2, 3});
  CHECK(max_error(einsum("...i->i", {a}), sum(reshape(a, {30, 4}), 0).to_vector()) < 1e-14);
  CHECK(same_bytes(einsum("...,...", {wave({3, 1}), wave({1, 4})}), wave({3, 1}) * wave({1, 4})));
}

TEST_CASE("empty axes give sums of nothing") {
  CHECK(einsum("ij,jk->ik", {zeros({2, 0}), zeros({0, 3})}).to_vector() == Doubles(6, 0));
  CHECK(einsum("ij->j", {zeros({0, 3})}).to_vector() == Doubles(3, 0));
  CHECK(einsum("ij,i->ij", {zeros({2, 0}), ones({2})}).shape() == Shape{2, 0});
}

TEST_CASE("every derivative of einsum is there") {
  const std::vector<Tensor> xs = {wave({2, 3, 3}), wave({3, 2}, DType::f64, 0.5),
                                  wave({1, 2}, DType::f64, 0.7)};
  for (const char* text : {"bij,jk,bk->bi", "bii,ib,bc->c", "ijk,jl,il->kl"}) {
    const auto f = [&](std::span<const Tensor> at) { return einsum(text, at); };
    CAPTURE(text);
    CHECK(check_order(f, xs, 2).message == "");
  }
}

TEST_CASE("a step with more than six axes is refused") {
  const Tensor x = ones({2, 2, 2, 2});
  CHECK_THROWS_WITH_AS(einsum("abcd,efgh,abcdefgh->", {x, x, x}), Contains("names 8 axes of an operand"),
                       Error);
  CHECK_THROWS_WITH_AS(einsum("abcd,efgh->abcdefgh", {x, x}),
                       "einsum: a step from left to right has 8 axes. Hint: at most 6; order the operands so "
                       "that letters are summed early",
                       Error);
}
