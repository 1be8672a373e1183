#include "gradzoo/explain/explain_expression.h"

#include <algorithm>
#include <iterator>
#include <utility>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "explain/program_names.h"
#include "explain/remarks.h"
#include "explain/story.h"
#include "gradzoo/autograd/grad.h"
#include "gradzoo/autograd/ops.h"
#include "gradzoo/autograd/plain.h"
#include "gradzoo/explain/expression.h"
#include "gradzoo/explain/expression_functions.h"

namespace gradzoo {
namespace {

constexpr int64_t kMostPrinted = 64, kMostSweeps = 200;
constexpr int64_t kMostRemarkNodes = 300'000;  // recorded at all moved points: about 0.3 s

struct Variable {
  std::string name, code;
  Tensor leaf;
};

// f or one of its derivatives.
struct Derivative {
  std::string name, code;
  Tensor value;
  size_t last = 0;         // the variable that it was last taken by: later ones go on from there
  std::vector<size_t> by;  // the variables so far
};

// Runs a program line by line and notes each line as it begins.
class Derivation {
 public:
  explicit Derivation(const ExpressionRequest& request, const Coordinate& coordinate = {}, double moved = 0)
      : request_(request), coordinate_(coordinate), moved_(moved) {
    if (request.order < 1 || request.order > kHighestExplainedOrder)
      throw Error("explain: derivatives of order {} are not supported. Hint: use 1 to {}", request.order,
                  kHighestExplainedOrder);
  }

  void run() {
    begin_ = tape_state().nodes.size();
    const Expression expression = parse_expression(request_.expression);
    give_values(expression);
    Derivative f = evaluate_f(expression);
    name_separator_ = separator();
    found_.push_back(f);
    std::vector<Derivative> level{std::move(f)};
    for (int64_t order = 1; order <= request_.order; ++order) {
      std::vector<Derivative> next;
      for (const Derivative& d : level) differentiate(d, order < request_.order, next);
      found_.insert(found_.end(), next.begin(), next.end());
      level = std::move(next);
    }
    nodes_ = tape_state().nodes.size() - begin_;
  }

  std::vector<CodeLine> lines;

  const std::string& name() const { return found_[0].name; }
  std::string point() const {
    std::vector<std::string> parts;
    for (const Variable& v : variables_)
      parts.push_back(fmt::format("{} = {}", v.name, list_of_values(v.leaf, kMostPrinted)));
    return fmt::format("{}", fmt::join(parts, ", "));
  }
  std::string results(const std::vector<ExplainedDerivative>& derivatives) const {
    std::string text;
    for (size_t i = 0; i < found_.size(); ++i) {
      const std::string& remark = derivatives[i].remark;
      text += fmt::format("{} = {}{}{}{}\n", found_[i].name, list_of_values(found_[i].value, kMostPrinted),
                          index_order(found_[i]), remark.empty() ? "" : "   ", remark);
    }
    return text;
  }
  // Without a tape: the function is derived again at points nearby.
  std::vector<ExplainedDerivative> derivatives() const {
    std::vector<ExplainedDerivative> all;
    RemarkQuestion question{.by = {}, .coordinates = coordinates(), .moved = {}, .reason = reason_};
    for (const Derivative& d : found_) {
      all.push_back({.name = d.name, .value = tensor(d.value.to_vector(), d.value.shape(), DType::f64)});
      question.by.push_back(d.by);
    }
    if (8 * nodes_ * std::ssize(question.coordinates) > kMostRemarkNodes) question.coordinates.clear();
    question.moved = [&](const Coordinate& coordinate, double moved) {
      DerivativeTable values;
      try {
        const Tape tape;
        Derivation nearby(request_, coordinate, moved);
        nearby.run();
        for (const Derivative& d : nearby.found_) values.push_back(d.value.to_vector());
      } catch (const Error&) {  // such as a matrix that is singular there
        values.clear();
      }
      return values;
    };
    add_remarks(all, question);
    return all;
  }

