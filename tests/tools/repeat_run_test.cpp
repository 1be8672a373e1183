#include "experiments/resumed_runs.h"

using namespace gradzoo::test;

namespace {

// By its config file, at other numbers of threads.
void check_repeated(const std::vector<ResumeTask>& tasks) {
  for (const ResumeTask& task : tasks) {
    CAPTURE(task.model);
    CAPTURE(task.data);
    const ScratchDirectory scratch;
    write_small_dataset(scratch.file("data"), 600, 24, 16);
    const auto train = [&](const std::string& line) { run_ok("train " + line, scratch.file("")); };
    train(fmt::format("{} --data {} --steps 3{} --threads 1 --out t1", task.model, task.data,
                      set_values(task.model, kQuick) + set_values(task.model, {{"channels", "8"}})));
    const std::string expected = read_file(scratch.file("t1/checkpoint.safetensors"));
    for (const char* threads : {"3", "8"}) {
      const std::string run = std::string("t") + threads;
      train(std::string("--config t1/config.toml --threads ") + threads + " --out " + run);
      CHECK_MESSAGE(read_file(scratch.file(run + "/checkpoint.safetensors")) == expected, threads);
      CHECK(read_file(scratch.file(run + "/config.toml")) == read_file(scratch.file("t1/config.toml")));
    }
  }
}

}  // namespace

TEST_CASE("A run on images is repeated by its config file, whose bytes do not depend on the threads") {
  check_repeated(tasks_on_images());
}

TEST_CASE("A run on points is repeated by its config file, whose bytes do not depend on the threads") {
  check_repeated(tasks_on_points());
}
