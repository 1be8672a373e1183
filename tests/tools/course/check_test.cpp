#include "tools/course/check.h"

#include <cstdlib>
#include <initializer_list>
#include <limits>

#include <doctest/doctest.h>
#include <fmt/format.h>
#include <fmt/ranges.h>

#include "gradzoo/base/error.h"
#include "tools/course/folder.h"
#include "tools/course/learners.h"
#include "tools/course/program.h"
#include "tools/course/steps/steps.h"
#include "tools/course/training.h"

using namespace gradzoo;
using namespace gradzoo::test;

namespace {

std::vector<const course::Step*> all_steps() {
  std::vector<const course::Step*> all;
  for (const course::Step& step : course::steps()) all.push_back(&step);
  return all;
}

// Step 1, whose cases may use an eighth of the memory, and one part in so many of the time.
template <int kParts>
course::Step strict_step() {
  course::Step strict = course::find_step(1);
  strict.cases = [](uint64_t seed) {
    std::vector<course::Case> cases = course::find_step(1).cases(seed);
    for (course::Case& one : cases) {
      CHECK(one.seconds == 2);
      CHECK(one.memory_bytes == uint64_t{1} << 30);
      one.seconds /= kParts;
      one.memory_bytes /= 8;
    }
    return cases;
  };
  return strict;
}

// The report on step 1 after a change of the solution's value.h.
std::string report_after(const std::string& from, const std::string& to,
                         const course::Step& step = course::find_step(1)) {
  const ScratchDirectory scratch;
  const std::string folder = scratch.file("learner");
  copy_solution(folder);
  REQUIRE(replace_in(folder + "/value.h", {from, to}));
  const course::Checked checked = course::check_step(folder, step, 1);
  CHECK(checked.points() < 100);
  return course::report_of(checked);
}

// The solution, which several tests compile once.
const std::string& solution() {
  static const ScratchDirectory scratch;
  static const std::string folder = scratch.file("learner");
  if (!std::filesystem::exists(folder)) copy_solution(folder);
  return folder;
}

}  // namespace

TEST_CASE("the solution gets all points for several seeds, and a training that fits the ring") {
  const std::string& folder = solution();
  for (const uint64_t seed : std::initializer_list<uint64_t>{1, 2, 3, 77})
    for (const course::Checked& checked : course::check_steps(folder, all_steps(), seed))
      CHECK_MESSAGE(checked.points() == 100, course::report_of(checked));
  const course::RingSize size{.steps = 200, .batch = 64, .cells = 32};
  const course::RingResult ring = course::train_ring(folder, size, 0);
  CHECK(ring.kl_by_quarter.size() == 4);
  CHECK(ring.kl < 0.4);  // that of the ring without its modes is .5
  CHECK(ring.kl < ring.kl_by_quarter.front());
  CHECK(course::ring_picture(ring, size).width > 400);
}

TEST_CASE("the skeleton compiles, gets no point, and says what is missing") {
  const ScratchDirectory scratch;
  const std::string folder = scratch.file("learner");
  course::start_folder(folder);
  for (course::Checked& checked : course::check_steps(folder, all_steps(), 1)) {
    course::ask_training(folder, checked);
    INFO(course::report_of(checked));
    CHECK(checked.failure.empty());
    CHECK(checked.points() == 0);
    CHECK(!checked.begun);
    CHECK(contains(course::report_of(checked), "not written yet"));
  }
  CHECK_THROWS_WITH_AS(course::start_folder(folder), Contains("your files are never overwritten"), Error);
}

TEST_CASE("an endless loop, a crash, an exception, NaN and memory are one sentence each") {
  const std::string body = "return a.tape->record(Op::exp, a, {}, std::exp(a.value()));";
  const auto exp_becomes = [&](const std::string& text) {
    return report_after(body, text, strict_step<10>());
  };
  CHECK(contains(exp_becomes("for (volatile int i = 0;; i = i + 1) {\n  }"), "no end within 0.2 s"));
  CHECK(contains(exp_becomes("volatile int* p = nullptr;\n  *p = 1;\n  " + body),
                 "used memory that does not belong to it"));
  CHECK(contains(exp_becomes("throw std::runtime_error(\"none of that\");"), "the exception 'none of that'"));
  CHECK(contains(exp_becomes("return a.tape->record(Op::exp, a, {}, std::log(-std::exp(a.value())));"),
                 "there is a NaN"));
  // In all its time: how fast memory fills hangs on the machine.
  const std::string filled = report_after(body, "for (;;) a.tape->leaf(1);", strict_step<1>());
  CHECK(contains(filled, "ran out of memory"));
  CHECK(contains(filled, "the limit is 0.125 GB"));
  CHECK(contains(exp_becomes("std::exit(3);"), "exit(3)"));
  const std::string one = exp_becomes("return a.tape->record(Op::exp, a, {}, std::log(a.value()));");
  CHECK(contains(one, "expected  0.75 2.117"));
  CHECK(contains(one, "exp is std::exp of the operand's value"));
}

