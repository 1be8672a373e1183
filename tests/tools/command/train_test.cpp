#include <doctest/doctest.h>

#include "tools/refusals.h"

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
  const ProcessResult finished = run_gradzoo("train --resume run", run.folder);
  CHECK(finished.status == 0);
  CHECK_MESSAGE(contains(finished.out, "gradzoo train --resume run with larger --epochs"), finished.out);
  const ProcessResult longer = run_gradzoo("train --resume run --epochs 3 --threads 1", run.folder);
  CHECK_MESSAGE(longer.status == 0, longer.err);
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
    check_refused(line, run.folder, {"data have changed", "SHA-256", "begin a new run"});
  write_file(images, before);
  CHECK(run_gradzoo("eval run", run.folder).status == 0);
}

TEST_CASE("A seed is kept to the last digit, and one beyond doubles is refused") {
  const SmallRun run;
  const std::string train = std::string(kTrain) + "--steps 1 --out seeded --seed ";
  REQUIRE(run_gradzoo(train + "9007199254740991", run.folder).status == 0);
  CHECK(contains(read_file(run.scratch.file("seeded/config.toml")), "seed = 9007199254740991\n"));
  CHECK(run_gradzoo("train --resume seeded --steps 2", run.folder).status == 0);
  check_refused(std::string(kTrain) + "--steps 1 --out other --seed 9007199254740993", run.folder,
                {"'seed'", "out of range"});
}

TEST_CASE("An empty folder that exists is as good as a new one, and stays where nothing came of the run") {
  const SmallRun run;
  std::filesystem::create_directory(run.scratch.file("mine"));
  check_refused(std::string(kTrain) + "--batch 100000 --out mine", run.folder, {"batch"});
  CHECK(std::filesystem::is_directory(run.scratch.file("mine")));
  CHECK(run_gradzoo(std::string(kTrain) + "--steps 1 --out mine", run.folder).status == 0);
  CHECK(std::filesystem::exists(run.scratch.file("mine/report.html")));
  check_refused(std::string(kTrain) + "--steps 1 --out mine", run.folder, {"mine exists already"});
}

TEST_CASE("A learning rate of zero is said to change nothing") {
  const SmallRun run;
  const ProcessResult trained = run_gradzoo(std::string(kTrain) + "--steps 1 --lr 0 --out still", run.folder);
  CHECK(trained.status == 0);
  CHECK(contains(trained.err, "--lr 0 changes no weight"));
}