 private:
  // "   f_xA[i,j,k] = d2 f / dx_i dA_jk", where there is an order to tell.
  std::string index_order(const Derivative& d) const {
    constexpr std::string_view kLetters = "ijklmn";
    std::string below, all;
    size_t vectors = 0, next = 0;
    for (const size_t v : d.by) {
      below += " d" + variables_[v].name;
      const size_t axes = axes_of(variables_[v].leaf.shape()).size();
      if (axes > 0) below += "_";
      for (size_t i = 0; i < axes; ++i, ++next) {
        below += kLetters[next];
        all += (all.empty() ? "" : ",") + std::string(1, kLetters[next]);
      }
      vectors += axes > 0;
    }
    if (vectors < 2) return "";
    return fmt::format("   {}[{}] = d{} {} /{}", d.name, all, d.by.size(), name(), below);
  }
  // Axes of more than one element.
  static std::vector<int64_t> axes_of(const Shape& shape) {
    std::vector<int64_t> sizes;
    std::ranges::copy_if(shape, std::back_inserter(sizes), [](int64_t size) { return size != 1; });
    return sizes;
  }

  std::vector<Coordinate> coordinates() const {
    std::vector<Coordinate> all;
    for (size_t v = 0; v < variables_.size(); ++v) {
      const Tensor& leaf = variables_[v].leaf;
      const std::vector<double> values = leaf.to_vector();
      for (size_t i = 0; i < values.size(); ++i) {
        const auto element = static_cast<int64_t>(i);
        const std::string place = leaf.size() > 1 ? element_place(leaf.shape(), element) : "";
        all.push_back({variables_[v].name + place, v, element, values[i]});
      }
    }
    return all;
  }

  void line(std::string text) { lines.push_back(code_line(std::move(text))); }

  void give_values(const Expression& expression) {
    const Variables given = parse_variables(request_.at);
    const std::vector<std::string> names = expression.variables();
    if (names.empty())
      throw Error("expression: it needs a variable to differentiate. Hint: use --expr 'x^2' --at x=3");
    for (const auto& [name, value] : given) {
      if (std::ranges::find(names, name) == names.end())
        throw Error(
            "expression: --at gives {}, which the expression does not use. Hint: give its variables {}", name,
            fmt::format("{}", fmt::join(names, ", ")));
    }
    for (const std::string& name : names) {
      const auto found = given.find(name);
      if (found == given.end()) evaluate(expression, given);  // throws, pointing at the variable
      const std::string code = names_.fresh(name);
      std::vector<double> values = found->second.to_vector();
      if (variables_.size() == coordinate_.variable)
        values[static_cast<size_t>(coordinate_.element)] += moved_;
      Tensor leaf = tensor(values, found->second.shape(), DType::f64);
      line(fmt::format("Tensor {} = {}.requires_grad_();", code, tensor_code(leaf)));
      variables_.push_back({name, code, on_tape(leaf.requires_grad_().named(name))});
    }
    check_sweeps();
  }

  // One from f, and one from each element of each derivative below the highest order. f_xy stands for f_yx,
  // so a derivative goes on by its last variable and those behind it.
  void check_sweeps() const {
    std::vector<int64_t> elements(variables_.size(), 0);  // of the last order, by their last variable
    if (!elements.empty()) elements[0] = 1;               // f
    int64_t sweeps = 0;
    for (int64_t order = 1; order <= request_.order && sweeps <= kMostSweeps; ++order) {
      int64_t sum = 0;
      for (size_t v = 0; v < variables_.size(); ++v) {
        sum += elements[v];
        if (v + 1 == variables_.size()) sweeps += sum;
        elements[v] = sum * variables_[v].leaf.size();
      }
    }
    if (sweeps > kMostSweeps)
      throw Error(
          "explain: derivatives of order {} need more than {} sweeps, one from each element of the previous "
          "order. Hint: use --order {}, or fewer numbers in --at",
          request_.order, kMostSweeps, request_.order - 1);
    int64_t most_axes = 0;
    for (const Variable& v : variables_)
      most_axes = std::max(most_axes, request_.order * static_cast<int64_t>(axes_of(v.leaf.shape()).size()));
    if (most_axes > kMaxRank)
      throw Error(
          "explain: a derivative of order {} has {} axes here, and a tensor has at most {}. Hint: use "
          "--order {}",
          request_.order, most_axes, kMaxRank, request_.order - 1);
  }

  // f, or another name, so that neither it nor f_x is the name of a variable.
  std::string function_name() const {
    const auto is_free = [&](const std::string& name) {
      return std::ranges::none_of(
          variables_, [&](const Variable& v) { return v.name == name || v.name.starts_with(name + "_"); });
    };
    std::string name = "f";
    if (!is_free(name)) name = "F";
    for (int i = 1; !is_free(name); ++i) name = fmt::format("f{}", i);
    return name;
  }

