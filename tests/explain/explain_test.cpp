#include "gradzoo/explain/explain.h"

#include <algorithm>
#include <set>
#include <sstream>

#include <doctest/doctest.h>
#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "explain/page_data.h"
#include "gradzoo/autograd/grad.h"
#include "gradzoo/autograd/op.h"
#include "gradzoo/autograd/ops.h"
#include "gradzoo/autograd/trace.h"
#include "support/approx.h"
#include "support/html_tags.h"

using namespace gradzoo;
using namespace gradzoo::test;
using nlohmann::json;

namespace {

// f = sin(x^2) at 0.8, f' and f'': what the page shows is compared with the closed forms.
constexpr double kX = 0.8;

struct SquareSine {
  Tape tape{{.trace = true}};
  Tensor x = scalar(kX, DType::f64).requires_grad_().named("x");
  Tensor f = sin(square(x)).named("f");
  Tensor f1 = grad(f, x, {.create_graph = true}).named("f1");
  Tensor f2 = grad(f1, x, {.create_graph = true}).named("f2");
};

json named_node(const json& data, const std::string& name) {
  for (const json& node : data["nodes"]) {
    if (node["value"]["name"] == name) return node;
  }
  return {};
}

std::vector<std::string> lines_of(const std::string& text) {
  std::vector<std::string> lines;
  std::istringstream stream(text);
  for (std::string line; std::getline(stream, line);) lines.push_back(line);
  return lines;
}

}  // namespace

TEST_CASE("the text lists every node once, in order, with its operands") {
  const SquareSine s;
  int64_t next = 0;
  for (const std::string& line : lines_of(explain_text(s.tape))) {
    const size_t word = line.find_first_not_of(' ');
    if (line.find(" = ") == std::string::npos) continue;
    CHECK(line.compare(word, 6, fmt::format("{:<6}", fmt::format("v{}", next))) == 0);
    const Node& node = tape_state().nodes[s.tape.begin() + next];
    CHECK(line.find(node.op == &leaf_info() ? "leaf" : std::string(node.op->name) + "(") !=
          std::string::npos);
    for (int i = 0; i < node.n_inputs; ++i) {
      const int64_t input = node.inputs[static_cast<size_t>(i)];
      if (input >= 0) CHECK(line.find(fmt::format("v{}", input - s.tape.begin())) != std::string::npos);
    }
    ++next;
  }
  CHECK(next == s.tape.size());
}

TEST_CASE("the text tells each sweep's visits from the last node to the first") {
  Tape tape({.trace = true});
  const Tensor a = scalar(3, DType::f64).requires_grad_();
  const Tensor b = a + a;
  const Tensor c = b * b;
  grad(c, a);
  CHECK(explain_text(tape) ==
        "v0             = leaf                         3\n"
        "v1             = add(v0, v0)                  6\n"
        "v2             = mul(v1, v1)                  36   saves v1 v1\n"
        "sweep 1, from v2\n"
        "  v2 mul: adjoint 1\n"
        "    gives 6 to v1\n"
        "    gives 6 to v1\n"
        "  v1 add: adjoint 12\n"
        "    gives 12 to v0\n"
        "    gives 12 to v0\n"
        "  v0 leaf: adjoint 24\n");
}

TEST_CASE("every edge of the dot graph joins two of its nodes, and there is one for each operand") {
  const SquareSine s;
  const std::string dot = explain_dot(s.tape);
  std::set<std::string> nodes;
  int64_t operands = 0, births = 0;
  for (const std::string& line : lines_of(dot)) {
    const size_t arrow = line.find(" -> ");
    if (line.find("[label=") != std::string::npos) nodes.insert(line.substr(4, line.find(" [") - 4));
    if (arrow == std::string::npos) continue;
    const size_t end = line.find_first_of(" ;", arrow + 4);
    CHECK(nodes.count(line.substr(2, arrow - 2)) == 1);
    CHECK(nodes.count(line.substr(arrow + 4, end - arrow - 4)) == 1);
    (line.find("dashed") == std::string::npos ? operands : births) += 1;
  }
  CHECK(static_cast<int64_t>(nodes.size()) == s.tape.size());
  int64_t expected = 0, made = 0;
  for (int64_t i = s.tape.begin(); i < s.tape.end(); ++i) {
    const Node& node = tape_state().nodes[i];
    expected += std::count_if(node.inputs.begin(), node.inputs.begin() + node.n_inputs,
                              [](int64_t input) { return input >= 0; });
    made += node.origin >= 0;
  }
  CHECK(operands == expected);
  CHECK(births == made);
  CHECK(std::count(dot.begin(), dot.end(), '{') == std::count(dot.begin(), dot.end(), '}'));
}

