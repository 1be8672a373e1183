#include <filesystem>

#include <doctest/doctest.h>

#include "experiments/refusals.h"
#include "plot/pages/report.h"

using namespace gradzoo::test;

TEST_CASE("A setting that is given as an option of its own is answered by how it is set") {
  const ScratchDirectory scratch;
  const std::string folder = scratch.file("");
  check_refused("train vae --latent 2", folder, {"'--latent'", "Hint: --set latent=2"});
  check_refused("train vae --latent=3", folder, {"'--latent'", "Hint: --set latent=3"});
  check_refused("train vae --importance-samples 9 --seed 1", folder, {"--set importance_samples=9"});
  check_refused("train vae --latent --seed 1", folder, {"--set latent=VALUE"});
  check_refused("train vae --epoch 3", folder, {"'--epoch'", "did you mean '--epochs'"});
  check_refused("train --latent=2", folder, {"'--latent'", "--data"});
  check_refused("train vae ---", folder, {"'---'"});
}

TEST_CASE("A run is resumed by its name alone") {
  const SmallRun run;
  const ProcessResult finished = run_ok("train --resume run", run.folder);
  CHECK_MESSAGE(contains(finished.out, "gradzoo train --resume run with larger --epochs"), finished.out);
  const ProcessResult longer = run_ok("train --resume run --epochs 3 --threads 1", run.folder);
  CHECK(contains(longer.out, "steps 12 to 18, into run"));
  check_refused("train --resume", run.folder, {"--resume RUN"});
}

TEST_CASE("A run whose images have changed is neither resumed nor evaluated, and says so") {
  SmallRun run;
  const std::string images = run.scratch.file("data/t10k-images-idx3-ubyte");
  const std::string before = read_file(images);
  std::string changed = before;
  changed.back() = static_cast<char>(changed.back() ^ 1);
  write_file(images, changed);
  for (const char* line : {"train --resume run --epochs 3", "eval run"})
    check_refused(line, run.folder, {"data have changed", "SHA-256", "start a new run"});
  write_file(images, before);
  run_ok("eval run", run.folder);
  std::filesystem::remove_all(cache_of_processes());  // its classifier would measure the runs of other cases
}

TEST_CASE("A seed is kept to the last digit, and one beyond doubles is refused") {
  const SmallRun run;
  const std::string train = std::string(kTrain) + "--steps 1 --out seeded --seed ";
  run_ok(train + "9007199254740991", run.folder);
  CHECK(contains(read_file(run.scratch.file("seeded/config.toml")), "seed = 9007199254740991\n"));
  run_ok("train --resume seeded --steps 2", run.folder);
  for (const char* beyond : {"9007199254740992", "9007199254740993"})
    check_refused(std::string(kTrain) + "--steps 1 --out other --seed " + beyond, run.folder,
                  {"'seed'", "out of range"});
}

TEST_CASE("An empty folder that exists is as good as a new one, and stays where nothing came of the run") {
  const SmallRun run;
  std::filesystem::create_directory(run.scratch.file("mine"));
  const std::string train = "train vae --data data --set hidden=8 --set latent=2 --out mine --batch ";
  check_refused(train + "100000", run.folder, {"'batch': 100000 is out of range"});
  check_refused(train + "20 --set shards=4", run.folder, {"shards=4 do not divide a batch of 10 rows"});
  CHECK(std::filesystem::is_directory(run.scratch.file("mine")));
  run_ok(std::string(kTrain) + "--steps 1 --out mine", run.folder);
  CHECK(std::filesystem::exists(run.scratch.file("mine/report.html")));
  check_refused(std::string(kTrain) + "--steps 1 --out mine", run.folder, {"mine exists already"});
}

TEST_CASE("A learning rate of zero is said to change nothing") {
  const SmallRun run;
  const ProcessResult trained = run_ok(std::string(kTrain) + "--steps 1 --lr 0 --out still", run.folder);
  CHECK(contains(trained.err, "--lr 0 changes no weight"));
}

TEST_CASE("Samples that cannot be drawn are a warning, also in the report; what was trained is kept") {
  const ScratchDirectory scratch;
  write_small_dataset(scratch.file("data"), 120, 24, 8);
  const std::string train =
      "train score --threads 1 --data data --batch 20 --steps 4 --set hidden=8 --set sample_step=";
  run_ok(train + "0.001 --out right", scratch.file(""));
  const ProcessResult trained = run_ok(train + "1000 --out run", scratch.file(""));
  const std::string said = trained.out;
  CHECK_MESSAGE(contains(said, "warning: no samples: ula: "), said);
  CHECK(said.find("warning: ") == said.rfind("warning: "));  // pictures fail for the same reason
  CHECK(contains(said, "not made: samples, pictures (the report gives the reasons)"));
  CHECK((read_file(scratch.file("run/checkpoint.safetensors")) ==
         read_file(scratch.file("right/checkpoint.safetensors"))));
  const std::string page = read_file(scratch.file("run/report.html"));
  check_says(page, {"This page has no samples: ula: a chain is ", "This page has no pictures: "});
  std::filesystem::remove(scratch.file("run/report.html"));
  const ProcessResult report = run_ok("report run --threads 1", scratch.file(""));
  CHECK(contains(report.out, "warning: no samples: "));
  CHECK(contains(read_file(scratch.file("run/report.html")), "This page has no samples: "));
  CHECK(contains(run_gradzoo("train --resume run", scratch.file("")).out, "run is finished"));
  check_refused("sample run", scratch.file(""), {"the chains diverge"});  // nothing else was asked
}

// The checkpoint is written first, so a kill may come before the rest.
TEST_CASE("An epoch whose checkpoint is all that was written of it is made whole by a resumed run") {
  const SmallRun run;
  const auto file = [&](const char* name) { return run.scratch.file(std::string("run/") + name); };
  const std::string metrics = read_file(file("metrics.jsonl")),
                    picture = read_file(file("samples/epoch-0002.png"));
  const size_t rows = metrics.rfind("{\"step\"", metrics.rfind("valid_"));
  for (const std::string& left : {metrics.substr(0, rows), metrics, metrics.substr(0, metrics.size() - 9)}) {
    write_file(file("metrics.jsonl"), left);
    std::filesystem::remove(file("samples/epoch-0002.png"));
    std::filesystem::remove(file("report.html"));
    run_ok("train --resume run --threads 1", run.folder);
    const auto without_clock = [](const std::string& text) {
      return text.substr(0, text.rfind("\"seconds\""));
    };
    CHECK(without_clock(read_file(file("metrics.jsonl"))) == without_clock(metrics));
    CHECK((read_file(file("samples/epoch-0002.png")) == picture));
    CHECK(gradzoo::report_mark(file("report.html")) == "step 12 of 12, with pictures");
  }
}