TEST_CASE("what does not compile is named by the learner's own line, and a changed type by its declaration") {
  const std::string broken = report_after("std::exp(a.value())", "std::exq(a.value())");
  CHECK(contains(broken, "value.h, line "));
  CHECK(contains(broken, "exq"));
  CHECK(contains(report_after("  double value() const;", "  float value() const;"), "value.h, line "));
  const ScratchDirectory scratch;
  const std::string folder = scratch.file("learner");
  copy_solution(folder);
  REQUIRE(replace_in(folder + "/value.h", {"  double value() const;", "  float value() const;"}));
  REQUIRE(replace_in(folder + "/value.h", {"inline double Value::value()", "inline float Value::value()"}));
  CHECK(contains(course::check_step(folder, course::find_step(1), 1).failure,
                 "Value::value() must give a double"));
}

TEST_CASE("nobody passes by gradzoo's derivatives, by another program, or by stored numbers") {
  CHECK(contains(report_after("#include <cmath>", "#include <gradzoo.h>\n#include <cmath>"),
                 "it includes gradzoo"));
  CHECK(contains(report_after("  return adjoint;", "  popen(\"gradzoo explain\", \"r\");\n  return adjoint;"),
                 "starts another program"));
  // The right answers of seed 1, stored by the value of y: they serve that seed and no other.
  std::string stored;
  for (const course::Case& asked : course::cases_of_sweep(1)) {
    if (asked.question != "200 random graphs") continue;
    const std::string text = asked.input.substr(asked.input.find(' '));
    const course::Program program(text.substr(0, text.rfind(" end")));
    stored += fmt::format("{{{:.17g}, {{{:.17g}}}}}, ", program.made.back().item(),
                          fmt::join(course::numbers_of(program.gradients()), ", "));
  }
  const ScratchDirectory scratch;
  const std::string folder = scratch.file("learner");
  copy_solution(folder);
  REQUIRE(replace_in(folder + "/value.h",
                     {"  std::vector<double> adjoint(y.tape->nodes.size(), 0.0);",
                      "  struct Stored {\n    double y;\n    std::vector<double> found;\n  };\n"
                      "  static const std::vector<Stored> all = {" +
                          stored +
                          "};\n  std::vector<double> adjoint(y.tape->nodes.size(), 0.0);\n"
                          "  for (const Stored& one : all)\n"
                          "    if (std::abs(one.y - y.value()) < 1e-9)\n"
                          "      for (size_t i = 0; i < one.found.size(); ++i) adjoint[i] = one.found[i];\n"
                          "  if (!all.empty()) return adjoint;"}));
  const auto right_graphs = [&](uint64_t seed) {
    for (const course::Question& question : course::check_step(folder, course::find_step(2), seed).questions)
      if (question.name == "200 random graphs") return question.right;
    return -1;
  };
  CHECK(right_graphs(1) == 200);
  CHECK(right_graphs(2) < 10);
}

TEST_CASE("a check answers from what was compiled before, and keeps what was won") {
  const ScratchDirectory scratch;
  const std::string folder = scratch.file("learner");
  copy_solution(folder);
  write_file(folder + "/more.h", "");
  const std::vector<const course::Step*> first = {&course::find_step(1)};
  const std::vector<course::Checked> checked = course::check_steps(folder, first, 4);
  course::keep_state(folder, checked);
  CHECK(course::read_state(folder).front().points == 100);
  CHECK(course::read_state(folder).front().seed == 4);
  CHECK(course::read_state(folder).back().points == 0);
  const auto programs = [&] {
    Strings names;
    for (const auto& file : std::filesystem::directory_iterator(folder + "/.course"))
      if (file.path().filename().string().starts_with("scalar-")) names.push_back(file.path().string());
    return names;
  };
  REQUIRE(programs().size() == 1);
  const std::string program = programs().front();
  const auto written = std::filesystem::last_write_time(program);
  course::check_steps(folder, first, 5);
  CHECK(std::filesystem::last_write_time(program) == written);
  Strings made = {program};
  for (const char* changed : {"/value.h", "/more.h"}) {
    write_file(folder + changed, read_file(folder + changed) + "// changed\n");
    course::check_steps(folder, first, 5);
    REQUIRE(programs().size() == 1);
    CHECK(programs().front() != made.back());
    made.push_back(programs().front());
  }
  write_file(folder + "/.course/state.json", "[1, 2");
  CHECK(course::read_state(folder).front().points == 0);
}

