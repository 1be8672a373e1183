#pragma once

#include <string>

#include "autograd/error.h"

namespace gradzoo::test {

/// What `fn` throws as a gradzoo::Error; "" where it throws nothing.
template <class Fn>
std::string error_message(Fn&& fn) {
  try {
    fn();
  } catch (const Error& error) {
    return error.what();
  }
  return "";
}

inline bool contains(const std::string& text, const std::string& part) {
  return text.find(part) != std::string::npos;
}

}  // namespace gradzoo::test
