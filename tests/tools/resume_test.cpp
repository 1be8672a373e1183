#include <algorithm>
#include <chrono>
#include <filesystem>
#include <sstream>
#include <thread>

#include <doctest/doctest.h>
#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "models/registry.h"
#include "models/run/session.h"
#include "tools/small_runs.h"

// A run that is stopped or killed, and goes on, ends as the one that was not.
using namespace gradzoo::test;

namespace {

/// The rows of metrics.jsonl without what a clock wrote.
std::vector<nlohmann::json> rows_of(const std::string& run) {
  std::vector<nlohmann::json> rows;
  std::istringstream lines(read_file(run + "/metrics.jsonl"));
  for (std::string line; std::getline(lines, line);) {
    nlohmann::json row = nlohmann::json::parse(line);
    row.erase("examples_per_s");
    row.erase("seconds");
    rows.push_back(std::move(row));
  }
  return rows;
}

void check_same_run(const std::string& run, const std::string& expected) {
  CHECK(read_file(run + "/checkpoint.safetensors") == read_file(expected + "/checkpoint.safetensors"));
  CHECK(rows_of(run) == rows_of(expected));
  CHECK(read_file(run + "/config.toml") == read_file(expected + "/config.toml"));
  for (const char* picture : {"epoch-0001.png", "epoch-0003.png"}) {
    const std::string name = std::string("/samples/") + picture;
    CHECK_MESSAGE(read_file(run + name) == read_file(expected + name), picture);
  }
  CHECK(std::filesystem::exists(run + "/report.html"));
}

// Sends the signal once the run has written so many rows. Returns its exit status.
int stop_after(Process& process, const std::string& run, std::ptrdiff_t rows, int signal) {
  while (process.running() && std::ranges::count(read_file(run + "/metrics.jsonl"), '\n') < rows) {
    std::this_thread::sleep_for(std::chrono::milliseconds(1));
  }
  process.signal(signal);
  return process.wait();
}

/// A model with data that it learns from: "data" is a folder of small images.
struct Task {
  std::string model, data;
};

std::vector<Task> every_task() {
  std::vector<Task> tasks;
  for (const gradzoo::ModelEntry& model : gradzoo::model_registry()) {
    if (model.data != gradzoo::DataKind::points) tasks.push_back({model.name, "data"});
    if (model.data == gradzoo::DataKind::images) continue;
    tasks.push_back({model.name, model.data == gradzoo::DataKind::binary ? "bars-and-stripes" : "ring8"});
  }
  return tasks;
}

using Values = std::vector<std::pair<std::string, std::string>>;
const Values kSmall = {
    {"hidden", "16"}, {"generator_hidden", "16"}, {"discriminator_hidden", "16"}, {"channels", "8"}};
const Values kQuick = {{"chain_steps", "3"}, {"sample_steps", "10"}, {"buffer", "1000"}};

/// `--set` of those values that the model has a setting for.
std::string set_values(const std::string& model, const Values& values) {
  std::string line;
  const gradzoo::RunOptions options(gradzoo::find_model(model));
  for (const auto& [key, value] : values) {
    if (options.table().has(key)) line += fmt::format(" --set {}={}", key, value);
  }
  return line;
}

/// Short runs of one model on small data.
struct Runs {
  ScratchDirectory scratch;
  std::string folder = scratch.file("");
  std::string train;

  explicit Runs(const Task& task)
      : train(fmt::format(
            "train {} --threads 1 --data {} --batch {} --epochs 3 --set schedule=linear{}{} --out ",
            task.model, task.data, task.data == "data" ? 10 : 1000, set_values(task.model, kSmall),
            set_values(task.model, kQuick))) {
    write_small_dataset(scratch.file("data"), 600, 12, 8);
  }

  void finish(const std::string& line) const {
    const ProcessResult result = run_gradzoo(line, folder);
    REQUIRE_MESSAGE(result.status == 0, result.err);
  }
  // A run that a signal met midway; another try where it was over before.
  std::string stopped_run(const std::string& name, std::ptrdiff_t rows, int signal, int status) const {
    for (int attempt = 0; attempt < 5; ++attempt) {
      std::string run = name + std::to_string(attempt);
      Process process(gradzoo_words(train + run + " --checkpoint-every 7"), folder);
      if (stop_after(process, scratch.file(run), rows, signal) == status) return run;
    }
    FAIL("no run was met midway");
    return "";
  }
};

}  // namespace

