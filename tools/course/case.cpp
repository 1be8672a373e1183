#include "tools/course/case.h"

#include <algorithm>
#include <cmath>
#include <csignal>
#include <optional>
#include <random>

#include <fmt/format.h>

#include "gradzoo/base/clock.h"
#include "gradzoo/base/text.h"
#include "gradzoo/experiments/child.h"

namespace gradzoo::course {
namespace {

std::string before_facts(const std::string& text) { return text.substr(0, text.find(" |")); }

// The largest finite number of some words, at least 1: what differences are measured by.
double size_of(const std::vector<std::string>& words) {
  double size = 1;
  for (const std::string& word : words) {
    const std::optional<double> value = parse_number<double>(word);
    if (value && std::isfinite(*value)) size = std::max(size, std::abs(*value));
  }
  return size;
}

bool same_word(const std::string& a, const std::string& b, double allowed) {
  if (a == b) return true;
  const std::optional<double> x = parse_number<double>(a), y = parse_number<double>(b);
  if (!x || !y) return false;
  return std::abs(*x - *y) <= allowed || (std::isnan(*x) && std::isnan(*y));
}

// The first of `came` that differs from what is wanted, or is missing there.
size_t first_difference(const std::vector<std::string>& came, const std::vector<std::string>& wanted,
                        double tolerance) {
  const double allowed = tolerance * size_of(wanted);
  size_t i = 0;
  while (i < std::min(came.size(), wanted.size()) && same_word(came[i], wanted[i], allowed)) ++i;
  return i;
}

// Whether `came` begins as `wanted` does, all of which it has to have.
bool begins_as(const std::vector<std::string>& came, const std::vector<std::string>& wanted,
               double tolerance) {
  return !wanted.empty() && first_difference(came, wanted, tolerance) == wanted.size();
}

// What holds for every case: NaN where there is none, and numbers that are right to seven digits.
std::string diagnose_numbers(const std::vector<std::string>& came, const std::vector<std::string>& wanted) {
  const bool is_nan = std::ranges::any_of(came, [](const std::string& word) {
    const std::optional<double> value = parse_number<double>(word);
    return value && std::isnan(*value);
  });
  if (is_nan)
    return "there is a NaN: inf - inf, inf / inf, 0 / 0, or the logarithm of a negative number on the way";
  if (came.size() == wanted.size() && begins_as(came, wanted, 3e-7))
    return "right to only seven digits: is there a float somewhere? All numbers here are doubles";
  return "";
}

constexpr double kIdleSeconds = 4;  // that a case may wait, beside those in which it works

Verdict wrong(std::string came, std::string hint) { return {false, std::move(came), std::move(hint), 0}; }

}  // namespace

std::string shown_words(const std::string& text, int precision, size_t first) {
  constexpr size_t kMost = 8;
  const std::vector<std::string> words = words_of(before_facts(text));
  const size_t begin = first < kMost ? 0 : std::min(first, words.size());
  std::string out = begin == 0 ? "" : fmt::format("from number {} of {}:", begin + 1, words.size());
  for (size_t i = begin; i < words.size(); ++i) {
    if (i == begin + kMost) return printable(out + " ...");
    const std::optional<double> value = parse_number<double>(words[i]);
    if (!out.empty()) out += ' ';
    out += value ? fmt::format("{:.{}g}", *value, precision) : words[i];
  }
  return printable(words.empty() ? "nothing" : out);
}

std::vector<std::string> words_of(const std::string& text) {
  std::vector<std::string> words;
  size_t at = 0;
  while ((at = text.find_first_not_of(' ', at)) != std::string::npos) {
    const size_t end = std::min(text.find(' ', at), text.size());
    words.push_back(text.substr(at, end - at));
    at = end;
  }
  return words;
}

std::string digits(double value) { return fmt::format(" {:.17g}", value); }

std::string digits(const std::vector<double>& values) {
  std::string text;
  for (const double value : values) text += digits(value);
  return text;
}

Verdict judge(const Case& asked, const Answer& answer) {
  const auto known_hint = [&](const std::string& name) {
    for (const Known& known : asked.known)
      if (known.answer == name) return known.hint;
    return std::string();
  };
  const auto or_else = [](const std::string& hint, const std::string& other) {
    return hint.empty() ? other : hint;
  };
  switch (answer.kind) {
    case Answer::Kind::none:
      return wrong("no answer: the program was stopped, or crashed too often, before this case",
                   "fix the cases above first");
    case Answer::Kind::unwritten:
      return wrong(printable(answer.text), "fill that gap first");
    case Answer::Kind::error:
      return wrong("the exception '" + printable(answer.text) + "'",
                   or_else(known_hint("error"), asked.hint));
    case Answer::Kind::memory:
      return wrong(
          "the program ran out of memory",
          fmt::format("the limit is {:g} GB: does a loop record more and more, or is a size negative?",
                      static_cast<double>(asked.memory_bytes) / (1 << 30)));
    case Answer::Kind::crash:
      return wrong("the program crashed: " + answer.text,
                   or_else(known_hint("crash"),
                           "look for an index beyond the end of a vector, a pointer or reference into a "
                           "vector that has grown since, or a recursion that is too deep"));
    case Answer::Kind::slow:
      return wrong(
          fmt::format("no end within {:g} s", asked.seconds),
          or_else(known_hint("slow"),
                  "look for a loop that does not end, or for work that grows as the square of the tape"));
    case Answer::Kind::silent:
      return wrong(fmt::format("no answer for {:g} s", kIdleSeconds + asked.seconds),
                   "does it sleep, wait for something, or block signals? No question requires that");
    case Answer::Kind::late:
      return wrong("no answer: up to this question, all of them together took " + answer.text + " s",
                   "all of them need a moment, and unreached questions are wrong: does it wait in each?");
    case Answer::Kind::flooded:
      return wrong("the program wrote without end",
                   "what does it print, or write into a file, over and over?");
    case Answer::Kind::words:
      break;
  }
  const std::vector<std::string> came = words_of(before_facts(answer.text)),
                                 wanted = words_of(asked.expected);
  if (came.size() == wanted.size() && begins_as(came, wanted, asked.tolerance)) return {true};
  const int precision = begins_as(came, wanted, 1e-5) ? 15 : 6;
  std::string hint = asked.diagnose ? asked.diagnose(answer) : "";
  for (const Known& known : asked.known) {
    if (!hint.empty()) break;
    if (begins_as(came, words_of(known.answer), std::max(asked.tolerance, 1e-9))) hint = known.hint;
  }
  if (hint.empty()) hint = diagnose_numbers(came, wanted);
  const size_t first = first_difference(came, wanted, asked.tolerance);
  return {false, shown_words(answer.text, precision, first), hint.empty() ? asked.hint : hint, first};
}

namespace {

constexpr uint64_t kMostFileBytes = uint64_t{16} << 20;
constexpr int kMostDeaths = 8, kMostSlowDeaths = 3, kMostFilled = 3;  // the driver leaves after kMostFilled
constexpr size_t kMostPrinted = 2000;

// What cases are called: what a program prints of its own answers none.
std::vector<uint64_t> draw_names(size_t n) {
  std::mt19937_64 random((uint64_t{std::random_device()()} << 32) + std::random_device()());
  std::vector<uint64_t> names(n);
  std::ranges::generate(names, random);
  return names;
}

// "kind id text" of one line of a driver's output.
struct Line {
  std::string kind;
  uint64_t id = 0;
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

// Reads what a driver says as it comes.
class Listener {
 public:
  Listener(const std::vector<uint64_t>& names, size_t next, std::vector<Answer>& answers)
      : names_(names), answers_(answers), begun_(next), next_(next) {}

