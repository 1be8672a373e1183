// The functions that main.cpp calls in the code that is compiled with your headers.
#pragma once

namespace driver {

/// The end and the answer of the last case.
struct Said {
  const char* kind;
  const char* text;
};

/// Answers one case, given as words.
Said answer_line(const char* words);

/// Seconds of a clock.
double seconds_now();

}  // namespace driver