TEST_CASE("Every model ends bit for bit the same, whether it was interrupted, killed, or neither") {
  for (const Task& task : every_task()) {
    CAPTURE(task.model);
    CAPTURE(task.data);
    const Runs runs(task);
    runs.finish(runs.train + "whole");
    const std::pair<std::ptrdiff_t, int> stops[] = {{1, SIGINT}, {1, SIGKILL}, {15, SIGKILL}};
    for (const auto& [rows, signal] : stops) {
      const int status = signal == SIGINT ? 130 : 128 + signal;
      const std::string run =
          runs.stopped_run("stopped" + std::to_string(rows + signal) + "-", rows, signal, status);
      runs.finish("train --resume --threads 1 --out " + run);
      check_same_run(runs.scratch.file(run), runs.scratch.file("whole"));
    }
  }
}

TEST_CASE("An interrupted run says how to go on, a finished one that it is finished") {
  const Runs runs({"vae", "data"});
  Process process(gradzoo_words(runs.train + "run"), runs.folder);
  stop_after(process, runs.scratch.file("run"), 1, SIGTERM);
  if (process.wait() == 130) CHECK(contains(process.out(), "gradzoo train --resume run"));
  runs.finish("train --resume --threads 1 --out run");
  const std::string checkpoint = read_file(runs.scratch.file("run/checkpoint.safetensors"));
  const ProcessResult again = run_gradzoo("train --resume --threads 1 --out run", runs.folder);
  CHECK(again.status == 0);
  CHECK(contains(again.out, "finished"));
  CHECK(read_file(runs.scratch.file("run/checkpoint.safetensors")) == checkpoint);
}

TEST_CASE("A finished run goes on to more epochs, as if it had been asked for them at once") {
  const Runs runs({"vae", "data"});
  const std::string train = "train vae --threads 1 --data data --batch 10 --set hidden=16 --out ";
  runs.finish(train + "whole --epochs 3");
  runs.finish(train + "run --epochs 1");
  runs.finish("train --resume --threads 1 --out run --epochs 3");
  check_same_run(runs.scratch.file("run"), runs.scratch.file("whole"));
}

TEST_CASE("A run is repeated by its config file, and its bytes do not depend on the number of threads") {
  for (const Task& task : every_task()) {
    CAPTURE(task.model);
    CAPTURE(task.data);
    const ScratchDirectory scratch;
    write_small_dataset(scratch.file("data"), 1200, 24, 28);
    const auto train = [&](const std::string& line) {
      const ProcessResult result = run_gradzoo("train " + line, scratch.file(""));
      REQUIRE_MESSAGE(result.status == 0, result.err);
    };
    train(fmt::format("{} --data {} --steps 5{} --threads 1 --out t1", task.model, task.data,
                      set_values(task.model, kQuick)));
    const std::string expected = read_file(scratch.file("t1/checkpoint.safetensors"));
    for (const char* threads : {"2", "3", "8"}) {
      const std::string run = std::string("t") + threads;
      train(std::string("--config t1/config.toml --threads ") + threads + " --out " + run);
      CHECK_MESSAGE(read_file(scratch.file(run + "/checkpoint.safetensors")) == expected, threads);
      CHECK(read_file(scratch.file(run + "/config.toml")) == read_file(scratch.file("t1/config.toml")));
    }
  }
}

TEST_CASE("Runs without a name take the next free number") {
  const Runs runs({"vae", "data"});
  for (int i = 0; i < 2; ++i) runs.finish("train vae --threads 1 --data data --steps 2 --set hidden=4");
  CHECK(std::filesystem::exists(runs.scratch.file("runs/vae-1/report.html")));
  CHECK(std::filesystem::exists(runs.scratch.file("runs/vae-2/report.html")));
}