  // Between the variables of f_xy, f_alpha_beta, and f_x,x_y: no two derivatives share a name.
  std::string separator() const {
    const auto all = [&](const auto& holds) {
      return std::ranges::all_of(variables_, holds, &Variable::name);
    };
    if (all([](const std::string& name) { return name.size() == 1; })) return "";
    return all([](const std::string& name) { return name.find('_') == name.npos; }) ? "_" : ",";
  }

  Derivative evaluate_f(const Expression& expression) {
    std::map<std::string, std::string> codes;
    Variables leaves;
    for (const Variable& v : variables_) {
      codes[v.name] = v.code;
      leaves[v.name] = v.leaf;
    }
    const std::string name = function_name();
    Derivative f{.name = name, .code = names_.fresh(name), .value = {}, .last = 0, .by = {}};
    lines.push_back(code_line(""));
    ExpressionProgram program = evaluate_with_code(expression, leaves, codes);
    if (program.value.is_leaf()) program = {clone(program.value), fmt::format("clone({})", program.code)};
    lines.back().text = fmt::format("Tensor {} = {};", f.code, program.code);
    if (program.value.size() != 1) {
      throw Error("expression: it has {} values, {}, and a gradient needs a single value. Hint: use sum({})",
                  program.value.size(), program.value.shape().str(), request_.expression);
    }
    f.value = program.value.named(name);
    reason_ = reason_not_finite();
    return f;
  }

  // Why f is not finite: the op that makes the first such value. "" if f is finite.
  std::string reason_not_finite() const {
    const auto has = [](const Tensor& t, auto&& property) {
      return std::ranges::any_of(t.to_vector(), property);
    };
    for (int64_t i = begin_; i < std::min<int64_t>(std::ssize(trace_log().nodes), tape_state().nodes.size());
         ++i) {
      const Tensor& value = trace_of(i).output;
      if (!value.defined() || all_finite(value)) continue;
      const std::string op = tape_state().nodes[i].op->name;
      const Tensor& divisor = trace_of(i).inputs[1];
      if (op == "div" && divisor.defined() && has(divisor, [](double v) { return v == 0; }))
        return "it divides by 0";
      return has(value, [](double v) { return std::isnan(v); }) ? "the point is outside the domain of " + op
                                                                : op + " is infinite";
    }
    return "";
  }

  // A sweep from each element of d: a derivative of several elements by one of several is that of each.
  void differentiate(const Derivative& d, bool create_graph, std::vector<Derivative>& out) {
    const std::span<const Variable> wanted = std::span(variables_).subspan(d.last);
    if (!d.value.requires_grad()) {  // a constant
      for (size_t i = 0; i < wanted.size(); ++i) {
        const Shape shape = shape_of(d, wanted[i]);
        const std::string code = is_single(d) ? fmt::format("zeros_like({})", wanted[i].code)
                                              : fmt::format("zeros({}, DType::f64)", braces(shape));
        add(d, d.last + i, zeros(shape, DType::f64), code, out);
      }
      return;
    }
    std::vector<Tensors> gradients;  // by element of d, then by variable
    std::vector<std::vector<std::string>> codes;
    for (int64_t element = 0; element < d.value.size(); ++element) {
      const auto [root, options] = sweep_options(d, element, create_graph);
      const std::string number = is_single(d) ? "" : fmt::format("_{}", element);
      if (wanted.size() == 1) {
        lines.push_back(code_line(""));
        gradients.push_back({grad(d.value, wanted[0].leaf, root)});
        if (is_single(d)) {
          const Derivative& added = name_derivative(d, d.last, gradients[0][0], out);
          lines.back().text =
              fmt::format("Tensor {} = grad({}, {}{});", added.code, d.code, wanted[0].code, options);
          return;
        }
        const std::string row = names_.fresh("d" + d.code + number);
        lines.back().text = fmt::format("Tensor {} = grad({}, {}{});", row, d.code, wanted[0].code, options);
        codes.push_back({row});
        continue;
      }
      Tensors leaves;
      std::vector<std::string> names, parts;
      const std::string bundle = names_.fresh("d" + d.code + number);
      for (size_t i = 0; i < wanted.size(); ++i) {
        leaves.push_back(wanted[i].leaf);
        names.push_back(wanted[i].code);
        parts.push_back(fmt::format("{}[{}]", bundle, i));
      }
      line(fmt::format("Tensors {} = grad({}, {{{}}}{});", bundle, d.code, fmt::join(names, ", "), options));
      gradients.push_back(grad(d.value, leaves, root));
      codes.push_back(parts);
    }
    for (size_t i = 0; i < wanted.size(); ++i) {
      if (is_single(d)) {
        add(d, d.last + i, gradients[0][i], codes[0][i], out);
        continue;
      }
      Tensors parts;
      std::vector<std::string> names;
      for (size_t element = 0; element < gradients.size(); ++element) {
        parts.push_back(gradients[element][i]);
        names.push_back(codes[element][i]);
      }
      const Shape shape = shape_of(d, wanted[i]);
      const std::string code =
          fmt::format("reshape(stack({{{}}}), {})", fmt::join(names, ", "), braces(shape));
      const Derivative& added = name_derivative(d, d.last + i, {}, out);
      line(fmt::format("Tensor {} = {};", added.code, code));
      out.back().value = reshape(stack(parts), shape).named(added.name);
    }
  }