TEST_CASE("points are the share of questions of which every case is right") {
  course::Checked checked;
  CHECK(checked.points() == 0);
  checked.questions = {{"all", 20, 20}, {"all but one", 19, 20}, {"none", 0, 3}};
  CHECK(checked.points() == 33);
}

TEST_CASE("a number is right to the tolerance and no further, each by its place") {
  const course::Case asked{
      .question = "q", .asked = "a", .input = "i", .expected = " 2 0.5 refused", .hint = "h"};
  const auto right = [&](const std::string& words) {
    return course::judge(asked, {course::Answer::Kind::words, words}).right;
  };
  CHECK(right(" 2 0.5 refused"));
  CHECK(right(" 2.000000000001 0.5 refused"));
  CHECK(right(" 2 0.5 refused | 7 8"));  // facts behind the line are for hints
  CHECK(!right(" 2.00000000001 0.5 refused"));
  CHECK(!right(" 2 0.50000000001 refused"));
  CHECK(!right(" 0.5 2 refused"));
  CHECK(!right(" 2 0.5"));
  CHECK(!right(" 2 0.5 refused 1"));
  CHECK(!right(" 2 nan refused"));
  CHECK(!right(""));
}

TEST_CASE("the first number that differs is shown, wherever it stands") {
  course::Case asked{.question = "q", .asked = "a", .input = "i", .expected = "", .hint = "h"};
  std::string came;
  for (int i = 1; i <= 40; ++i) {
    asked.expected += fmt::format(" {}", i);
    came += fmt::format(" {}", i == 30 ? -1 : i);
  }
  const course::Verdict verdict = course::judge(asked, {course::Answer::Kind::words, came});
  CHECK(verdict.came == "from number 30 of 40: -1 31 32 33 34 35 36 37 ...");
  CHECK(course::shown_words(asked.expected, 6, verdict.first) ==
        "from number 30 of 40: 30 31 32 33 34 35 36 37 ...");
  CHECK(course::judge(asked, {course::Answer::Kind::words, " 1 3"}).came == "1 3");
  CHECK(course::shown_words(asked.expected, 6, 7) == "1 2 3 4 5 6 7 8 ...");  // is the eighth
  CHECK(course::shown_words(asked.expected, 6, 8) == "from number 9 of 40: 9 10 11 12 13 14 15 16 ...");
  CHECK(course::shown_words(" 1 2") == "1 2");
}

TEST_CASE("what builds on a wrong question is hinted at after it") {
  const auto report = [](const std::string& from, const std::string& to, int step, size_t most) {
    const ScratchDirectory scratch;
    const std::string folder = scratch.file("learner");
    copy_solution(folder);
    REQUIRE(replace_in(folder + (step == 5 ? "/array.h" : "/value.h"), {from, to}));
    return course::report_of(course::check_step(folder, course::find_step(step), 1), most);
  };
  constexpr size_t kAll = std::numeric_limits<size_t>::max();
  const std::string recording = "const Recording during(tape, create_graph);",
                    never = "const Recording during(tape, false);",
                    unrecorded = report(recording, never, 5, 99);
  CHECK(contains(unrecorded, "with create_graph the sweep has to be recorded"));
  CHECK(!contains(unrecorded, "plain numbers"));
  CHECK(!contains(unrecorded, "history"));
  const std::string all =
      report(recording, never, 5, kAll);  // the rules are wrong as well, and not the cause
  CHECK(contains(all, "fix 'nothing recorded unasked' first"));
  CHECK(!contains(all, "fix 'one rule differentiated' first"));
  const std::string sine = "da = g * std::cos(a)", wrong = "da = g * std::sin(a)";
  const std::string rule = report(sine, wrong, 2, 99);
  CHECK(contains(rule, "the derivative of sin"));
  CHECK(!contains(rule, "one of the paths from y back"));
  CHECK(!contains(rule, "every single rule"));
  CHECK(contains(report(sine, wrong, 2, kAll), "fix 'one rule at a time' first"));
}

