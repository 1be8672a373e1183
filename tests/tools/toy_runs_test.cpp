#include <doctest/doctest.h>

#include "experiments/refusals.h"

// Runs on toys as their users meet them: processes of their own.
using namespace gradzoo::test;

namespace {

/// A folder with short runs on ring8 that are called gan, energy and vector.
struct ToyRuns {
  ScratchDirectory scratch;
  std::string folder = scratch.file("");

  ToyRuns() {
    train("gan --out gan");
    train("score --set net=energy --set hidden=8 --set sample_steps=5 --out energy");
    train("score --set net=vector --set hidden=8 --set sample_steps=5 --out vector");
  }
  void train(const std::string& line) const {
    run_ok("train --threads 1 --data ring8 --steps 5 " + line, folder);
  }
};

}  // namespace

TEST_CASE("A toy and a model that do not fit are refused before anything is written") {
  const ScratchDirectory scratch;
  const std::pair<std::string, std::vector<std::string>> cases[] = {
      {"train vae --data ring8 --set preset=textbook", {"preset=textbook", "is for images", "--data mnist"}},
      {"train vae --data ring8 --set net=conv", {"net=conv", "Hint: "}},
      {"train vae --data mnist --set decoder_sigma=0.1", {"decoder_sigma", "Bernoulli", "--data ring8"}},
      {"train classifier --data ring8", {"classifier learns images", "ring8", "--data mnist"}},
      {"train ebm --data ring9", {"'ring9'", "'ring8'"}},
      {"train ebm --data ring8 --steps 0", {"--steps 0", "--epochs"}},
      {"train ebm --data ring8 --set toy_scale=0", {"'toy_scale'", "out of range"}},
      {"train ebm --data ring8 --set toy_scale=-2", {"'toy_scale'", "out of range"}},
      {"train ebm --data ring8 --set toy_noise=-1", {"'toy_noise'", "out of range"}},
      {"train ebm --data mnist --set toy_scale=2", {"toy_scale", "'mnist' has images"}},
      {"train ebm --data gamma --set toy_noise=2", {"gamma", "no noise"}},
      {"train ebm --data ring8 --set step=0", {"'step'", "out of range"}},
      {"train ebm --data ring8 --set chain_steps=0", {"'chain_steps'", "out of range"}},
      {"train ebm --data ring8 --set init=nothing", {"'nothing'", "data, noise, buffer"}},
      {"train score --data checkerboard --set objective=esm", {"checkerboard", "score", "ring8"}},
      {"train score --data mnist --set objective=esm", {"esm", "score of the data"}},
      {"train score --data mnist --set objective=ism", {"ism", "without noise", "data_noise"}},
      {"train score --data mnist --set objective=ssm", {"ssm", "without noise", "data_noise"}},
      {"train score --data ring8 --set objective=ism --set activation=relu", {"relu", "derivatives", "silu"}},
      {"train realnvp --data gamma", {"one coordinate is too few", "--data ring8"}},
      {"train realnvp --data bars-and-stripes", {"no density", "--data ring8"}},
      {"train realnvp --data mnist --set pixels=fixed-binary", {"density", "pixels=dequantised"}},
      {"train fce --data gamma", {"one coordinate is too few", "nce"}},
      {"train nce --data gamma --set noise=flow", {"one coordinate is too few"}},
      {"train score --data ring8 --set sigma=0", {"'sigma'", "out of range"}},
      {"train gan --data ring8 --set loss=minmax", {"'minmax'", "'minimax'"}},
      {"train gan --data ring8 --set pac=3", {"pac=3", "batch of 256", "batch=255"}},
      {"train gan --data ring8 --set negative_augmentation=jigsaw", {"jigsaw", "points"}},
      {"train gan --data ring8 --set loss=wgan-gp --set penalty=none", {"wgan-gp", "penalty=gradient"}},
      {"data check --data ring8", {"ring8 is a toy"}},
  };
  for (const auto& [line, words] : cases) check_refused(line, scratch.file(""), words);
}

TEST_CASE("A sampler that a toy run does not fit is refused, and so are steps that cannot be") {
  const ToyRuns runs;
  const std::pair<std::string, std::vector<std::string>> cases[] = {
      {"sample gan --sampler ula", {"gan", "neither", "a run of ebm, score"}},
      {"sample vector --sampler mala", {"log-density", "net=energy"}},
      {"sample energy --sampler nuts", {"'nuts'", "mala"}},
      {"sample energy --sampler mala --set step=0", {"step is 0", "above 0"}},
      {"sample energy --sampler mala --set step=-1", {"step is -1", "above 0"}},
      {"sample energy --sampler mala --set step=inf", {"'step'", "a finite number"}},
      {"sample energy --sampler mala --set steps=0", {"steps is 0", "1 or more"}},
      {"sample energy --sampler ula --set step=1e12", {"diverge", "try step=1e+11"}},
      {"sample energy --set step=1", {"--set step=1", "sample_steps", "--sampler"}},
      {"sample gan --set step=1", {"--set step=1", "--sampler"}},
      {"sample energy --set sample_steps=0", {"'sample_steps'", "out of range"}},
      {"sample gan -n 0", {"-n", "0"}},
      {"sample gan --out x.jpg", {"x.jpg is not a name for samples", "x.png"}},
      {"eval gan --classifier gan", {"gan", "not of a classifier"}},
      {"train gan --resume --out gan --data grid25", {"data=ring8", "new run"}},
      {"train gan --resume --out gan --set toy_scale=2", {"toy_scale=1", "new run"}},
  };
  for (const auto& [line, words] : cases) check_refused(line, runs.folder, words);
}

TEST_CASE("Samples of points are written as a picture, as an array and as text") {
  const ToyRuns runs;
  for (const char* file : {"x.png", "x.npy", "x.csv"})
    run_ok(std::string("sample gan -n 7 --out ") + file, runs.folder);
  const std::string text = read_file(runs.scratch.file("x.csv"));
  CHECK(std::ranges::count(text, '\n') == 7);
  CHECK(std::ranges::count(text, ',') == 7);
  CHECK(contains(read_file(runs.scratch.file("x.npy")), "'shape': (7, 2)"));
  CHECK(read_file(runs.scratch.file("x.npy")).size() == 128 + 7 * 2 * 4);
}

TEST_CASE("A toy run goes on from where it stopped, on its own scale") {
  const ToyRuns runs;
  runs.train("ebm --set hidden=8 --set sample_steps=5 --set toy_scale=2 --out ebm");
  const ProcessResult resumed = run_ok("train --resume --out ebm --steps 9", runs.folder);
  CHECK(contains(resumed.out, "steps 5 to 9"));
  CHECK(contains(read_file(runs.scratch.file("ebm/config.toml")), "toy_scale = 2"));
}

TEST_CASE("Lists and help know toys, and show the defaults that the data give") {
  const std::string listed = run_gradzoo("list datasets", "/tmp").out;
  for (const char* name : {"mnist", "ring8", "two-moons", "only samples"}) CHECK(contains(listed, name));
  CHECK(contains(run_gradzoo("list models", "/tmp").out, "images, points"));
  const auto default_of = [](const std::string& line, const std::string& key) {
    const std::string help = run_gradzoo(line + " --help", "/tmp").out;
    const size_t at = help.find("\n  " + key + " ");
    return at == std::string::npos
               ? ""
               : words_of(help.substr(help.find_first_not_of(' ', at + 3 + key.size())))[0];
  };
  CHECK(default_of("train classifier", "batch") == "128");
  CHECK(default_of("train vae", "batch") == "100");
}
