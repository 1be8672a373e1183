#include "experiments/resumed_runs.h"

using namespace gradzoo::test;

TEST_CASE("Every model of points ends bit for bit the same, whether it was interrupted, killed, or neither") {
  for (const ResumeTask& task : tasks_on_points()) check_resumes(task);
}
