// Every planted mistake of tests/course/mistakes is found, and gets its hint.
#include <atomic>
#include <cstdlib>
#include <filesystem>
#include <thread>

#include <doctest/doctest.h>
#include <fmt/format.h>

#include "support/process.h"
#include "tools/course/check.h"
#include "tools/course/learners.h"

using namespace gradzoo;
using namespace gradzoo::test;

namespace {

std::string without_breaks(const std::string& text) {
  std::string out;
  for (const char c : text)
    if (std::isspace(static_cast<unsigned char>(c)) == 0)
      out += c;
    else if (!out.empty() && out.back() != ' ')
      out += ' ';
  return out;
}

// Learners' files are compiled from here on with the standard headers that drivers include compiled once: CXX
// is a script.
void compile_fast() {
  static const ScratchDirectory scratch;
  const std::string headers = scratch.file("standard.h"), script = scratch.file("c++");
  if (std::filesystem::exists(script)) return;
  std::string text;
  for (const char* name : {"algorithm", "cmath", "exception", "functional", "memory", "random", "stdexcept",
                           "string", "type_traits", "vector"})
    text += fmt::format("#include <{}>\n", name);
  write_file(headers, text);
  const ProcessResult compiled =
      run_process({compiler(), "-std=c++20", "-w", "-x", "c++-header", headers, "-o", headers + ".gch"},
                  scratch.file(""));
  REQUIRE_MESSAGE(compiled.status == 0, compiled.err);
  write_file(
      script,
      fmt::format(
          "#!/bin/sh\ncase \"$*\" in\n*main.cpp*) exec {0} \"$@\" ;;\nesac\nexec {0} -include {1} \"$@\"\n",
          shell_word(compiler()), shell_word(headers)));
  std::filesystem::permissions(script, std::filesystem::perms::owner_all);
  ::setenv("CXX", script.c_str(), 1);
}

// "" where the mistake is found and hinted, else what happened.
std::string outcome_of(int step, const Edit& mistake) {
  const ScratchDirectory scratch;
  const std::string folder = scratch.file("learner");
  copy_solution(folder);
  for (const Change& change : mistake.changes)
    if (!replace_in(folder + "/" + mistake.file, change)) return "no such text: " + change.from;
  // What hangs on chance is tried more than once.
  const bool hangs = mistake.hint.starts_with("in another process");
  std::string report;
  const auto is_found = [&](uint64_t seed, size_t further_processes) {
    const course::Checked checked =
        course::check_step(folder, course::find_step(step), seed, further_processes);
    report = course::report_of(checked);
    return checked.points() < 100 && without_breaks(report).find(mistake.hint) != std::string::npos;
  };
  if (!hangs && is_found(1, 0)) return "";  // most need no further process
  for (const uint64_t seed : hangs ? std::vector<uint64_t>{1, 2, 3, 77} : std::vector<uint64_t>{1})
    if (!is_found(seed, course::kFurtherProcesses)) return report;
  return "";
}

// All of one step's, two at a time.
void check_mistakes(int step, const std::string& file) {
  const std::vector<Edit> mistakes = read_edits(course_tests() + "/mistakes/" + file);
  CHECK(mistakes.size() >= 10);
  compile_fast();
  std::vector<std::string> outcomes(mistakes.size(), "not tried");
  std::atomic<size_t> next = 0;
  std::vector<std::thread> workers;
  for (unsigned i = 0; i < std::max(1U, std::thread::hardware_concurrency()); ++i)
    workers.emplace_back([&] {
      for (size_t k = next++; k < mistakes.size(); k = next++) outcomes[k] = outcome_of(step, mistakes[k]);
    });
  for (std::thread& worker : workers) worker.join();
  for (size_t k = 0; k < mistakes.size(); ++k)
    CHECK_MESSAGE(outcomes[k].empty(), mistakes[k].name, ": wanted the hint '", mistakes[k].hint, "', got\n",
                  outcomes[k]);
}

}  // namespace

TEST_CASE("mistakes in step 1 are found and hinted") { check_mistakes(1, "1-values.txt"); }
TEST_CASE("mistakes in step 2 are found and hinted") { check_mistakes(2, "2-sweep.txt"); }
TEST_CASE("mistakes in step 3 are found and hinted") { check_mistakes(3, "3-gradcheck.txt"); }
TEST_CASE("mistakes in step 4 are found and hinted") { check_mistakes(4, "4-arrays.txt"); }
TEST_CASE("mistakes in step 5 are found and hinted") { check_mistakes(5, "5-second.txt"); }
TEST_CASE("mistakes in step 6 are found and hinted") { check_mistakes(6, "6-learn.txt"); }
