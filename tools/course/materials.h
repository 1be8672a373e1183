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
  std::string page;    // file name in pages/ without its ending
  std::string driver;  // file name in driver/ without its ending
  std::string files;   // names of the learner's files that the driver needs, separated by blanks
  std::string goal;    // one line of text
  std::vector<Case> (*cases)(uint64_t seed);
};

std::span<const Step> steps();
/// Throws Error if no step has this number.
const Step& find_step(int64_t number);

/// Returns the folder of the course's pages, skeleton and drivers: find_data_folder() of GRADZOO_COURSE.
std::string course_folder();

/// Returns a step's page from the learner's folder, or the course's page if the folder has none.
std::string page_of(const std::string& folder, const Step& step);

/// A learner's folder, and the folder of its compiled files and results: .course in the learner's folder,
/// unless another one is given. Grading uses another one: it reads only the learner's sources, and no link,
/// program or number that the learner may have put there.
struct Learner {
  std::string folder, cache;
  Links links = Links::follow;

  Learner(std::string its_folder)
      : folder(std::move(its_folder)), cache(folder + "/.course") {}  // NOLINT: a folder is one
  Learner(std::string its_folder, std::string its_cache)
      : folder(std::move(its_folder)), cache(std::move(its_cache)), links(Links::refuse) {}
};

/// A file of the cache cannot be written: the fault is with the machine that grades, not with the learner.
struct CannotKeep : Error {
  using Error::Error;
};

/// Writes a file into the cache. Throws CannotKeep if that fails.
void keep_file(const std::string& path, const std::string& text);

/// A driver compiled with the learner's headers, or one sentence why it was not compiled.
struct Built {
  std::string program = {}, failure = {};
};

/// Drivers of cases are compiled fast, as cases are small. A driver of a training is compiled to run fast.
enum class Speed { of_compiling, of_running };

/// Checks the learner's files and compiles driver/`driver`.cpp with copies of these files and of all other
/// headers in the folder. Headers from other places are refused, except the system's. If the same sources
/// were compiled before, the program comes from the cache. The compiler is $CXX, else c++. Throws Error if a
/// file or the compiler is missing, and CannotKeep if the disk is full.
Built build_driver(const Learner& learner, const std::string& driver, const std::string& files,
                   Speed speed = Speed::of_compiling);

}  // namespace gradzoo::course