TEST_CASE(
    "a program that waits and drips, works deaf to its clock, or writes for ever is one sentence, and ends "
    "the check") {
  const std::string body = "return a.tape->record(Op::exp, a, {}, std::exp(a.value()));";
  const auto exp_does = [&](const std::string& head, const std::string& text) {
    const ScratchDirectory scratch;
    const std::string folder = scratch.file("learner");
    copy_solution(folder);
    REQUIRE(replace_in(folder + "/value.h", {"#pragma once\n", "#pragma once\n" + head}));
    REQUIRE(replace_in(folder + "/value.h", {body, text + "\n  " + body}));
    return course::report_of(course::check_step(folder, strict_step<10>(), 1));
  };
  const std::string dripping = exp_does("#include <unistd.h>\n",
                                        "for (;; usleep(50000))\n    for (int fd = 3; fd < 9; ++fd) "
                                        "static_cast<void>(!write(fd, \"begin 1\\n\", 8));");
  CHECK(contains(dripping, "no answer for 4.2 s"));
  CHECK(contains(dripping, "wrong  two tapes at once                      0 of 3"));  // was not reached
  CHECK(!contains(dripping, "before this case"));
  // It ends among the graphs, before the last of what they build on was asked.
  CHECK(contains(
      exp_does("#include <unistd.h>\n", "if (a.value() > 0.76 && a.value() < 1.9) for (;;) usleep(50000);"),
      "no answer for 4.2 s"));
  CHECK(contains(
      exp_does("#include <csignal>\n", "std::signal(SIGPROF, SIG_IGN); for (volatile int i = 0;; i = i) {}"),
      "no end within 0.2 s"));
  CHECK(contains(exp_does("#include <csignal>\n#include <cstdio>\n",
                          "std::signal(SIGPROF, SIG_IGN); for (;;) std::puts(\"again\");"),
                 "the program wrote without end"));
  CHECK(contains(exp_does("#include <csignal>\n#include <cstdio>\n",
                          "std::signal(SIGPROF, SIG_IGN); for (auto* f = std::fopen(\"grown\", \"w\");;) "
                          "std::fputs(\"again\", f);"),
                 "the program wrote without end"));
}

TEST_CASE("a full disk is told as such") {
  const ScratchDirectory scratch;
  copy_solution(scratch.file("learner"));
  write_file(scratch.file("c++"), "#!/bin/sh\necho 'as: x.s: No space left on device' >&2; exit 1\n");
  std::filesystem::permissions(scratch.file("c++"), std::filesystem::perms::owner_all);
  const char* const before = std::getenv("CXX");
  const std::string kept = before != nullptr ? before : "";
  ::setenv("CXX", scratch.file("c++").c_str(), 1);
  CHECK_THROWS_WITH_AS(course::check_step(scratch.file("learner"), course::find_step(1), 1),
                       Contains("is full, or the folder for temporary files. Hint: free some space"),
                       course::CannotKeep);
  course::Checked right{.step = &course::find_step(6), .questions = {{"all", 1, 1}}};
  CHECK_THROWS_AS(course::ask_training(scratch.file("learner"), right), course::CannotKeep);
  before != nullptr ? ::setenv("CXX", kept.c_str(), 1) : ::unsetenv("CXX");
}

TEST_CASE("the goal of step 6 is asked where all else is right, and once for the same files") {
  const std::string& folder = solution();
  const course::RingSize few{.steps = 8, .batch = 16, .cells = 16};
  course::Checked checked = course::check_step(folder, course::find_step(6), 1);
  course::ask_training(folder, checked, few);
  CHECK(checked.points() < 100);
  CHECK(checked.questions.back().failed.front().expected == "below 0.01 nats");
  const std::string first = checked.questions.back().failed.front().came;
  CHECK(std::stod(first) > 0.01);
  std::string kept;
  for (const auto& file : std::filesystem::directory_iterator(folder + "/.course"))
    if (file.path().string().ends_with(".kl-8")) kept = file.path().string();
  REQUIRE(!kept.empty());
  write_file(kept, "0.005");
  checked = course::check_step(folder, course::find_step(6), 1);
  course::ask_training(folder, checked, few);
  CHECK(checked.points() == 100);
  course::Checked other = course::check_step(folder, course::find_step(1), 1);
  const size_t questions = other.questions.size();
  course::ask_training(folder, other, few);
  CHECK(other.questions.size() == questions);
}
