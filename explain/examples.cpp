#include "gradzoo/explain/examples.h"

#include <algorithm>

#include <fmt/format.h>

#include "gradzoo/autograd/grad.h"
#include "gradzoo/autograd/ops.h"
#include "gradzoo/base/error.h"
#include "gradzoo/base/text.h"

namespace gradzoo {
namespace {

using Lines = std::vector<CodeLine>;

Tensor leaf(const std::vector<double>& values, const Shape& shape, std::string_view name) {
  return on_tape(tensor(values, shape).requires_grad_().named(name));
}

Tensor constant(const std::vector<double>& values, const Shape& shape, std::string_view name) {
  return tensor(values, shape).named(name);
}

Lines square_sine() {
  Lines lines;
  lines.push_back(code_line("Tensor x = scalar(0.8).requires_grad_();"));
  const Tensor x = leaf({0.8}, {}, "x");
  lines.push_back(code_line("Tensor f = sin(square(x));"));
  const Tensor f = sin(square(x)).named("f");
  lines.push_back(code_line("Tensor f1 = grad(f, x, {.create_graph = true});"));
  const Tensor f1 = grad(f, x, {.create_graph = true}).named("f1");
  lines.push_back(code_line("Tensor f2 = grad(f1, x, {.create_graph = true});"));
  grad(f1, x, {.create_graph = true}).named("f2");
  return lines;
}

Lines double_backward() {
  Lines lines;
  lines.push_back(code_line("Tensor x = tensor({1, 2, -1, 0.5, 0, 1}, {2, 3});"));
  const Tensor x = constant({1, 2, -1, 0.5, 0, 1}, {2, 3}, "x");
  lines.push_back(code_line("Tensor w = tensor({0.5, -1, 2}, {3, 1}).requires_grad_();"));
  const Tensor w = leaf({0.5, -1, 2}, {3, 1}, "w");
  lines.push_back(code_line("Tensor loss = mean(square(matmul(x, w)));"));
  const Tensor loss = mean(square(matmul(x, w))).named("loss");
  lines.push_back(code_line("Tensor g = grad(loss, w, {.create_graph = true});"));
  const Tensor g = grad(loss, w, {.create_graph = true}).named("g");
  lines.push_back(code_line("Tensor penalty = sum(square(g));"));
  const Tensor penalty = sum(square(g)).named("penalty");
  lines.push_back(code_line("backward(penalty);  // into w.grad()"));
  backward(penalty);
  return lines;
}

Lines logistic() {
  Lines lines;
  lines.push_back(code_line("Tensor x = tensor({1, -2, 0.5}, {1, 3}), t = tensor({1}, {1, 1});"));
  const Tensor x = constant({1, -2, 0.5}, {1, 3}, "x"), t = constant({1}, {1, 1}, "t");
  lines.push_back(code_line("Tensor w = tensor({0.3, 0.4, -1}, {1, 3}).requires_grad_();"));
  const Tensor w = leaf({0.3, 0.4, -1}, {1, 3}, "w");
  lines.push_back(code_line("Tensor b = tensor({0.1}, {1}).requires_grad_();"));
  const Tensor b = leaf({0.1}, {1}, "b");
  lines.push_back(code_line("Tensor logit = linear(x, w, b);"));
  const Tensor logit = linear(x, w, b).named("logit");
  lines.push_back(code_line("Tensor loss = sum(binary_cross_entropy_with_logits(logit, t));"));
  const Tensor loss = sum(binary_cross_entropy_with_logits(logit, t)).named("loss");
  lines.push_back(code_line("Tensors g = grad(loss, {w, b}, {.create_graph = true});"));
  const Tensors wanted{w, b};
  Tensors g = grad(loss, wanted, {.create_graph = true});
  g[0].named("g[0]");
  g[1].named("g[1]");
  lines.push_back(code_line("Tensor norm = sum(square(g[0]));"));
  const Tensor norm = sum(square(g[0])).named("norm");
  lines.push_back(code_line("backward(norm);"));
  backward(norm);
  return lines;
}

Lines mlp() {
  Lines lines;
  lines.push_back(code_line("Tensor x = tensor({1, -1, 0.5, 2}, {2, 2}), t = tensor({1, -1}, {2, 1});"));
  const Tensor x = constant({1, -1, 0.5, 2}, {2, 2}, "x"), t = constant({1, -1}, {2, 1}, "t");
  lines.push_back(code_line("Tensor V = tensor({0.5, -0.3, 0.8, 0.1, -0.6, 0.9}, {3, 2}).requires_grad_();"));
  const Tensor v = leaf({0.5, -0.3, 0.8, 0.1, -0.6, 0.9}, {3, 2}, "V");
  lines.push_back(code_line("Tensor w = tensor({1, -0.5, 0.7}, {1, 3}).requires_grad_();"));
  const Tensor w = leaf({1, -0.5, 0.7}, {1, 3}, "w");
  lines.push_back(code_line("Tensor h = tanh(linear(x, V));"));
  const Tensor h = tanh(linear(x, v)).named("h");
  lines.push_back(code_line("Tensor y = linear(h, w);"));
  const Tensor y = linear(h, w).named("y");
  lines.push_back(code_line("Tensor loss = mean(square(y - t));"));
  const Tensor loss = mean(square(y - t)).named("loss");
  lines.push_back(code_line("backward(loss);  // into V.grad() and w.grad()"));
  backward(loss);
  return lines;
}

Lines shared() {
  Lines lines;
  lines.push_back(code_line("Tensor a = scalar(3).requires_grad_();"));
  const Tensor a = leaf({3}, {}, "a");
  lines.push_back(code_line("Tensor b = a + a;"));
  const Tensor b = (a + a).named("b");
  lines.push_back(code_line("Tensor c = b * b;"));
  const Tensor c = (b * b).named("c");
  lines.push_back(code_line("Tensor slope = grad(c, a, {.create_graph = true});"));
  const Tensor slope = grad(c, a, {.create_graph = true}).named("slope");
  lines.push_back(code_line("Tensor curvature = grad(slope, a);"));
  grad(slope, a);
  return lines;
}

}  // namespace

const std::vector<ExplainExample>& explain_examples() {
  static const std::vector<ExplainExample> examples = {
      {"square-sine", "f(x) = sin(x²), f′ and f″",
       "Two operations and their derivatives: each sweep records the next derivative on the same tape, where "
       "you can read f′ = 2x cos x² and f″ = 2 cos x² − 4x² sin x².",
       square_sine},
      {"double-backward", "A gradient inside a loss",
       "The penalty is the squared norm of a gradient. Because the gradient was recorded, backward() "
       "differentiates it like any other value.",
       double_backward},
      {"logistic", "Logistic regression on one example",
       "The cross-entropy's rule is σ(logit) − t, the error of the prediction. The second sweep "
       "differentiates this rule, which gives σ′.",
       logistic},
      {"mlp", "A network of two layers",
       "One backward pass, as in training: it is not recorded, and a node's saved values are freed as soon "
       "as its rule has read them.",
       mlp},
      {"shared", "A value used twice: b = a + a, c = b·b",
       "If a value has two uses, its adjoint is the sum of two terms, and its rule waits for both. The slope "
       "is 8a, and no path is walked twice.",
       shared},
  };
  return examples;
}

Explanation explain_example(const std::string& name) {
  const std::vector<ExplainExample>& all = explain_examples();
  const auto found =
      std::find_if(all.begin(), all.end(), [&](const ExplainExample& e) { return e.name == name; });
  if (found == all.end()) {
    std::vector<std::string> names(all.size());
    std::transform(all.begin(), all.end(), names.begin(), [](const ExplainExample& e) { return e.name; });
    throw Error(fmt::format("explain: unknown example '{}'. {}", name, did_you_mean(name, names)));
  }
  Tape tape({.trace = true});
  const std::vector<CodeLine> code = found->run();
  return explanation_of(tape, {.title = found->title, .summary = found->summary, .code = code},
                        fmt::format("{}\n\n{}", found->title, explain_table(tape)));
}

}  // namespace gradzoo
