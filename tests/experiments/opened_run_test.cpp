#include "gradzoo/experiments/opened_run.h"

#include <algorithm>
#include <filesystem>
#include <vector>

#include <doctest/doctest.h>

#include "experiments/refusals.h"
#include "experiments/resumed_runs.h"
#include "experiments/run_checkpoint.h"
#include "gradzoo/autograd/ops.h"
#include "gradzoo/autograd/random.h"
#include "gradzoo/datasets/images/npy.h"
#include "gradzoo/state/checkpoint.h"
#include "support/error_message.h"
#include "support/scratch.h"
#include "support/small_model.h"

namespace gradzoo {
using namespace test;

TEST_CASE("a run of a model that this program lacks is refused by its name") {
  const SmallRun run;
  const std::string config = run.folder + "/run/config.toml";
  std::string text = read_file(config);
  const size_t at = text.find("model = \"");
  REQUIRE(at != std::string::npos);
  text.replace(at, text.find('\n', at) - at, "model = \"beta-vae\"");
  write_file(config, text);
  const std::string told = error_message([&] { OpenedRun opened(run.folder + "/run"); });
  CHECK_MESSAGE(contains(told, " has no model 'beta-vae'. Hint: use the program"), told);
}

TEST_CASE("samples in several blocks are drawn by their own labels, and none comes twice") {
  const ScratchDirectory scratch;
  const std::string folder = scratch.file(""), path = scratch.file("run");
  write_small_dataset(scratch.file("data"), 60, 12, 8);
  run_ok(
      "train vae --data data --steps 30 --batch 10 --set conditional=true --set hidden=8 "
      "--set latent=2 --out run",
      folder);
  const OpenedRun run(path);
  const auto drawn = [&](const Tensor& labels) {
    Rng rng = run.sample_stream();
    return run.samples(260, rng, labels);
  };
  Tensor labels = zeros({260}, DType::i64);
  const Tensor of_zeros = drawn(labels);
  std::fill_n(labels.mutable_data<int64_t>() + 130, 130, 1);
  const Tensor mixed = drawn(labels);
  // Three blocks of 87; within one, a draw from the prior may group rows by label.
  CHECK(mixed.rows(0, 87).to_vector() == of_zeros.rows(0, 87).to_vector());
  std::vector<std::vector<double>> rows;
  for (int64_t i = 0; i < 260; ++i) {
    if (i >= 130) CHECK(mixed.rows(i, i + 1).to_vector() != of_zeros.rows(i, i + 1).to_vector());
    rows.push_back(of_zeros.rows(i, i + 1).to_vector());
  }
  std::ranges::sort(rows);
  CHECK(std::ranges::adjacent_find(rows) == rows.end());
}

TEST_CASE("a model opens from a config's text and its weights' bytes as from their folder") {
  const OpenedRun run("zoo/realnvp");
  const std::string text = test::read_file(run.directory.config()),
                    bytes = test::read_file(run.directory.weights());
  const SafetensorsReader weights("bytes", std::string_view(bytes));
  const OpenedModel opened = open_model(parse_config("a text", text), weights, true);
  CHECK(opened.step == run.step);
  CHECK(opened.shape.example == run.shape.example);
  Rng rng = run.sample_stream(), again = run.sample_stream();
  CHECK(opened.model->sample({10, rng}).to_vector() == run.model->sample({10, again}).to_vector());
  CHECK_THROWS_WITH_AS(open_model(parse_config("a text", "seed = 1\n"), weights, true),
                       doctest::Contains("a text: names no model"), Error);
  // A tensor too many is of another model.
  const ScratchDirectory scratch;
  State more = opened.model->weights().state;
  Tensor extra = zeros({1});
  int64_t step = opened.step;
  more.add("extra", extra);
  more.add("trainer.step", step);
  save_checkpoint(scratch.file("more"), more, weights.metadata());
  CHECK_THROWS_WITH_AS(
      open_model(parse_config("a text", text), SafetensorsReader(scratch.file("more")), true),
      doctest::Contains("'extra' is in the file, but not in this model"), Error);
  // Sides that no image has are not a shape, and ask for no memory.
  for (const char* sides : {"4097x28", "-1x28", "28x", "28x0", ""}) {
    Metadata wrong = weights.metadata();
    wrong["example"] = sides;
    save_checkpoint(scratch.file("wrong"), opened.model->weights().state, wrong);
    CHECK_THROWS_WITH_AS(
        open_model(parse_config("a text", text), SafetensorsReader(scratch.file("wrong")), true),
        doctest::Contains("do not give the shape of an example"), Error);
  }
}

TEST_CASE("a run of points from before they had units opens as it is, and goes on to the same bytes") {
  const ScratchDirectory scratch;
  const std::string folder = scratch.file("");
  Rng rng(1, "opened_run_test");
  save_npy(scratch.file("points.npy"), randn({60, 2}, rng) * 1000.0 + 500.0);
  run_ok("train flow-matching --data points.npy --steps 4 --batch 10 --set hidden=8 --out run", folder);
  std::filesystem::copy(scratch.file("run"), scratch.file("old"), std::filesystem::copy_options::recursive);
  const InFolder inside(folder);
  {
    const OpenedRun now("run");
    CHECK(now.model->units().length() == doctest::Approx(1000).epsilon(0.2));
    CHECK(now.model->units().centre.to_vector()[0] == doctest::Approx(500).epsilon(0.8));
    Rng draws = now.sample_stream();
    CHECK(max(abs(now.samples(50, draws))).item() > 500);
  }
  const OpenedRun settings("run");
  const auto train_old = [&](int64_t stop_at, const std::string& directory) {
    RunData data(settings.options->data, settings.options->training);
    data.leave_units();
    Session session(*settings.options, std::move(data));
    Unwatched observer;
    observer.stop_at = stop_at;
    session.train(observer);
    CHECK(session.state.find("units.scale") == nullptr);
    save_run_checkpoint(RunDirectory(directory), session.state, "flow-matching", session.data.shape());
  };
  train_old(2, "old");
  {
    const OpenedRun old("old");
    CHECK(old.step == 2);
    CHECK_FALSE(old.model->units().is_set());
    CHECK_FALSE(old.shape.units.is_set());
    Rng draws = old.sample_stream();
    CHECK(max(abs(old.samples(50, draws))).item() < 100);  // as it always was
  }
  run_ok("train --resume --out old", folder);
  std::filesystem::create_directory("whole");
  train_old(-1, "whole");
  CHECK(read_file("old/checkpoint.safetensors") == read_file("whole/checkpoint.safetensors"));
}

}  // namespace gradzoo