  // `out` is all that was written so far: whether a case was begun or answered that was not before.
  bool hear(const std::string& out) {
    bool news = false;
    for (size_t end = out.find('\n', seen_); end != std::string::npos; end = out.find('\n', seen_)) {
      news = take(read_line(out.substr(at_, end - at_))) || news;
      at_ = seen_ = end + 1;
    }
    seen_ = out.size();
    return news;
  }
  size_t begun() const { return begun_; }
  size_t next() const { return next_; }

 private:
  bool take(const Line& line) {
    const auto i = static_cast<size_t>(std::ranges::find(names_, line.id) - names_.begin());
    if (i == names_.size()) return false;
    const size_t before = begun_ + next_;
    if (line.kind == "begin") {
      begun_ = std::max(begun_, i);
    } else {
      answers_[i] = answer_of(line);
      next_ = std::max(next_, i + 1);
    }
    return begun_ + next_ > before;
  }

  const std::vector<uint64_t>& names_;
  std::vector<Answer>& answers_;
  size_t begun_, next_;
  size_t at_ = 0, seen_ = 0;  // the begin of a line that has no end yet, and what was looked through for it
};

std::string signal_name(int number) {
  if (number == SIGSEGV || number == SIGBUS) return "it used memory that does not belong to it";
  if (number == SIGABRT) return "it was aborted (an assertion, or memory freed twice)";
  if (number == SIGFPE) return "a division of integers by 0";
  return number == SIGILL ? "a function ended without a return" : fmt::format("signal {}", number);
}

Answer death_of(const EndedProcess& ended) {
  if (ended.flooded || ended.signal == SIGXFSZ) return {Answer::Kind::flooded};
  if (ended.killed) return {ended.busy ? Answer::Kind::slow : Answer::Kind::silent};
  if (ended.signal == SIGPROF || ended.signal == SIGXCPU) return {Answer::Kind::slow};
  if (ended.signal != 0) return {Answer::Kind::crash, signal_name(ended.signal)};
  return {Answer::Kind::crash, fmt::format("it called exit({})", ended.status)};
}

}  // namespace

Answers ask(const std::string& program, const std::string& folder, std::span<const Case> cases,
            bool spoil_freed) {
  Answers all;
  all.answers.resize(cases.size());
  const std::vector<uint64_t> names = draw_names(cases.size());
  size_t next = 0;
  int deaths = 0, slow_deaths = 0;
  double longest = 0;
  uint64_t memory = 0;
  for (const Case& asked : cases) {
    longest = std::max(longest, asked.seconds);
    memory = std::max(memory, asked.memory_bytes);
  }
  // The driver has a clock of its own for processor time; these are for what waits and does not work, and for
  // what answers slowly all the time. What is no answer ends no silence.
  const double quiet = kIdleSeconds + longest, whole = 10 * quiet, end = steady_seconds() + whole;
  while (next < cases.size() && deaths < kMostDeaths && slow_deaths < kMostSlowDeaths) {
    std::string input;
    for (size_t i = next; i < cases.size(); ++i)
      input += fmt::format("{} {:g} {}\n", names[i], cases[i].seconds, cases[i].input);
    Listener listener(names, next, all.answers);
    const EndedProcess ended = run_child({program}, folder, input,
                                         {.quiet_seconds = quiet,
                                          .busy_seconds = 2 * longest,
                                          .seconds = std::max(0.1, end - steady_seconds()),
                                          .memory_bytes = memory,
                                          .stack_bytes = uint64_t{1} << 20,
                                          .file_bytes = kMostFileBytes,
                                          .spoil_freed = spoil_freed},
                                         [&](const std::string& out) { return listener.hear(out); });
    if (all.printed.size() < kMostPrinted)
      all.printed += ended.err.substr(0, kMostPrinted - all.printed.size());
    next = listener.next();
    if (next >= cases.size() ||
        std::ranges::count(all.answers, Answer::Kind::memory, &Answer::kind) >= kMostFilled)
      break;
    const size_t begun = std::max(listener.begun(), next);
    all.answers[begun] =
        ended.late ? Answer{Answer::Kind::late, fmt::format("{:g}", whole)} : death_of(ended);
    const Answer::Kind kind = all.answers[begun].kind;
    if (kind == Answer::Kind::slow) ++slow_deaths;
    if (ended.killed || kind == Answer::Kind::flooded) break;
    ++deaths;
    next = begun + 1;
  }
  return all;
}

}  // namespace gradzoo::course
