#include "tools/serve/watched_metrics.h"

#include <cmath>
#include <filesystem>
#include <fstream>

#include <doctest/doctest.h>
#include <fmt/format.h>

#include "support/approx.h"
#include "support/error_message.h"
#include "support/scratch.h"

using namespace gradzoo;
using namespace gradzoo::test;

namespace {

std::string training_row(int64_t step) {
  return fmt::format("{{\"step\": {}, \"seconds\": {}, \"loss\": {}}}\n", step, step / 10,
                     1 / (1 + static_cast<double>(step)));
}

std::string validation_row(int64_t step) {
  return fmt::format("{{\"step\": {}, \"valid_loss\": {}}}\n", step, 2 / (1 + static_cast<double>(step)));
}

void append(const std::string& path, const std::string& text) { std::ofstream(path, std::ios::app) << text; }

std::vector<double> column(const ThinnedRows& rows, const std::string& key) {
  REQUIRE(rows.columns().contains(key));
  return rows.columns().at(key);
}

}  // namespace

TEST_CASE("what is appended is read, what is torn waits, and a value stays until there is a newer one") {
  const ScratchDirectory scratch;
  const std::string path = scratch.file("m");
  append(path, training_row(1) + training_row(2) + validation_row(2));
  WatchedMetrics watched;
  const auto before = watched.of(path);
  CHECK(column(before->training, "step") == std::vector<double>{1, 2});
  CHECK(column(before->validation, "valid_loss") == std::vector<double>{2.0 / 3});
  CHECK(watched.of(path) == before);  // nothing new: nothing is read or copied
  append(path, training_row(3) + "{\"step\": 4, \"kl\"");
  const auto after = watched.of(path);
  CHECK(before->training.rows() == 2);  // whoever draws it still has it
  CHECK(column(after->training, "step") == std::vector<double>{1, 2, 3});
  CHECK(after->last.at("loss") == .25);
  CHECK(after->last.at("valid_loss") == 2.0 / 3);
  append(path, ": 5}\n");
  CHECK(column(watched.of(path)->training, "step") == std::vector<double>{1, 2, 3, 4});
  CHECK(std::isnan(column(watched.of(path)->training, "kl")[2]));
  CHECK(column(watched.of(path)->training, "kl")[3] == 5);
  CHECK(std::isnan(column(watched.of(path)->training, "loss")[3]));
  CHECK(watched.of(path)->last.at("step") == 4);
}

TEST_CASE("a long file is thinned evenly, however often it was looked at, and ends in its last row") {
  const ScratchDirectory scratch;
  const std::string all = scratch.file("all"), parts = scratch.file("parts");
  WatchedMetrics watched, at_once;
  int64_t step = 0;
  for (const int64_t next : {1, 2, 1999, 2000, 2001, 2002, 4001, 30'000, 77'777}) {
    std::string text;
    for (; step < next; ++step) text += training_row(step) + (step % 5000 == 0 ? validation_row(step) : "");
    append(all, text);
    append(parts, text);
    static_cast<void>(watched.of(parts));
  }
  const auto found = watched.of(parts), once = at_once.of(all);
  CHECK(found->training.columns() == once->training.columns());
  CHECK(found->last == once->last);
  const std::vector<double> steps = column(found->training, "step");
  CHECK(steps.size() > 1000);
  CHECK(steps.size() <= ThinnedRows::kMostRows + 1);
  for (size_t i = 0; i + 1 < steps.size(); ++i) REQUIRE(steps[i] == 64.0 * static_cast<double>(i));
  CHECK(steps.back() == 77'776);
  for (size_t i = 0; i < steps.size(); ++i)
    REQUIRE(column(found->training, "loss")[i] == approx(1 / (1 + steps[i])));
  CHECK(column(found->validation, "step").size() == 16);  // none of those few is left out
  CHECK(found->last.at("step") == 77'776);
}

TEST_CASE("another file in its place, or one that was cut, is read anew; a gone one is forgotten") {
  const ScratchDirectory scratch;
  const std::string path = scratch.file("m");
  WatchedMetrics watched;
  append(path, training_row(1) + training_row(2));
  CHECK(watched.of(path)->training.rows() == 2);
  std::filesystem::resize_file(path, training_row(1).size());
  CHECK(watched.of(path)->training.rows() == 1);
  append(scratch.file("new"), training_row(7) + training_row(8) + training_row(9));
  std::filesystem::rename(scratch.file("new"), path);
  CHECK(column(watched.of(path)->training, "step") == std::vector<double>{7, 8, 9});
  const auto before = watched.of(path);
  watched.keep_only({path});
  CHECK(watched.of(path) == before);
  watched.keep_only({});
  CHECK(watched.of(path) != before);
}

TEST_CASE("what is no row is named, and neither a line without an end nor a thousand metrics are kept") {
  const ScratchDirectory scratch;
  const std::string path = scratch.file("m");
  WatchedMetrics watched;
  const auto message = [&](const std::string& text) {
    std::filesystem::remove(path);
    append(path, text);
    return error_message([&] { static_cast<void>(watched.of(path)); });
  };
  CHECK(contains(message(training_row(1) + "nonsense\n"), "line 2 is not a row. Hint: "));
  CHECK(contains(message(training_row(1) + "nonsense\n"), "line 2 is not a row"));  // and again
  CHECK(contains(message("[1]\n"), "line 1 is not a row"));
  CHECK(contains(message(training_row(1) + std::string(3 << 20, 'x')), "line 2 has no end"));
  std::string many = "{\"step\": 1";
  for (int i = 0; i < 1000; ++i) many += fmt::format(", \"m{}\": 1", i);
  CHECK(contains(message(many + "}\n"), "more than 100 metrics"));
  CHECK(message(training_row(1)).empty());
  std::filesystem::remove(path);
  std::filesystem::create_symlink(scratch.file("other"), path);
  append(scratch.file("other"), training_row(1));
  CHECK(contains(error_message([&] { static_cast<void>(watched.of(path)); }), "a link, no plain file"));
}
