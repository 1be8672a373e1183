#pragma once

#include <cstdint>
#include <functional>
#include <span>
#include <string>
#include <vector>

namespace gradzoo::course {

/// The result of one case in a learner's program.
struct Answer {
  enum class Kind {
    words,      // the text is its answer: words, separated by blanks
    unwritten,  // the text is the name of the gap in the skeleton
    error,      // an exception was thrown: the text is its message
    memory,     // the limit of memory was exceeded
    crash,      // the text is the signal's name
    slow,       // the limit of processor time was exceeded
    silent,     // no answer for a long time, although the program used no processor time
    late,       // all questions together took too long: the text is the number of seconds
    flooded,    // the program wrote without end
    none        // the program was not run: it had crashed, or filled its memory, too often
  };
  Kind kind = Kind::none;
  std::string text = {};
};

/// A known mistake: the first words of its answer to a case, or "crash" or "slow".
struct Known {
  std::string answer, hint;
};

/// A question to a learner's program, with the answer of gradzoo's engine.
struct Case {
  std::string question;  // name of the report's line to which the case belongs
  std::string asked;     // description of the case for the learner
  std::string input;     // the driver's input, without answers
  std::string expected;  // words; the words of an answer after "|" are facts that only `diagnose` reads
  std::string hint;      // hint if neither `known` nor `diagnose` has a better one
  std::vector<Known> known = {};
  std::function<std::string(const Answer&)> diagnose = {};  // returns a hint, or "" if it finds no mistake
  std::string after = {};    // question that has to be right before this case gives a hint
  double tolerance = 1e-12;  // tolerance of a number, in units of max(1, largest number of the answer)
  double seconds = 2;        // limit of processor time
  uint64_t memory_bytes = uint64_t{1} << 30;  // limit of the address space
};

struct Verdict {
  bool right = false;
  std::string came = {}, hint = {};  // text and hint for a wrong answer
  size_t first = 0;                  // index of the first word that differs
};
Verdict judge(const Case& asked, const Answer& answer);

/// Returns eight words of a text, for a person, with this many digits. If word `first` is not among the first
/// eight, the result begins at that word, and states so.
std::string shown_words(const std::string& text, int precision = 6, size_t first = 0);
/// Splits a text at its blanks.
std::vector<std::string> words_of(const std::string& text);
/// Returns " 0.5" with all digits, for a driver's input and for expected answers.
std::string digits(double value);
std::string digits(const std::vector<double>& values);

struct Answers {
  std::vector<Answer> answers;  // one per case
  std::string printed;          // beginning of the output of the learner's own code
};

/// Runs the cases in a separate process of a compiled driver. If the process dies, the way it died is the
/// answer to the current case, and a new process continues with the next case. After a few deaths (after one,
/// if the program waited or wrote without end), or after answers that filled the memory, the remaining cases
/// are not run. Memory that the program frees is overwritten unless that would take too long.
Answers ask(const std::string& program, const std::string& folder, std::span<const Case> cases,
            bool spoil_freed = true);

}  // namespace gradzoo::course