TEST_CASE("the page holds the tape's values and the derivatives' closed forms") {
  const SquareSine s;
  const json data = page_data(explain_html(s.tape, {.title = "f"}));
  REQUIRE(static_cast<int64_t>(data["nodes"].size()) == s.tape.size());
  for (int64_t i = 0; i < s.tape.size(); ++i)
    CHECK(data["nodes"][static_cast<size_t>(i)]["value"]["values"][0] ==
          trace_of(s.tape.begin() + i).output.item());
  const double square = kX * kX;
  const auto value = [&](const char* name) {
    return named_node(data, name)["value"]["values"][0].get<double>();
  };
  CHECK(value("f") == approx(std::sin(square)).epsilon(1e-14));
  CHECK(value("f1") == approx(2 * kX * std::cos(square)).epsilon(1e-14));
  CHECK(value("f2") == approx(2 * std::cos(square) - 4 * square * std::sin(square)).epsilon(1e-12));
}

TEST_CASE("what a sweep made names an earlier node as its origin, of a lower order, visited in that sweep") {
  const SquareSine s;
  const json data = page_data(explain_html(s.tape, {}));
  int made = 0;
  for (size_t i = 0; i < data["nodes"].size(); ++i) {
    const json& node = data["nodes"][i];
    CHECK((node["origin"] == -1) == (node["sweep"] == 0));
    if (node["origin"] == -1) continue;
    ++made;
    REQUIRE(node["origin"] < i);
    const json& origin = data["nodes"][node["origin"].get<size_t>()];
    CHECK(origin["order"] < node["order"]);
    CHECK(origin["sweep"] <= node["sweep"]);
    const auto visited = [&](const json& step) {
      return step["kind"] == "visit" && step["node"] == node["origin"] && step["sweep"] == node["sweep"] &&
             std::find(step["made"].begin(), step["made"].end(), i) != step["made"].end();
    };
    CHECK(std::count_if(data["steps"].begin(), data["steps"].end(), visited) == 1);
  }
  CHECK(made > 8);
}

TEST_CASE("a visit's adjoint is the total of what the sweep gave before") {
  Tape tape({.trace = true});
  Tensor x = tensor({0.3, -1.2}, {2}, DType::f64).requires_grad_();
  Tensor y = sum(mul(exp(x), x) + x);
  backward(y);
  const json data = page_data(explain_html(tape, {}));
  std::map<int, json> totals;
  for (const json& step : data["steps"]) {
    if (step["kind"] == "record") continue;
    if (step["kind"] == "seed") totals[step["node"]] = step["adjoint"]["values"];
    CHECK(step["adjoint"]["values"] == totals[step["node"]]);
    if (step["kind"] == "seed") continue;
    for (const json& gift : step["gives"]) totals[gift["to"]] = gift["total"]["values"];
  }
  CHECK(totals[0].get<std::vector<double>>() == x.grad().to_vector());
}

TEST_CASE("each step belongs to the line of the program that it happened in") {
  Tape tape({.trace = true});
  std::vector<CodeLine> code{code_line("x")};
  const Tensor x = scalar(2, DType::f64).requires_grad_();
  code.push_back(code_line("y = x^2"));
  const Tensor y = square(x);
  code.push_back(code_line("g = dy/dx"));
  const Tensor g = grad(y, x, {.create_graph = true});
  code.push_back(code_line("z = g + 1"));
  const Tensor z = g + 1.0;
  std::vector<int> lines;
  const json data = page_data(explain_html(tape, {.code = code}));
  for (const json& step : data["steps"]) lines.push_back(step["line"]);
  CHECK(lines == std::vector<int>{1, 1, 2, 2, 2, 3});
}

TEST_CASE("the page loads nothing, and hostile names stay text") {
  Tape tape({.trace = true});
  const std::string hostile = "</script><script src=\"//evil\"><!-- \" \\ \xff";
  Tensor x = tensor({1, 2}, {2}, DType::f64).requires_grad_().named(hostile);
  const Tensor y = sum(x / 0.0).named("\n\"y");
  const std::string page =
      explain_html(tape, {.title = hostile, .summary = hostile, .code = {code_line(hostile)}});
  CHECK(is_well_nested(page));
  int scripts = 0;
  for (const HtmlTag& tag : html_tags(page)) {
    scripts += tag.name == "script" && !tag.closing;
    for (const char* reference : {"src", "href", "action", "onload"})
      CHECK(tag.attributes.count(reference) == 0);
  }
  CHECK(scripts == 2);
  for (const char* loader : {"@import", "url(http", "fetch(", "XMLHttpRequest", "import("})
    CHECK(page.find(loader) == std::string::npos);
  const json data = page_data(page);
  CHECK(data["title"].get<std::string>().starts_with("</script><script src=\"//evil\"><!-- \" \\ "));
  CHECK(data["nodes"].back()["value"]["values"][0] == "inf");
  CHECK(explain_dot(tape).find("\"sum\\n\\n\\\"y = inf\"") != std::string::npos);
}

