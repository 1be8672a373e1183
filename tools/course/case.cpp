#include "tools/course/case.h"

#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <optional>

#include <fmt/format.h>

#include "gradzoo/base/text.h"

namespace gradzoo::course {
namespace {

std::optional<double> number_of(const std::string& word) {
  char* end = nullptr;
  const double value = std::strtod(word.c_str(), &end);
  if (word.empty() || *end != '\0') return std::nullopt;
  return value;
}

std::string before_facts(const std::string& text) { return text.substr(0, text.find(" |")); }

// The largest finite number of some words, at least 1: what differences are measured by.
double size_of(const std::vector<std::string>& words) {
  double size = 1;
  for (const std::string& word : words) {
    const std::optional<double> value = number_of(word);
    if (value && std::isfinite(*value)) size = std::max(size, std::abs(*value));
  }
  return size;
}

bool same_word(const std::string& a, const std::string& b, double allowed) {
  if (a == b) return true;
  const std::optional<double> x = number_of(a), y = number_of(b);
  if (!x || !y) return false;
  return std::abs(*x - *y) <= allowed || (std::isnan(*x) && std::isnan(*y));
}

// Whether `came` begins as `wanted` does, all of which it has to have.
bool begins_as(const std::vector<std::string>& came, const std::vector<std::string>& wanted,
               double tolerance) {
  if (wanted.empty() || came.size() < wanted.size()) return false;
  const double allowed = tolerance * size_of(wanted);
  for (size_t i = 0; i < wanted.size(); ++i)
    if (!same_word(came[i], wanted[i], allowed)) return false;
  return true;
}

// For a person: eight words, six digits, more where the numbers differ less.
std::string shown(const std::string& text, int precision) {
  std::string out;
  size_t count = 0;
  for (const std::string& word : words_of(before_facts(text))) {
    if (++count > 8) return out + " ...";
    const std::optional<double> value = number_of(word);
    if (!out.empty()) out += ' ';
    out += value ? fmt::format("{:.{}g}", *value, precision) : word;
  }
  return printable(out.empty() ? "nothing" : out);
}

// What holds for every case: NaN where there is none, and numbers that are right to seven digits.
std::string diagnose_numbers(const std::vector<std::string>& came, const std::vector<std::string>& wanted) {
  const bool is_nan = std::ranges::any_of(came, [](const std::string& word) {
    const std::optional<double> value = number_of(word);
    return value && std::isnan(*value);
  });
  if (is_nan)
    return "there is a NaN: inf - inf, inf / inf, 0 / 0, or the logarithm of a negative number on the way";
  if (came.size() == wanted.size() && begins_as(came, wanted, 3e-7))
    return "right to seven digits and no further: is there a float somewhere? A number here is a double";
  return "";
}

Verdict wrong(std::string came, std::string hint) { return {false, std::move(came), std::move(hint)}; }

}  // namespace

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
      return wrong("nothing: the program had died, or filled its memory, too often before",
                   "mend what is above first");
    case Answer::Kind::unwritten:
      return wrong(printable(answer.text), "that gap comes first");
    case Answer::Kind::error:
      return wrong("the exception '" + printable(answer.text) + "'",
                   or_else(known_hint("error"), asked.hint));
    case Answer::Kind::memory:
      return wrong("it ran out of memory",
                   fmt::format("it may use {:g} GB: does a loop record more and more, or is a size negative?",
                               static_cast<double>(asked.memory_bytes) / (1 << 30)));
    case Answer::Kind::crash:
      return wrong("it crashed: " + answer.text,
                   or_else(known_hint("crash"),
                           "look for an index beyond the end of a vector, a pointer or reference into a "
                           "vector that has grown since, or a function that calls itself too deep"));
    case Answer::Kind::slow:
      return wrong(fmt::format("no end within {:g} s", asked.seconds),
                   or_else(known_hint("slow"),
                           "look for a loop that does not end, or for work that grows as the square of the "
                           "tape"));
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
  return wrong(shown(answer.text, precision), hint.empty() ? asked.hint : hint);
}

}  // namespace gradzoo::course
