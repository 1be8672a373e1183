#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "gradzoo/base/error.h"
#include "gradzoo/base/plain_file.h"
#include "tools/course/case.h"

namespace gradzoo::course {

/// A step of the course.
struct Step {
  int number;
  std::string title;
  std::string page;    // of pages/, without its ending
  std::string driver;  // of driver/, without its ending
  std::string files;   // of the learner's, that it is compiled with: words
  std::string goal;    // one line
  std::vector<Case> (*cases)(uint64_t seed);
};

std::span<const Step> steps();
/// Throws Error where there is no such step.
const Step& find_step(int64_t number);

/// The course's pages, skeleton and drivers, by find_data_folder() of GRADZOO_COURSE.
std::string course_folder();

/// A page, as it stands in a learner's folder, or in the course where it is not there.
std::string page_of(const std::string& folder, const Step& step);

/// A learner's folder, and where what is made of it is kept: in .course of the folder, unless said otherwise.
/// Who grades keeps it elsewhere: what a learner hands in is sources, and no link, program or number that
/// claims to be theirs.
struct Learner {
  std::string folder, cache;
  Links links = Links::follow;

  Learner(std::string its_folder)
      : folder(std::move(its_folder)), cache(folder + "/.course") {}  // NOLINT: a folder is one
  Learner(std::string its_folder, std::string its_cache)
      : folder(std::move(its_folder)), cache(std::move(its_cache)), links(Links::refuse) {}
};

/// What is made of a learner's files cannot be kept: of the machine that grades, and no fault of theirs.
struct CannotKeep : Error {
  using Error::Error;
};

/// Writes a file of the cache. Throws CannotKeep.
void keep_file(const std::string& path, const std::string& text);

/// A driver compiled with the learner's headers, or why it was not: one sentence.
struct Built {
  std::string program = {}, failure = {};
};

/// Cases are small and many: their drivers are compiled fast. A training is long: its driver is made fast.
enum class Speed { of_compiling, of_running };

/// Looks the learner's files over and compiles driver/`driver`.cpp with a copy of them and of all other
/// headers in their folder: what stands elsewhere is the system's or refused. What was compiled of the same
/// bytes before is taken from the cache. The compiler is CXX of the environment, else c++. Throws Error where
/// there is no such file or no compiler, CannotKeep where the disk is full.
Built build_driver(const Learner& learner, const std::string& driver, const std::string& files,
                   Speed speed = Speed::of_compiling);

}  // namespace gradzoo::course
