#include "experiments/resumed_runs.h"

// A run that is stopped or killed, and goes on, ends as the one that was not. Its own file has half of the
// models' runs, so that two go side by side.
using namespace gradzoo::test;

TEST_CASE("Every model of images ends bit for bit the same, whether it was interrupted, killed, or neither") {
  for (const ResumeTask& task : tasks_on_images()) check_resumes(task);
}

TEST_CASE("An interrupted run says how to go on, a finished one that it is finished") {
  const Runs runs({"vae", "data"});
  Process process(gradzoo_words(runs.train + "run"), runs.folder);
  stop_after(process, runs.scratch.file("run"), 1, SIGTERM);
  if (process.wait() == 130) CHECK(contains(process.out(), "gradzoo train --resume run"));
  runs.finish("train --resume --threads 1 --out run");
  const std::string checkpoint = read_file(runs.scratch.file("run/checkpoint.safetensors"));
  const ProcessResult again = run_ok("train --resume --threads 1 --out run", runs.folder);
  CHECK(contains(again.out, "finished"));
  CHECK(read_file(runs.scratch.file("run/checkpoint.safetensors")) == checkpoint);
}

TEST_CASE("A finished run goes on to more epochs, as if it had been asked for them at once") {
  const Runs runs({"vae", "data"});
  const std::string train =
      "train vae --threads 1 --data data --batch 10 --set hidden=16 "
      "--set schedule=constant --set prior=normal --out ";  // what no end of a run changes
  runs.finish(train + "whole --epochs 3");
  runs.finish(train + "run --epochs 1");
  runs.finish("train --resume --threads 1 --out run --epochs 3");
  check_same_run(runs.scratch.file("run"), runs.scratch.file("whole"));
}

TEST_CASE("Runs without a name take the next free number") {
  const Runs runs({"vae", "data"});
  for (int i = 0; i < 2; ++i) runs.finish("train vae --threads 1 --data data --steps 2 --set hidden=4");
  CHECK(std::filesystem::exists(runs.scratch.file("runs/vae-1/report.html")));
  CHECK(std::filesystem::exists(runs.scratch.file("runs/vae-2/report.html")));
}
