#pragma once

#include <algorithm>
#include <chrono>
#include <filesystem>
#include <sstream>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include <doctest/doctest.h>
#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "experiments/small_runs.h"
#include "gradzoo/models/registry.h"
#include "gradzoo/models/run/session.h"

/// Runs that are stopped or killed, and go on.
namespace gradzoo::test {

/// The rows of metrics.jsonl without what a clock wrote.
inline std::vector<nlohmann::json> rows_of(const std::string& run) {
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

inline void check_same_run(const std::string& run, const std::string& expected) {
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
inline int stop_after(Process& process, const std::string& run, std::ptrdiff_t rows, int signal) {
  while (process.running() && std::ranges::count(read_file(run + "/metrics.jsonl"), '\n') < rows) {
    std::this_thread::sleep_for(std::chrono::milliseconds(1));
  }
  process.signal(signal);
  return process.wait();
}

/// A model with data that it learns from: "data" is a folder of small images.
struct ResumeTask {
  std::string model, data;
};

inline std::vector<ResumeTask> tasks_on_images() {
  std::vector<ResumeTask> tasks;
  for (const ModelEntry& model : model_registry()) {
    if (model.data(find_kind("images"))) tasks.push_back({model.name, "data"});
  }
  return tasks;
}

inline std::vector<ResumeTask> tasks_on_points() {
  std::vector<ResumeTask> tasks;
  for (const ModelEntry& model : model_registry()) {
    if (!model.data(find_kind("0 and 1"))) continue;
    tasks.push_back({model.name, model.data(find_kind("points")) ? "ring8" : "bars-and-stripes"});
  }
  return tasks;
}

using Values = std::vector<std::pair<std::string, std::string>>;
inline const Values kSmall = {
    {"hidden", "16"},      {"generator_hidden", "16"}, {"discriminator_hidden", "16"},
    {"channels", "8"},     {"couplings", "2"},         {"flow_couplings", "2"},
    {"flow_hidden", "16"}, {"flow_channels", "8"},     {"flow_low_couplings", "1"},
    {"low_couplings", "1"}};
inline const Values kQuick = {
    {"chain_steps", "3"}, {"sample_steps", "10"}, {"buffer", "1000"}, {"walk", "5"}};

/// `--set` of those values that the model has a setting for.
inline std::string set_values(const std::string& model, const Values& values) {
  std::string line;
  const RunOptions options(find_model(model));
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

  explicit Runs(const ResumeTask& task)
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

/// A run ends bit for bit the same, whether it was interrupted, killed, or neither.
inline void check_resumes(const ResumeTask& task) {
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

}  // namespace gradzoo::test
