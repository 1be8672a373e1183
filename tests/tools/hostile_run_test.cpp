#include <filesystem>

#include <doctest/doctest.h>
#include <fmt/format.h>
#include <sys/stat.h>

#include "experiments/refusals.h"

// A run directory from elsewhere: in the place of each of its files a link, a pipe, a device or a folder.
using namespace gradzoo::test;
namespace fs = std::filesystem;

namespace {

constexpr const char* kPrivate = "a private text that is nobody's business";

// Puts something else in the place of a file.
void replace(const std::string& path, const std::string& kind, const std::string& target) {
  fs::remove_all(path);
  if (kind == "pipe") {
    REQUIRE(::mkfifo(path.c_str(), 0600) == 0);
  } else if (kind == "folder") {
    fs::create_directory(path);
  } else {
    fs::create_symlink(kind == "device" ? "/dev/zero" : kind == "loop" ? path : target, path);
  }
}

}  // namespace

TEST_CASE("What is no plain file in a run is neither followed, nor written through, nor waited for") {
  const SmallRun run;
  const std::string secret = run.scratch.file("private");
  fs::rename(run.scratch.file("run"), run.scratch.file("good"));
  for (const char* name : {"config.toml", "metrics.jsonl", "checkpoint.safetensors", "report.html",
                           "samples/epoch-0001.png", "samples"}) {
    for (const char* kind : {"link", "pipe", "device", "folder", "loop"}) {
      if (std::string(name) == "samples" && std::string(kind) == "folder") continue;
      fs::remove_all(run.scratch.file("run"));
      fs::copy(run.scratch.file("good"), run.scratch.file("run"), fs::copy_options::recursive);
      write_file(secret, kPrivate);
      replace(run.scratch.file("run/" + std::string(name)), kind, secret);
      for (const char* line : {"train --resume --out run --epochs 3 --threads 1", "report run --threads 1"}) {
        std::vector<std::string> words = gradzoo_words(line);
        words.insert(words.begin(), {"/usr/bin/timeout", "-s", "KILL", "20"});
        const ProcessResult result = run_process(words, run.folder);
        INFO(name, " is a ", kind, ": ", line, " -> ", result.status, ": ", result.err);
        CHECK(result.status == 1);
        CHECK(contains(result.err, name));
        CHECK(contains(result.err, "Hint: "));
        CHECK(read_file(secret) == kPrivate);
        if (std::string(name) != "report.html")
          CHECK_FALSE(contains(read_file(run.scratch.file("run/report.html")), kPrivate));
      }
    }
  }
}

TEST_CASE("Nor do sample, eval and compare follow what stands for a checkpoint or the settings") {
  const SmallRun run;
  for (const char* name : {"config.toml", "checkpoint.safetensors", "metrics.jsonl"}) {
    const std::string path = run.scratch.file("run/" + std::string(name)), kept = run.scratch.file("kept");
    fs::rename(path, kept);
    for (const char* kind : {"link", "pipe", "device"}) {
      replace(path, kind, kept);
      for (const char* line : {"sample run --out x.png", "eval run", "compare run run"})
        check_refused(line, run.folder, {name, "Hint: "});
    }
    fs::remove(path);
    fs::rename(kept, path);
  }
}

TEST_CASE("Settings and metadata that ask for all memory are refused before it is taken") {
  const SmallRun run;
  const std::string config = run.scratch.file("run/config.toml"), good = read_file(config);
  const std::string checkpoint = run.scratch.file("run/checkpoint.safetensors"),
                    weights = read_file(checkpoint);
  const auto refusal = [&](const std::string& line) {
    const std::string limited =
        fmt::format("ulimit -v 1500000; exec timeout -s KILL 20 {} {}", shell_word(command()), line);
    const ProcessResult result = run_process({"/bin/sh", "-c", limited}, run.folder);
    INFO(line, " -> ", result.status, ": ", result.err);
    CHECK(result.status == 1);
    CHECK(contains(result.err, "far fewer than a model with the settings"));
  };
  std::string wide = good;
  wide.replace(wide.find("hidden = 8"), 10, "hidden = 65536");
  write_file(config, wide);
  for (const char* line : {"train --resume --out run --epochs 3", "report run", "sample run", "eval run"})
    refusal(line);
  write_file(config, good);
  std::string large = weights;
  large.replace(large.find("\"8x8\""), 5, "\"4096x4096\"");
  const size_t header =
      static_cast<unsigned char>(weights[0]) + 256 * static_cast<unsigned char>(weights[1]) + 6;
  large[0] = static_cast<char>(header % 256), large[1] = static_cast<char>(header / 256);
  write_file(checkpoint, large);
  refusal("sample run");
}
