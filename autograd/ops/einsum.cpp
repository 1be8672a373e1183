#include <string>
#include <vector>

#include "autograd/ops/einsum_equation.h"
#include "gradzoo/autograd/linalg.h"
#include "gradzoo/autograd/ops.h"

namespace gradzoo {
namespace {

/// A tensor and a letter for each of its axes.
struct Lettered {
  Tensor tensor;
  std::string letters;
};

bool has(std::string_view letters, char c) { return letters.find(c) != std::string_view::npos; }

// Axes with one letter become their diagonal, the last axis.
Lettered with_diagonals(const Lettered& x) {
  for (size_t i = 0; i < x.letters.size(); ++i) {
    const size_t again = x.letters.find(x.letters[i], i + 1);
    if (again == std::string::npos) continue;
    std::vector<int> axes;
    std::string rest;
    for (size_t k = 0; k < x.letters.size(); ++k) {
      if (k == i || k == again) continue;
      axes.push_back(static_cast<int>(k));
      rest += x.letters[k];
    }
    axes.insert(axes.end(), {static_cast<int>(i), static_cast<int>(again)});
    return with_diagonals({diagonal(permute(x.tensor, axes)), rest + x.letters[i]});
  }
  return x;
}

// Axes of size 1 go where others have more under their letter.
Lettered without_broadcast_axes(Lettered x, const ops::EinsumEquation& equation) {
  for (int axis = x.tensor.rank() - 1; axis >= 0; --axis) {
    const auto at = static_cast<size_t>(axis);
    if (x.tensor.dim(axis) == equation.sizes[static_cast<size_t>(x.letters[at])]) continue;
    x.tensor = squeeze(x.tensor, axis);
    x.letters.erase(at, 1);
  }
  return x;
}

// x summed over the axes of all letters but these.
Lettered summed_to(Lettered x, const std::string& kept) {
  for (int axis = x.tensor.rank() - 1; axis >= 0; --axis) {
    const auto at = static_cast<size_t>(axis);
    if (has(kept, x.letters[at])) continue;
    x.tensor = sum(x.tensor, axis);
    x.letters.erase(at, 1);
  }
  return x;
}

// Axes in the order of the letters, which names each of x's once.
Tensor in_order(const Lettered& x, const std::string& letters) {
  std::vector<int> axes;
  for (const char c : letters) axes.push_back(static_cast<int>(x.letters.find(c)));
  return permute(x.tensor, axes);
}

/// A stack of matrices, to be read transposed or not.
struct Stack {
  Tensor tensor;  // (batch, rows, columns) or (batch, columns, rows); without an axis for no batch
  bool transposed;
};

Stack stacked(const Lettered& x, const std::string& batch, const std::string& rows,
              const std::string& columns, const ops::LetterSizes& sizes) {
  const auto product = [&](const std::string& letters) {
    int64_t size = 1;
    for (const char c : letters) size *= sizes[static_cast<size_t>(c)];
    return size;
  };
  const bool transposed = x.letters != batch + rows + columns && x.letters == batch + columns + rows;
  const Tensor matrices = transposed ? x.tensor : in_order(x, batch + rows + columns);
  const int64_t m = product(transposed ? columns : rows), n = product(transposed ? rows : columns);
  return {reshape(matrices, batch.empty() ? Shape{m, n} : Shape{product(batch), m, n}), transposed};
}

// The product of a and b, summed over the letters of both that are not kept.
Lettered contract(Lettered a, Lettered b, const std::string& kept, const ops::EinsumEquation& equation) {
  a = summed_to(a, kept + b.letters);
  b = summed_to(b, kept + a.letters);
  std::string batch, summed, rows, columns;
  for (const char c : a.letters) {
    if (!has(b.letters, c))
      rows += c;
    else if (has(kept, c))
      batch += c;
    else
      summed += c;
  }
  for (const char c : b.letters) {
    if (!has(a.letters, c)) columns += c;
  }
  const std::string letters = batch + rows + columns;
  if (letters.size() > kMaxRank) {
    throw Error(
        "einsum: a step from left to right has {} axes. Hint: at most {}; order the operands so that "
        "letters are summed early",
        letters.size(), kMaxRank);
  }
  Shape shape;
  for (const char c : letters) shape = shape.insert(shape.rank(), equation.sizes[static_cast<size_t>(c)]);
  const Stack left = stacked(a, batch, rows, summed, equation.sizes);
  const Stack right = stacked(b, batch, summed, columns, equation.sizes);
  // Without a sum it is a product of elements, (batch, m, 1) by (batch, 1, n).
  const Tensor product = summed.empty()
                             ? mul(left.tensor, right.tensor)
                             : matmul(left.tensor, right.tensor, left.transposed, right.transposed);
  return {reshape(product, shape), letters};
}

}  // namespace

Tensor einsum(std::string_view text, std::span<const Tensor> operands) {
  std::vector<Shape> shapes;
  for (const Tensor& x : operands) shapes.push_back(x.shape());
  const ops::EinsumEquation equation(text, shapes);
  std::vector<Lettered> factors;
  for (size_t i = 0; i < operands.size(); ++i) {
    factors.push_back(without_broadcast_axes(with_diagonals({operands[i], equation.operands[i]}), equation));
  }
  Lettered result = factors[0];
  for (size_t i = 1; i < factors.size(); ++i) {
    std::string kept = equation.output;
    for (size_t later = i + 1; later < factors.size(); ++later) kept += factors[later].letters;
    result = contract(result, factors[i], kept, equation);
  }
  result = summed_to(result, equation.output);
  return in_order(result, equation.output);
}

}  // namespace gradzoo
