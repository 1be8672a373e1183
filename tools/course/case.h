#pragma once

#include <cstdint>
#include <functional>
#include <span>
#include <string>
#include <vector>

namespace gradzoo::course {

/// What a learner's program made of one case.
struct Answer {
  enum class Kind {
    words,      // the text is its answer: words, between them blanks
    unwritten,  // the text is the gap's
    error,      // an exception: the text is what it says
    memory,
    crash,  // the text is the signal's name
    slow,
    silent,   // no answer for long, and no end by its own clock
    late,     // all questions together took too long: the text is how many seconds
    flooded,  // it wrote without end
    none      // the program was not asked: it had died, or filled its memory, too often
  };
  Kind kind = Kind::none;
  std::string text = {};
};

/// What a certain mistake makes of a case: its first words, or "crash" or "slow".
struct Known {
  std::string answer, hint;
};

/// A question to a learner's program, and its answer by gradzoo's own engine.
struct Case {
  std::string question;  // the line of the report that it belongs to
  std::string asked;
  std::string input;     // what the driver reads: no answers
  std::string expected;  // words; what follows a "|" in the answer are facts for `diagnose` alone
  std::string hint;      // where nothing better is known
  std::vector<Known> known = {};
  std::function<std::string(const Answer&)> diagnose = {};  // a hint, or "" for nothing found
  std::string after = {};    // the question that has to be right before this one can be hinted at
  double tolerance = 1e-12;  // of a number, in units of the answer's largest, at least 1
  double seconds = 2;        // of a processor
  uint64_t memory_bytes = uint64_t{1} << 30;  // of addresses
};

struct Verdict {
  bool right = false;
  std::string came = {}, hint = {};  // of a wrong one
  size_t first = 0;                  // the word that differs first
};
Verdict judge(const Case& asked, const Answer& answer);

/// For a person: eight words, so many digits. Where word `first` is not among them they begin with it, and
/// say so.
std::string shown_words(const std::string& text, int precision = 6, size_t first = 0);
/// The words of a text.
std::vector<std::string> words_of(const std::string& text);
/// " 0.5" to all digits, for what a driver reads and what is expected of it.
std::string digits(double value);
std::string digits(const std::vector<double>& values);

struct Answers {
  std::vector<Answer> answers;  // one a case
  std::string printed;          // what the learner's code wrote itself, its beginning
};

/// Puts the cases to a compiled driver as a process of its own. Where it dies the case at hand is answered by
/// how, and another process goes on with the next; after a few deaths, one of them in waiting or writing
/// without end, or answers that filled the memory, the rest is not asked. Memory that it frees is overwritten
/// unless that would take too long.
Answers ask(const std::string& program, const std::string& folder, std::span<const Case> cases,
            bool spoil_freed = true);

}  // namespace gradzoo::course
