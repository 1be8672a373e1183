#pragma once

#include <string>
#include <utility>

#include "tools/course/materials.h"

namespace gradzoo::course {

/// A learner's folder, and where what is made of it is kept: in .course of the folder, unless said otherwise.
/// Who grades keeps it elsewhere: what a learner hands in is sources, and no program or number that claims to
/// be theirs.
struct Learner {
  std::string folder, cache;

  Learner(std::string its_folder)
      : folder(std::move(its_folder)), cache(folder + "/.course") {}  // NOLINT: a folder is one
  Learner(std::string its_folder, std::string its_cache)
      : folder(std::move(its_folder)), cache(std::move(its_cache)) {}
};

/// A driver compiled with the learner's headers, or why it was not: one sentence.
struct Built {
  std::string program = {}, failure = {};
};

/// Cases are small and many: their drivers are compiled fast. A training is long: its driver is made fast.
enum class Speed { of_compiling, of_running };

/// Looks the learner's files over and compiles driver/`driver`.cpp with them; what was compiled of the same
/// bytes before is taken from the cache. The compiler is CXX of the environment, else c++.
Built build_driver(const Learner& learner, const std::string& driver, const std::vector<std::string>& files,
                   Speed speed = Speed::of_compiling);

}  // namespace gradzoo::course
