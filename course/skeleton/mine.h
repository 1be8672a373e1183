// Your own function: `gradzoo course show .` draws the tape that it records.
#pragma once

#include "value.h"

namespace course {

inline Value mine(Tape& tape) {
  const Value x = tape.leaf(0.5), w = tape.leaf(1.5);
  const Value h = x * w;
  return h * h + sin(h) / w;
}

}  // namespace course
