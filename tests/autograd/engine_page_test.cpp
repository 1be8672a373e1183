// docs/engine.md and docs/architecture.md link to lines of the code and quote them: each line has what the
// page says.
#include <algorithm>
#include <filesystem>
#include <fstream>
#include <map>
#include <set>
#include <span>
#include <string>
#include <vector>

#include <doctest/doctest.h>
#include <fmt/format.h>

#include "gradzoo/autograd/grad.h"
#include "gradzoo/autograd/ops.h"
#include "gradzoo/autograd/trace.h"
#include "support/error_message.h"
#include "support/paths.h"

using namespace gradzoo;
using namespace gradzoo::test;

namespace {

using Lines = std::vector<std::string>;

Lines lines_of(const std::string& file) {
  std::ifstream in(source_dir() + "/" + file);
  Lines lines;
  for (std::string line; std::getline(in, line);) lines.push_back(line);
  return lines;
}

std::string trimmed(const std::string& line) {
  const size_t begin = line.find_first_not_of(' ');
  return begin == std::string::npos ? "" : line.substr(begin);
}

std::string operand(int64_t node) { return node < 0 ? "-" : fmt::to_string(node); }

}  // namespace

TEST_CASE("docs/engine.md: its tables are what its program records, and what the second sweep gives") {
  const Lines page = lines_of("docs/engine.md");
  const auto check_row = [&](const std::string& row) {
    const bool found =
        std::ranges::any_of(page, [&](const std::string& line) { return line.starts_with(row); });
    CHECK_MESSAGE(found, row);
  };
  Tensor x = scalar(3).requires_grad_(), w = scalar(2).requires_grad_();
  Tape tape({.trace = true});
  Tensor h = x * w;
  Tensor loss = h * h;
  Tensor g = grad(loss, x, {.create_graph = true});
  Tensor penalty = g * g;
  const size_t first_visits = trace_log().visits.size();
  CHECK(grad(penalty, w).item() == 1152);
  CHECK(tape.size() == 9);
  for (int64_t index = 0; index < tape.size(); ++index) {
    const Node& node = tape_state().nodes[index];
    const std::string operands =
        node.n_inputs == 0 ? "" : fmt::format(" {}, {}", operand(node.inputs[0]), operand(node.inputs[1]));
    check_row(
        fmt::format("| {} | {} |{} | {} |", index, node.op->name, operands, trace_of(index).output.item()));
  }
  const std::span<const Visit> visits = std::span(trace_log().visits).subspan(first_visits);
  CHECK(visits.size() == 7);
  for (const Visit& visit : visits) {
    std::string gives;
    for (size_t i = 0; i < visit.gives.size(); ++i) {
      if (!visit.gives[i].defined()) continue;
      gives += fmt::format("{} {} to node {}", gives.empty() ? "" : ",", visit.gives[i].item(),
                           tape_state().nodes[visit.node].inputs[i]);
    }
    check_row(fmt::format("| {} | {} |{} |", visit.node, visit.adjoint.item(), gives));
  }
}

namespace {

/// A link to a line: [`symbol`](../file#Lnumber).
struct Link {
  std::string symbol, file;
  size_t number;
};

std::vector<Link> links_in(const std::string& line) {
  std::vector<Link> links;
  for (size_t at = line.find("[`"); at != std::string::npos; at = line.find("[`", at + 1)) {
    const size_t named = line.find("`](../", at), lined = line.find("#L", at);
    if (named == std::string::npos || lined == std::string::npos || lined < named) continue;
    links.push_back({line.substr(at + 2, named - at - 2), line.substr(named + 6, lined - named - 6),
                     std::stoul(line.substr(lined + 2))});
  }
  return links;
}

/// Checks that each linked line of the page has the link's symbol, and returns the number of links. Adds the
/// lines of the linked files to `code`.
size_t check_links(const std::string& page, std::set<std::string>& code) {
  std::map<std::string, Lines> files;
  size_t links = 0;
  for (const std::string& line : lines_of(page)) {
    for (const auto& [symbol, file, number] : links_in(line)) {
      // The engine passes its tests without the programs.
      if (file.starts_with("tools/") && !std::filesystem::exists(source_dir() + "/tools")) continue;
      const auto [entry, is_new] = files.try_emplace(file);
      Lines& lines = entry->second;
      if (is_new) {
        lines = lines_of(file);
        for (const std::string& each : lines) code.insert(trimmed(each));
      }
      ++links;
      size_t place = 0;
      for (size_t i = 0; i < lines.size() && place == 0; ++i)
        if (contains(lines[i], symbol)) place = i + 1;
      CHECK_MESSAGE((number <= lines.size() && contains(lines[number - 1], symbol)), page, ": `", symbol,
                    "` is not at ", file, "#L", number, "; its first place is line ", place);
    }
  }
  return links;
}

}  // namespace

TEST_CASE("docs/engine.md: a linked line has the link's symbol, a quoted line is in a linked file") {
  std::set<std::string> code;
  CHECK(check_links("docs/engine.md", code) >= 20);
  Lines quoted;
  bool inside = false;
  for (const std::string& line : lines_of("docs/engine.md")) {
    if (line.starts_with("```"))
      inside = line == "```cpp";
    else if (inside)
      quoted.push_back(trimmed(line));
  }
  CHECK(quoted.size() >= 60);
  for (const std::string& line : quoted) {
    if (!line.empty() && line != "...") CHECK_MESSAGE(code.contains(line), "not in a linked file: ", line);
  }
}

TEST_CASE("docs/architecture.md: a linked line has the link's symbol") {
  std::set<std::string> code;
  CHECK(check_links("docs/architecture.md", code) >= 60);
}
