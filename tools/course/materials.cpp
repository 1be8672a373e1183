#include "tools/course/materials.h"

#include <fmt/format.h>

#include "gradzoo/base/error.h"
#include "gradzoo/base/folders.h"
#include "gradzoo/base/plain_file.h"
#include "tools/course/steps/steps.h"

namespace gradzoo::course {
namespace {

std::vector<Step> all_steps() {
  return {{1,
           "Values that remember",
           "1-values",
           "scalar",
           {"value.h"},
           "a tape that records what is computed",
           cases_of_values},
          {2,
           "The sweep",
           "2-sweep",
           "scalar",
           {"value.h"},
           "gradients in one pass over the tape",
           cases_of_sweep},
          {3,
           "Is it true?",
           "3-gradcheck",
           "check",
           {"value.h", "gradcheck.h"},
           "a gradient checked by differences",
           cases_of_gradcheck},
          {4,
           "Arrays",
           "4-arrays",
           "array",
           {"value.h", "array.h"},
           "shapes, broadcasting, matrices",
           cases_of_arrays},
          {5,
           "Derivatives of derivatives",
           "5-second",
           "array",
           {"value.h", "array.h"},
           "Hessians by sweeps that are recorded",
           cases_of_second_order},
          {6,
           "It learns",
           "6-learn",
           "learn",
           {"value.h", "array.h", "learn.h"},
           "a density learned by score matching",
           cases_of_learning}};
}

}  // namespace

std::span<const Step> steps() {
  static const std::vector<Step> kSteps = all_steps();
  return kSteps;
}

const Step& find_step(int64_t number) {
  for (const Step& step : steps())
    if (step.number == number) return step;
  throw Error("course: there is no step {}. Hint: 1 to {}", number, steps().size());
}

std::string course_folder() { return find_data_folder("course", "skeleton", "GRADZOO_COURSE").string(); }

std::string page_of(const Step& step) {
  constexpr uint64_t kMost = 1 << 20;
  return read_plain_file(fmt::format("{}/pages/{}.md", course_folder(), step.page), kMost);
}

}  // namespace gradzoo::course