TEST_CASE("a mean is one node, and its stop in a sweep gives what its ops give one after another") {
  Tape tape({.trace = true});
  const Tensor x = tensor({1, 2, 3, 6}, {2, 2}, DType::f64).requires_grad_();
  const Tensor y = mean(square(x));
  const Tensor g = grad(y, x, {.create_graph = true});
  CHECK(tape.size() == 6);  // a leaf, square, three of the mean, and of square's rule one
  CHECK(explain_text(tape).starts_with(
      "v0             = leaf                         (2,2) [[1, 2], [3, 6]]\n"
      "v1             = square(v0)                   (2,2) [[1, 4], [9, 36]]   saves v0\n"
      "v2             = mean(v1)                     12.5\n"
      "sweep 1, from v2\n"
      "  v2 mean: adjoint 1\n"
      "    gives (2,2) [[0.25, 0.25], [0.25, 0.25]] to v1\n"));
  const json data = page_data(explain_html(tape, {}));
  CHECK(data["nodes"][2]["formula"] == "y = (1/n) sum_i x_i;  dx_i = g / n");
  for (const json& step : data["steps"]) {
    if (step["kind"] != "visit") continue;
    for (const json& made : step["made"]) CHECK(data["nodes"][made.get<size_t>()]["origin"] == step["node"]);
  }
  CHECK(grad(y, y).item() == 1);
  CHECK(explain_text(tape).ends_with("sweep 2, from v2\n  v2 mean: adjoint 1\n"));
}

TEST_CASE("what else reads a part of a composite is told apart from it") {
  Tape tape({.trace = true});
  const Tensor x = tensor({1, 3, 3, 2}, {2, 2}, DType::f64).requires_grad_();
  const Composite composite{"twice", "y = 2 x;  dx = 2 g"};
  Tensor inner;
  {
    const CompositeScope scope(composite);
    inner = square(x);
    exp(inner);
  }
  CHECK(explain_text(tape).find("= twice(v0)") != std::string::npos);
  sin(inner);
  CHECK(explain_text(tape).find("= twice(v0)") == std::string::npos);
  CHECK(explain_text(tape).find("= sin(v1)") != std::string::npos);
}

TEST_CASE("attributes stand behind the operands") {
  Tape tape({.trace = true});
  const Tensor a = tensor({1, 2, 3, 4}, {2, 2}, DType::f64).requires_grad_();
  matmul(a, a, true, false) * 2.5;
  sum(clamp(a, -1, 1), 0, true);
  const std::string text = explain_text(tape);
  for (const char* call : {"matmul(v0, v0, transpose_a)", "mul_scalar(v1, 2.5)", "clamp(v0, -1, 1)",
                           "sum(v3, axis=-2, keepdim)"})
    CHECK_MESSAGE(text.find(call) != std::string::npos, call);
  CHECK(page_data(explain_html(tape, {}))["nodes"][1]["attributes"] == "transpose_a");
  CHECK(explain_dot(tape).find("matmul transpose_a") != std::string::npos);
}

TEST_CASE("large tensors are shown by their range") {
  Tape tape({.trace = true});
  const Tensor x = arange(1000, DType::f64).requires_grad_();
  const Tensor y = x + 1.0;
  const json value = page_data(explain_html(tape, {}))["nodes"][1]["value"];
  CHECK(!value.contains("values"));
  CHECK(value["range"] == json({1.0, 1000.0}));
  CHECK(explain_text(tape).find("(1000) in [1, 1000]") != std::string::npos);
}

TEST_CASE("an inner tape shows its own nodes alone, and an end of a tape forgets its visits") {
  Tape outer({.trace = true});
  const Tensor x = scalar(2, DType::f64).requires_grad_();
  const Tensor y = square(x);
  {
    Tape inner({.trace = true});
    const Tensor z = exp(y);
    grad(z, x);
    CHECK(page_data(explain_html(inner, {}))["nodes"].size() == 1);
    CHECK(trace_log().visits.size() == 3);
  }
  CHECK(trace_log().visits.empty());
  CHECK(page_data(explain_html(outer, {}))["nodes"].size() == 2);
}

TEST_CASE("a tape that keeps no trace is an error with a hint") {
  Tape tape;
  const Tensor x = scalar(2, DType::f64).requires_grad_();
  const Tensor y = square(x);
  CHECK_THROWS_WITH_AS(explain_text(tape),
                       "explain: node 0 of the tape left no trace. Hint: Tape tape({.trace = true})", Error);
}
