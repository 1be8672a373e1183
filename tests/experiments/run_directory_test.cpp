#include "gradzoo/experiments/run_directory.h"

#include <filesystem>

#include <doctest/doctest.h>

#include "gradzoo/experiments/zoo.h"
#include "support/error_message.h"
#include "support/scratch.h"

using namespace gradzoo;
using namespace gradzoo::test;

TEST_CASE("A run directory that is not kept goes, with the folders made for it, and nothing else") {
  const ScratchDirectory scratch;
  std::filesystem::create_directory(scratch.file("mine"));
  { const NewRunDirectory run(scratch.file("mine/a/b/run/"), "vae"); }
  CHECK(std::filesystem::exists(scratch.file("mine")));
  CHECK_FALSE(std::filesystem::exists(scratch.file("mine/a")));
  {
    NewRunDirectory run(scratch.file("mine/a/b/run"), "vae");
    run.keep();
  }
}

TEST_CASE("The runs of the zoo are in the order of their names") {
  const ScratchDirectory zoo;
  const std::vector<std::string> names = {"a", "b", "ca", "cb", "d", "e", "f", "g"};
  for (const char* name : {"g", "cb", "a", "f", "ca", "d", "b", "e"}) {
    std::filesystem::create_directory(zoo.file(name));
    write_file(zoo.file(name) + "/weights.safetensors", "");
  }
  std::filesystem::create_directory(zoo.file("no-run"));
  ::setenv("GRADZOO_ZOO", zoo.file("").c_str(), 1);
  CHECK(zoo_names() == names);
  ::unsetenv("GRADZOO_ZOO");
}

TEST_CASE("A directory that another has begun is not taken for an empty one, and is left to it") {
  const ScratchDirectory scratch;
  std::filesystem::create_directory(scratch.file("empty"));
  for (const char* name : {"run", "empty"}) {
    NewRunDirectory first(scratch.file(name), "vae");
    CHECK(contains(error_message([&] { NewRunDirectory(scratch.file(name), "vae"); }), "exists already"));
    write_file(first.directory().config(), "");
    first.keep();
    std::vector<std::string> files;
    for (const auto& entry : std::filesystem::directory_iterator(scratch.file(name)))
      files.push_back(entry.path().filename().string());
    CHECK(files == std::vector<std::string>{"config.toml"});
  }
}

TEST_CASE("A directory that exists is left as it is") {
  const ScratchDirectory scratch;
  std::filesystem::create_directory(scratch.file("run"));
  write_file(scratch.file("run/file"), "mine");
  CHECK(contains(error_message([&] { NewRunDirectory(scratch.file("run"), "vae"); }), "exists already"));
  CHECK(
      contains(error_message([&] { NewRunDirectory(scratch.file("run/file/deep"), "vae"); }), "cannot make"));
  CHECK(read_file(scratch.file("run/file")) == "mine");
}

TEST_CASE("Only a folder with a config file is a run") {
  const ScratchDirectory scratch;
  const RunDirectory run(scratch.file("run"));
  CHECK(contains(error_message([&] { run.check_is_run(); }), "does not exist"));
  std::filesystem::create_directory(run.path());
  CHECK(contains(error_message([&] { run.check_is_run(); }), "not a run"));
  write_file(run.config(), "");
  CHECK(error_message([&] { run.check_is_run(); }).empty());
}

TEST_CASE("The epochs with a picture are found in order, other files are not") {
  const ScratchDirectory scratch;
  NewRunDirectory made(scratch.file("run"), "vae");
  const RunDirectory& run = made.directory();
  run.make_samples_folder();
  for (const char* ending : {".png", ".svg"}) {
    const int64_t first = ending == std::string(".png") ? 0 : 1;
    for (int64_t epoch : {12, 2, 10000}) write_file(run.epoch_picture(first + epoch, ending), "");
    for (const char* other : {"epoch-x", "epoch-", "sample-seed3", "epoch-3b"})
      write_file(run.picture(other + std::string(ending)), "");
  }
  write_file(run.picture("epoch-0007.npy"), "");
  std::vector<int64_t> epochs;
  for (const auto& [epoch, path] : run.epoch_pictures()) {
    epochs.push_back(epoch);
    CHECK(path == run.epoch_picture(epoch, epoch % 2 == 0 ? ".png" : ".svg"));
  }
  CHECK(epochs == std::vector<int64_t>{2, 3, 12, 13, 10000, 10001});
}