  static bool is_single(const Derivative& d) { return d.value.size() == 1; }
  static std::string braces(const Shape& shape) { return fmt::format("{{{}}}", fmt::join(shape, ", ")); }

  // Of d's derivative by a variable.
  static Shape shape_of(const Derivative& d, const Variable& variable) {
    if (is_single(d)) return variable.leaf.shape();
    Shape shape;
    for (const Shape& part : {d.value.shape(), variable.leaf.shape()})
      for (const int64_t size : axes_of(part)) shape = shape.insert(shape.rank(), size);
    return shape;
  }

  std::pair<GradOptions, std::string> sweep_options(const Derivative& d, int64_t element, bool create_graph) {
    std::vector<std::string> parts;
    GradOptions options;
    if (!is_single(d)) {
      std::vector<double> seed(static_cast<size_t>(d.value.size()));
      seed[static_cast<size_t>(element)] = 1;
      options.grad_output = tensor(seed, d.value.shape(), DType::f64);
      parts.push_back(".grad_output = " + tensor_code(options.grad_output));
    }
    options.create_graph = create_graph;
    // several sweeps of the last order read the same nodes
    const bool retain = create_graph || (request_.order > 1 && (variables_.size() > 1 || !is_single(d)));
    options.retain_graph = retain;
    if (create_graph) parts.push_back(".create_graph = true");
    if (retain && !create_graph) parts.push_back(".retain_graph = true");
    return {options, parts.empty() ? "" : fmt::format(", {{{}}}", fmt::join(parts, ", "))};
  }

  void add(const Derivative& d, size_t variable, const Tensor& value, const std::string& code,
           std::vector<Derivative>& out) {
    const Derivative& added = name_derivative(d, variable, value, out);
    line(fmt::format("Tensor {} = {};", added.code, code));
  }

  const Derivative& name_derivative(const Derivative& d, size_t variable, Tensor value,
                                    std::vector<Derivative>& out) {
    std::vector<size_t> by = d.by;
    by.push_back(variable);
    std::string name = found_[0].name;
    for (size_t i = 0; i < by.size(); ++i) name += (i == 0 ? "_" : name_separator_) + variables_[by[i]].name;
    if (value.defined())  // two derivatives may be one node
      value.named(value.name().empty() ? name : fmt::format("{} = {}", value.name(), name));
    out.push_back({.name = name, .code = names_.fresh(name), .value = value, .last = variable, .by = by});
    return out.back();
  }

  const ExpressionRequest& request_;
  Coordinate coordinate_;  // moved by moved_
  double moved_ = 0;
  int64_t begin_ = 0, nodes_ = 0;
  std::string reason_;
  ProgramNames names_;
  std::vector<Variable> variables_;
  std::vector<Derivative> found_;
  std::string name_separator_;
};

}  // namespace

Explanation explain_expression(const ExpressionRequest& request) {
  Derivation derivation(request);
  Explanation explanation;
  {
    const Tape tape({.trace = true});
    derivation.run();
    const std::string point = derivation.point();
    const ExplainPage page{.title = derivation.name() + " = " + request.expression,
                           .summary = fmt::format("At {}.", point),
                           .code = derivation.lines};
    const std::string text = fmt::format("{} = {}\nat {}\n\n{}\n", derivation.name(), request.expression,
                                         point, explain_table(tape));
    explanation = explanation_of(tape, page, text);
  }
  explanation.derivatives = derivation.derivatives();
  explanation.text += derivation.results(explanation.derivatives);
  return explanation;
}

std::vector<ExplainedDerivative> expression_derivatives(const ExpressionRequest& request) {
  Derivation derivation(request);
  {
    const Tape tape({.trace = true});
    derivation.run();
  }
  return derivation.derivatives();
}

}  // namespace gradzoo
