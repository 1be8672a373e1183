#include "gradzoo/runs/opened_run.h"

#include <algorithm>
#include <vector>

#include <doctest/doctest.h>

#include "gradzoo/autograd/ops.h"
#include "gradzoo/state/checkpoint.h"
#include "runs/resumed_runs.h"

namespace gradzoo {
using namespace test;

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
}

}  // namespace gradzoo
