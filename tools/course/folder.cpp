#include "tools/course/folder.h"

#include <array>
#include <cerrno>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <regex>
#include <span>
#include <system_error>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "gradzoo/autograd/grad.h"
#include "gradzoo/base/atomic_file.h"
#include "gradzoo/base/error.h"
#include "gradzoo/base/plain_file.h"
#include "gradzoo/base/text.h"
#include "gradzoo/explain/explain.h"
#include "tools/course/case.h"
#include "tools/course/program.h"

namespace gradzoo::course {
namespace {

namespace fs = std::filesystem;
using Json = nlohmann::ordered_json;

std::string state_path(const std::string& folder) { return folder + "/.course/state.json"; }

// The pages, whose links to the engine's sources lead to where these lie: beside the course in a source tree,
// among the documentation of what is installed.
void copy_pages(const fs::path& course, const fs::path& to) {
  const fs::path beside = fs::canonical(course).parent_path(), installed = beside / "../doc/gradzoo";
  fs::create_directories(to);
  const std::string sources =
      fs::proximate(fs::exists(installed) ? installed : beside, fs::canonical(to)).string();
  static const std::regex kFromCourse(R"(\]\(\.\./\.\./)");
  for (const Step& step : steps()) {
    std::ofstream out(to / fmt::format("{}.md", step.page));
    out << std::regex_replace(page_of(course.string(), step), kFromCourse, "](" + sources + "/");
    out.close();
    if (!out) throw fs::filesystem_error("page", std::error_code(errno, std::generic_category()));
  }
}

}  // namespace

void start_folder(const std::string& folder) {
  std::error_code error;
  if (fs::exists(folder, error) && !(fs::is_directory(folder, error) && fs::is_empty(folder, error)))
    throw Error("course: {} exists already, and your files are never overwritten. Hint: name a new folder",
                folder);
  const std::string from = course_folder();
  const bool was_there = fs::exists(folder, error);
  try {
    fs::create_directories(folder);
    fs::copy(from + "/skeleton", folder, fs::copy_options::recursive);
    for (const fs::directory_entry& file : fs::directory_iterator(folder))  // of a read-only source, too
      fs::permissions(file, fs::perms::owner_write, fs::perm_options::add);
    copy_pages(from, folder + "/pages");
  } catch (const fs::filesystem_error& failed) {
    for (const fs::directory_entry& half : fs::directory_iterator(folder, error)) fs::remove_all(half, error);
    if (!was_there) fs::remove(folder, error);
    throw Error(
        "course: {} cannot be written: {}. Hint: check that you may write there, and that there is space",
        folder, std::strerror(reason_for_no_file(folder, failed.code().value())));
  }
}

bool is_learners(const std::string& folder) {
  std::error_code error;
  return fs::exists(fs::path(folder) / "value.h", error);
}

std::vector<StepState> read_state(const std::string& folder) {
  std::vector<StepState> state(steps().size());
  std::error_code error;
  if (!fs::exists(state_path(folder), error)) return state;
  constexpr uint64_t kMost = 1 << 20;
  const Json json = Json::parse(read_plain_file(state_path(folder), kMost), nullptr, false);
  if (!json.is_object()) return state;
  for (const Step& step : steps()) {
    const auto found = json.find(std::to_string(step.number));
    if (found == json.end() || !found->is_object()) continue;
    StepState& kept = state[static_cast<size_t>(step.number - 1)];
    if (found->contains("points") && found->at("points").is_number_integer())
      kept.points = found->at("points");
    if (found->contains("seed") && found->at("seed").is_number_unsigned()) kept.seed = found->at("seed");
  }
  return state;
}

void keep_state(const std::string& folder, const std::vector<Checked>& checked) {
  std::vector<StepState> state = read_state(folder);
  for (const Checked& step : checked)
    state[static_cast<size_t>(step.step->number - 1)] = {step.points(), step.seed};
  Json json = Json::object();
  for (const Step& step : steps()) {
    const StepState& kept = state[static_cast<size_t>(step.number - 1)];
    json[std::to_string(step.number)] = {{"points", kept.points}, {"seed", kept.seed}};
  }
  fs::create_directories(folder + "/.course");
  const std::string text = json.dump(2) + "\n";
  write_file_atomically(state_path(folder), std::as_bytes(std::span(text)));
}

namespace {

struct LearnersNode {
  int op, a, b;
  double value;
};

struct LearnersTape {
  std::vector<LearnersNode> nodes;
  size_t y = 0;
  std::vector<double> adjoints;  // empty before step 2
};

// The words of driver/mine.cpp.
LearnersTape read_tape(const std::string& text) {
  const std::vector<std::string> words = words_of(text);
  const auto number = [&](size_t i) {
    if (i >= words.size())
      throw Error("course: mine() left no complete tape. Hint: gradzoo course check DIR 1");
    return parse_number<double>(words[i]).value_or(0);
  };
  LearnersTape tape;
  const auto n = static_cast<size_t>(number(0));
  tape.y = static_cast<size_t>(number(1));
  for (size_t i = 0; i < n; ++i) {
    const size_t at = 2 + 4 * i;
    const LearnersNode node{static_cast<int>(number(at)), static_cast<int>(number(at + 1)),
                            static_cast<int>(number(at + 2)), number(at + 3)};
    const auto here = static_cast<int>(i);
    if (node.op < 0 || node.op > 9 || node.a >= here || node.b >= here || (node.op > 0 && node.a < 0))
      throw Error(
          "course: node {} of mine()'s tape has an operand after it. Hint: gradzoo course check DIR 1", i);
    tape.nodes.push_back(node);
  }
  if (tape.y >= n)
    throw Error(
        "course: mine() returns a value that is not on its tape. Hint: return the value that you computed");
  for (size_t i = 2 + 4 * n; i < words.size(); ++i) tape.adjoints.push_back(number(i));
  return tape;
}

constexpr std::array kNames = {"leaf", "add", "sub", "mul", "div", "exp", "log", "sin", "tanh", "pow"};

// The line of a Program that does the same.
std::string replay_of(const LearnersNode& node) {
  const char* const name = kNames.at(static_cast<size_t>(node.op));
  if (node.op == 0) return fmt::format("{} 0{}", name, digits(node.value));
  const bool unary = node.op >= 5 && node.op <= 8;
  return fmt::format("{} {}{}", name, node.a, unary ? "" : fmt::format(" {}", node.b < 0 ? node.a : node.b));
}

std::string line_of(const LearnersTape& tape, size_t i) {
  const LearnersNode& node = tape.nodes[i];
  std::string operands = node.op == 0 ? "" : fmt::format("v{}", node.a);
  if (node.op != 0 && node.b >= 0) operands += fmt::format(", v{}", node.b);
  std::string line = fmt::format("v{} = {}({})  // yours: {:.6g}", i, kNames.at(static_cast<size_t>(node.op)),
                                 operands, node.value);
  if (i < tape.adjoints.size()) line += fmt::format(", adjoint {:.6g}", tape.adjoints[i]);
  return line;
}

}  // namespace

std::string tape_page(const std::string& folder) {
  const Built built = build_driver(folder, "mine", "value.h mine.h");
  if (!built.failure.empty()) throw Error("course: {}", built.failure);
  const Case asked{.question = "mine", .asked = "mine", .input = "mine", .expected = "", .hint = ""};
  const Answer answer = ask(built.program, folder, std::span(&asked, 1)).answers.front();
  if (answer.kind != Answer::Kind::words)
    throw Error("course: mine() failed: {}. Hint: gradzoo course check DIR 1", judge(asked, answer).came);
  const LearnersTape learners = read_tape(answer.text);
  // The same ops once more, on a tape that the explorer can read; what is yours stands beside each line.
  const Tape tape({.trace = true});
  std::vector<CodeLine> code;
  Program program;
  for (size_t i = 0; i < learners.nodes.size(); ++i) {
    code.push_back(code_line(line_of(learners, i)));
    program.add(replay_of(learners.nodes[i]));
    if (learners.nodes[i].op == 0) on_tape(program.made[i]);
    program.made[i].named(fmt::format("v{}", i));
  }
  code.push_back(code_line(fmt::format("backward(v{})", learners.y)));
  grad(program.made[learners.y], program.leaves);
  return explain_html(tape,
                      {.title = "Your tape",
                       .summary = "The tape that mine() in mine.h records. The drawing and its adjoints are "
                                  "gradzoo's; your value and your adjoint are at the end of each line.",
                       .code = code});
}

}  // namespace gradzoo::course
