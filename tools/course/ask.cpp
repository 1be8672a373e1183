#include "tools/course/ask.h"

#include <algorithm>
#include <csignal>
#include <cstdlib>
#include <sstream>

#include <fmt/format.h>

#include "gradzoo/runs/child.h"

namespace gradzoo::course {
namespace {

constexpr int kMostDeaths = 8, kMostSlowDeaths = 3, kMostFilled = 3;  // the driver leaves after kMostFilled
constexpr size_t kMostPrinted = 2000;

// "kind id text" of one line of a driver's output.
struct Line {
  std::string kind;
  size_t id = 0;
  std::string text;
};

Line read_line(const std::string& line) {
  Line read;
  const size_t first = line.find(' ');
  if (first == std::string::npos) return read;
  char* end = nullptr;
  read.kind = line.substr(0, first);
  read.id = std::strtoull(line.c_str() + first, &end, 10);
  read.text = end;
  return read;
}

Answer answer_of(const Line& line) {
  const std::string text = line.text.empty() ? "" : line.text.substr(line.text.starts_with(" ") ? 1 : 0);
  if (line.kind == "answer") return {Answer::Kind::words, " " + text};
  if (line.kind == "unwritten") return {Answer::Kind::unwritten, text};
  if (line.kind == "memory") return {Answer::Kind::memory};
  return {Answer::Kind::error, text};
}

std::string signal_name(int number) {
  switch (number) {
    case SIGSEGV:
    case SIGBUS:
      return "it touched memory that is not its own";
    case SIGABRT:
      return "it was aborted (an assertion, or memory freed twice)";
    case SIGFPE:
      return "a division of integers by 0";
    case SIGILL:
      return "a function ended without its return";
    default:
      return fmt::format("signal {}", number);
  }
}

Answer death_of(const EndedProcess& ended) {
  if (ended.killed || ended.signal == SIGPROF || ended.signal == SIGXCPU) return {Answer::Kind::slow};
  if (ended.signal != 0) return {Answer::Kind::crash, signal_name(ended.signal)};
  return {Answer::Kind::crash, fmt::format("it left by exit({})", ended.status)};
}

}  // namespace

Answers ask(const std::string& program, const std::string& folder, std::span<const Case> cases,
            bool spoil_freed) {
  Answers all;
  all.answers.resize(cases.size());
  size_t next = 0;
  int deaths = 0, slow_deaths = 0;
  while (next < cases.size() && deaths < kMostDeaths && slow_deaths < kMostSlowDeaths) {
    std::string input;
    double longest = 0;
    uint64_t memory = 0;
    for (size_t i = next; i < cases.size(); ++i) {
      input += fmt::format("{} {:g} {}\n", i, cases[i].seconds, cases[i].input);
      longest = std::max(longest, cases[i].seconds);
      memory = std::max(memory, cases[i].memory_bytes);
    }
    // The driver has a clock of its own for processor time; this one is for what waits and does not work.
    const EndedProcess ended = run_child({program}, folder, input,
                                         {.quiet_seconds = 10 + 10 * longest,
                                          .memory_bytes = memory,
                                          .stack_bytes = uint64_t{1} << 20,
                                          .spoil_freed = spoil_freed});
    if (all.printed.size() < kMostPrinted)
      all.printed += ended.err.substr(0, kMostPrinted - all.printed.size());
    std::istringstream lines(ended.out);
    size_t begun = next;
    for (std::string text; std::getline(lines, text);) {
      const Line line = read_line(text);
      if (line.id >= cases.size()) continue;
      if (line.kind == "begin") {
        begun = line.id;
      } else {
        all.answers[line.id] = answer_of(line);
        next = std::max(next, line.id + 1);
      }
    }
    if (next >= cases.size() ||
        std::ranges::count(all.answers, Answer::Kind::memory, &Answer::kind) >= kMostFilled)
      break;
    begun = std::max(begun, next);
    all.answers[begun] = death_of(ended);
    if (all.answers[begun].kind == Answer::Kind::slow) ++slow_deaths;
    ++deaths;
    next = begun + 1;
  }
  return all;
}

}  // namespace gradzoo::course
