#include "plot/pages/report.h"

#include <chrono>
#include <filesystem>
#include <thread>

#include <doctest/doctest.h>

#include "experiments/refusals.h"

// A run has a report at every moment, and a report knows of which step it is.
using namespace gradzoo::test;

namespace {

constexpr const char* kLong = "--epochs 100000 --checkpoint-every 3 --out run";

std::string mark_of(const SmallRun& run) { return gradzoo::report_mark(run.scratch.file("run/report.html")); }

bool appears(const std::string& path) {
  for (int wait = 0; wait < 3000 && !std::filesystem::exists(path); ++wait)
    std::this_thread::sleep_for(std::chrono::milliseconds(10));
  return std::filesystem::exists(path);
}

// A page without the column that says where settings come from: of a run that was read back, config.toml.
std::string without_sources(std::string page) {
  for (const std::string cell :
       {"<td>set</td>", "<td>epochs</td>", "<td>vae</td>", "<td>config</td>", "<td>default</td>"}) {
    for (size_t at; (at = page.find(cell)) != std::string::npos;) page.erase(at, cell.size());
  }
  return page;
}

// Trains without an end, up to the signal.
int signalled_run(const ScratchDirectory& scratch, int signal) {
  write_small_dataset(scratch.file("data"), 120, 24, 8);
  Process process(gradzoo_words(kTrain + std::string(kLong)), scratch.file(""));
  REQUIRE(appears(scratch.file("run/report.html")));
  process.signal(signal);
  return process.wait();
}

}  // namespace

TEST_CASE("A run that was stopped or killed has a report, and report makes it anew with pictures") {
  for (const auto& [signal, status] : {std::pair(SIGTERM, 130), {SIGKILL, 128 + SIGKILL}}) {
    const ScratchDirectory scratch;
    CHECK(signalled_run(scratch, signal) == status);
    const std::string before = read_file(scratch.file("run/report.html"));
    CHECK(contains(before, "gradzoo train --resume run"));
    CHECK_FALSE(contains(gradzoo::report_mark(scratch.file("run/report.html")), "pictures"));
    run_ok("report run --threads 1", scratch.file(""));
    CHECK(contains(gradzoo::report_mark(scratch.file("run/report.html")), "pictures"));
    CHECK(std::filesystem::exists(scratch.file("run/samples/reconstructions.png")));
  }
}

TEST_CASE("The report of a stopped run of digits tells what was measured of its samples") {
  const ScratchDirectory scratch;
  Process process(gradzoo_words("train vae --set hidden=8 --batch 5000 --epochs 20 --out run --threads 1"),
                  scratch.file(""));
  REQUIRE(appears(scratch.file("run/metrics.jsonl")));
  while (process.running() && !contains(read_file(scratch.file("run/metrics.jsonl")), "valid_digit_fid"))
    std::this_thread::sleep_for(std::chrono::milliseconds(20));
  process.signal(SIGTERM);
  CHECK(process.wait() == 130);
  CHECK(contains(read_file(scratch.file("run/report.html")), "valid digit fid</"));
}

TEST_CASE("A run that diverged has a report that says where and why") {
  const ScratchDirectory scratch;
  write_small_dataset(scratch.file("data"), 60, 12, 8);
  const ProcessResult result =
      run_gradzoo(std::string(kTrain) + "--epochs 50 --lr 1000 --out run", scratch.file(""));
  CHECK(result.status == 1);
  const std::string page = read_file(scratch.file("run/report.html"));
  check_says(page, {"Training ended after step ", "not finite"});
}

TEST_CASE("What a finished run shows is the same, made anew") {
  const SmallRun run;
  const std::string page = run.scratch.file("run/report.html");
  const std::string before = read_file(page);
  CHECK(mark_of(run) == "step 12 of 12, with pictures");
  CHECK_FALSE(contains(before, "class=\"notice\""));
  std::filesystem::remove(page);
  run_ok("report run --threads 1", run.folder);
  CHECK((without_sources(read_file(page)) == without_sources(before)));
  check_refused("report nothing", run.folder, {"the run nothing does not exist"});
  check_refused("report", run.folder, {"RUN is missing"});
}

TEST_CASE("A resumed run that has nothing left to train makes a report of another step anew") {
  const SmallRun run;
  const std::string page = run.scratch.file("run/report.html");
  const std::string old = read_file(page);
  const auto resume = [&](const std::string& more) {
    const ProcessResult result = run_ok("train --resume --out run --threads 1" + more, run.folder);
    return result.out;
  };
  resume(" --epochs 3");
  CHECK(mark_of(run) == "step 18 of 18, with pictures");
  const std::string whole = read_file(page);
  // As a run that is killed behind its last checkpoint leaves it, or one of a version without marks.
  for (const std::string& left : {old, std::string("<!DOCTYPE html>"), std::string()}) {
    write_file(page, left);
    CHECK(contains(resume(""), "report:"));
    CHECK((without_sources(read_file(page)) == without_sources(whole)));
  }
  CHECK(contains(resume(""), "finished"));
}

TEST_CASE("A run that was moved while it trains is not written any more where it lay") {
  const ScratchDirectory scratch;
  write_small_dataset(scratch.file("data"), 120, 24, 8);
  Process process(gradzoo_words(kTrain + std::string(kLong)), scratch.file(""));
  REQUIRE(appears(scratch.file("run/report.html")));
  std::filesystem::rename(scratch.file("run"), scratch.file("moved"));
  const ProcessResult other = run_gradzoo(kTrain + std::string("--epochs 1 --out run"), scratch.file(""));
  const std::string checkpoint = read_file(scratch.file("run/checkpoint.safetensors"));
  CHECK(process.wait() == 1);
  INFO(process.err());
  CHECK((contains(process.err(), "was moved") || contains(process.err(), "No such file")));
  CHECK(other.status == 0);
  CHECK(read_file(scratch.file("run/checkpoint.safetensors")) == checkpoint);
  run_ok("report moved", scratch.file(""));
}
