// The messages between the grader and your program: a case is a line of words on standard input, its answer a
// line of words on standard output. The output of your own code goes to standard error and is shown after the
// report. Nothing here has any answers.
#pragma once

#include <cstdio>
#include <cstdlib>
#include <exception>
#include <new>
#include <stdexcept>
#include <string>
#include <vector>

#include "asking.h"
#include "value.h"

namespace driver {

/// The words of a case, in their order.
class Words {
 public:
  explicit Words(const char* line) : at_(line) {}

  std::string next() {
    while (*at_ == ' ') ++at_;
    const char* const begin = at_;
    while (*at_ != ' ' && *at_ != '\n' && *at_ != '\0') ++at_;
    return {begin, at_};
  }
  double number() { return std::strtod(next().c_str(), nullptr); }
  int integer() { return static_cast<int>(number()); }
  std::vector<double> numbers(size_t n) {
    std::vector<double> all(n);
    for (double& x : all) x = number();
    return all;
  }

 private:
  const char* at_;
};

/// The answer so far.
class Answer {
 public:
  void word(const std::string& text) { text_ += " " + text; }
  void number(double value) {
    char digits[40];
    std::snprintf(digits, sizeof digits, " %.17g", value);
    text_ += digits;
  }
  const std::string& text() const { return text_; }

 private:
  std::string text_;
};

/// Answers one case: each driver has its own.
void answer_case(Words& words, Answer& answer);

// One line: an exception's text may have several.
inline std::string one_line(std::string text) {
  for (char& c : text)
    if (c == '\n') c = ' ';
  return text;
}

Said answer_line(const char* line) {
  static std::string text;
  Words words(line);
  Answer answer;
  const char* kind = "answer";
  try {
    answer_case(words, answer);
    text = answer.text();
  } catch (const course::NotWritten& gap) {
    kind = "unwritten", text = " " + one_line(gap.what());
  } catch (const std::invalid_argument&) {
    text = " refused";
  } catch (const std::bad_alloc&) {
    kind = "memory", text = "";
  } catch (const std::exception& error) {
    kind = "error", text = " " + one_line(error.what());
  } catch (...) {
    kind = "error", text = " something that is no std::exception";
  }
  return {kind, text.c_str()};
}

}  // namespace driver
