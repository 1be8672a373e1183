#include "autograd/ops/einsum_equation.h"

#include <algorithm>

#include "gradzoo/base/text.h"

namespace gradzoo::ops {
namespace {

constexpr std::string_view kEllipsis = "...", kArrow = "->";

std::string without_spaces(std::string_view text) {
  std::string out(text);
  std::erase(out, ' ');
  return out;
}

std::vector<std::string> split_at_commas(std::string_view text) {
  std::vector<std::string> parts(1);
  for (const char c : text) {
    if (c == ',')
      parts.emplace_back();
    else
      parts.back() += c;
  }
  return parts;
}

int count_letters(const std::string& term) {
  return static_cast<int>(std::count_if(term.begin(), term.end(), is_letter));
}

bool has_ellipsis(const std::string& term) { return term.find(kEllipsis) != std::string::npos; }

// Letters and at most one "...".
void check_term(const std::string& term, std::string_view equation) {
  std::string rest = term;
  if (const size_t at = rest.find(kEllipsis); at != std::string::npos) rest.erase(at, kEllipsis.size());
  for (const char c : rest) {
    if (!is_letter(c))
      throw Error("einsum: '{}' in \"{}\". Hint: letters, \"...\" once in a term, \",\" and one \"->\"", c,
                  equation);
  }
}

// The term with digits in the place of "...".
std::string with_digits(std::string term, int ellipsis_axes) {
  std::string digits;
  for (int i = ellipsis_axes - 1; i >= 0; --i) digits += static_cast<char>('0' + i);
  if (const size_t at = term.find(kEllipsis); at != std::string::npos)
    term.replace(at, kEllipsis.size(), digits);
  return term;
}

// Of the axes of an operand, those that the term gives no letter.
int ellipsis_axes_of(const std::string& term, const Shape& shape) {
  const int letters = count_letters(term), more = shape.rank() - letters;
  if (more == 0 || (more > 0 && has_ellipsis(term))) return more;
  throw Error("einsum: \"{}\" names {} axes of an operand {}. Hint: write a letter per axis, or \"...\"",
              term, letters, shape.str());
}

}  // namespace

EinsumEquation::EinsumEquation(std::string_view text, const std::vector<Shape>& shapes) {
  const std::string equation = without_spaces(text);
  const size_t arrow = equation.find(kArrow);
  operands = split_at_commas(std::string_view(equation).substr(0, arrow));
  if (operands.size() != shapes.size()) {
    throw Error("einsum: \"{}\" names {} operands, but there are {}. Hint: write one term per operand", text,
                operands.size(), shapes.size());
  }
  int ellipsis_axes = 0;
  for (size_t i = 0; i < shapes.size(); ++i) {
    check_term(operands[i], text);
    const int axes = ellipsis_axes_of(operands[i], shapes[i]);
    ellipsis_axes = std::max(ellipsis_axes, axes);
    operands[i] = with_digits(operands[i], axes);
  }
  if (arrow == std::string::npos) {
    output = implicit_output(ellipsis_axes);
  } else {
    const std::string term = equation.substr(arrow + kArrow.size());
    check_term(term, text);
    output = with_digits(term, ellipsis_axes);
  }
  check_output();
  find_sizes(shapes);
}

std::string EinsumEquation::implicit_output(int ellipsis_axes) const {
  std::string all, once;
  for (const std::string& letters : operands) all += letters;
  std::copy_if(all.begin(), all.end(), std::back_inserter(once),
               [&](char c) { return is_letter(c) && std::count(all.begin(), all.end(), c) == 1; });
  std::sort(once.begin(), once.end());
  return with_digits(std::string(kEllipsis), ellipsis_axes) + once;
}

void EinsumEquation::check_output() const {
  for (const char c : output) {
    if (std::count(output.begin(), output.end(), c) > 1)
      throw Error("einsum: the output names '{}' twice. Hint: name it once; diag_embed makes a diagonal", c);
    if (std::none_of(operands.begin(), operands.end(),
                     [&](const std::string& letters) { return letters.find(c) != std::string::npos; }))
      throw Error("einsum: the output names '{}', and no operand does. Hint: use letters of the operands", c);
  }
}

void EinsumEquation::find_sizes(const std::vector<Shape>& shapes) {
  sizes.fill(1);
  for (size_t i = 0; i < shapes.size(); ++i) {
    const std::string& letters = operands[i];
    for (size_t axis = 0; axis < letters.size(); ++axis) {
      const int64_t size_here = shapes[i][static_cast<int>(axis)];
      const int64_t first_here = shapes[i][static_cast<int>(letters.find(letters[axis]))];
      int64_t& size_so_far = sizes[static_cast<size_t>(letters[axis])];
      const bool fits = size_so_far == 1 || size_here == 1 || size_here == size_so_far;
      if (!fits || size_here != first_here)
        throw Error("einsum: '{}' has size {}, and {} in operand {} {}. Hint: give a letter one size, or 1",
                    letters[axis], fits ? first_here : size_so_far, size_here, i, shapes[i].str());
      if (size_here != 1) size_so_far = size_here;
    }
  }
}

}  // namespace gradzoo::ops
