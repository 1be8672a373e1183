#pragma once

#include <string>

#include "autograd/error.h"

namespace gradzoo::test {

/// The message of the gradzoo::Error that `fn` throws; "" where it throws none.
template <class Fn>
std::string message_of(Fn&& fn) {
  try {
    fn();
  } catch (const Error& error) {
    return error.what();
  }
  return "";
}

}  // namespace gradzoo::test
