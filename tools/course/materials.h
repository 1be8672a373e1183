#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "tools/course/case.h"

namespace gradzoo::course {

/// A step of the course.
struct Step {
  int number;
  std::string title;
  std::string page;                // of pages/, without its ending
  std::string driver;              // of driver/, without its ending
  std::vector<std::string> files;  // of the learner's, that it is compiled with
  std::string goal;                // one line
  std::vector<Case> (*cases)(uint64_t seed);
};

std::span<const Step> steps();
/// Throws Error where there is no such step.
const Step& find_step(int64_t number);

/// The course's pages, skeleton and drivers, by find_data_folder() of GRADZOO_COURSE.
std::string course_folder();

/// A page's text.
std::string page_of(const Step& step);

}  // namespace gradzoo::course
