#include "gradzoo/experiments/metrics_log.h"

#include <algorithm>
#include <cmath>
#include <filesystem>

#include <doctest/doctest.h>
#include <sys/stat.h>

#include "support/error_message.h"
#include "support/scratch.h"

using namespace gradzoo;
using namespace gradzoo::test;

namespace {

const std::vector<MetricInfo> kMetrics = {{"loss", "nats/image", "a loss"}, {"grad_norm", "", "a norm"}};

void append(MetricsLog& log, int64_t step, double loss, double seconds) {
  const double values[] = {loss, 2.0};
  log.append({step, static_cast<double>(step) / 10, 0.001, values, 1234.4}, kMetrics, seconds);
}

}  // namespace

TEST_CASE("Rows come back with units in their keys") {
  const ScratchDirectory scratch;
  MetricsLog log(scratch.file("m"));
  append(log, 5, 0.1, 1.5);
  log.append_validation(10, 1.0, Quantities{{"elbo", -90.5, 0.25, "nats/image", ""}, {"fid", 3, NAN, "", ""}},
                        2.0);
  const auto rows = read_metrics(scratch.file("m"));
  REQUIRE(rows.size() == 2);
  CHECK(rows[0].at("step") == 5);
  CHECK(rows[0].at("loss_nats_per_image") == 0.1);
  CHECK(rows[0].at("examples_per_s") == 1234);
  CHECK(rows[1].at("valid_elbo_nats_per_image") == -90.5);
  CHECK(rows[1].at("valid_elbo_nats_per_image_stderr") == 0.25);
  CHECK(rows[1].at("valid_fid") == 3);
  CHECK(rows[1].count("valid_fid_stderr") == 0);
}

TEST_CASE("Cutting back keeps the rows up to the step, and drops one that was cut short") {
  const ScratchDirectory scratch;
  {
    MetricsLog log(scratch.file("m"));
    for (int64_t step : {5, 10, 15}) append(log, step, 1.0, static_cast<double>(step));
  }
  const std::string whole = read_file(scratch.file("m"));
  const std::string two = whole.substr(0, whole.find('\n', whole.find('\n') + 1) + 1);
  for (const std::string& tail : {std::string(), std::string(R"({"step":12,"lo)"), std::string("\0\0", 2)}) {
    write_file(scratch.file("m"), two + tail);
    CHECK(MetricsLog(scratch.file("m")).cut_back(12) == 10.0);
    CHECK(read_file(scratch.file("m")) == two);
  }
  write_file(scratch.file("m"), whole);
  MetricsLog log(scratch.file("m"));
  CHECK(log.cut_back(14) == 10.0);
  append(log, 15, 1.0, 15);
  CHECK(read_file(scratch.file("m")) == whole);
  CHECK(log.cut_back(0) == 0.0);
  CHECK(read_file(scratch.file("m")).empty());
}

TEST_CASE("A damaged row in the middle is refused with its line, and nothing is cut") {
  const ScratchDirectory scratch;
  {
    MetricsLog log(scratch.file("m"));
    for (int64_t step : {5, 10, 15, 20}) append(log, step, 1.0, static_cast<double>(step));
  }
  const std::string whole = read_file(scratch.file("m"));
  const auto refusal = [&](const std::string& was, const std::string& is) {
    std::string damaged = whole;
    damaged.replace(damaged.find(was), was.size(), is);
    write_file(scratch.file("m"), damaged);
    const std::string message = error_message([&] { MetricsLog(scratch.file("m")).cut_back(15); });
    CHECK(read_file(scratch.file("m")) == damaged);
    return message;
  };
  for (const char* bytes : {"{\"step\":1x,", "{\"step\":-1,", "{\"stop\":10,", "[\"step\":10,"})
    CHECK_MESSAGE(contains(refusal("{\"step\":10,", bytes), "line 2 is not a row. Hint: "), bytes);
  // The damaged step alone would cut the rows behind it, or hide the one before.
  CHECK(contains(refusal("{\"step\":10,", "{\"step\":90,"), "line 3 has a smaller step"));
  CHECK(contains(refusal("{\"step\":10,", "{\"step\":18446744073709551615,"), "line 2"));
  CHECK(contains(refusal("{\"step\":15,", "{\"step\":1,"), "line 3 has a smaller step"));
  // Beyond the checkpoint's step rows go, whatever they are.
  write_file(scratch.file("m"), whole + "no row\n");
  CHECK(MetricsLog(scratch.file("m")).cut_back(15) == 15.0);
  CHECK(std::ranges::count(read_file(scratch.file("m")), '\n') == 3);
}

TEST_CASE("A link or a pipe in the place of metrics is refused at once, and nothing gets into its target") {
  const ScratchDirectory scratch;
  write_file(scratch.file("mine"), "private");
  std::filesystem::create_symlink("mine", scratch.file("m"));
  ::mkfifo(scratch.file("pipe").c_str(), 0600);
  for (const char* name : {"m", "pipe"}) {
    CHECK(contains(error_message([&] { MetricsLog log(scratch.file(name)); }), "not a plain file. Hint: "));
    CHECK(contains(error_message([&] { read_metrics(scratch.file(name)); }), "no plain file. Hint: "));
  }
  CHECK(read_file(scratch.file("mine")) == "private");
}

TEST_CASE("Metrics that were moved away are not written any more") {
  const ScratchDirectory scratch;
  MetricsLog log(scratch.file("m"));
  log.sync();
  std::filesystem::rename(scratch.file("m"), scratch.file("moved"));
  CHECK(contains(error_message([&] { log.sync(); }), "was moved"));
  write_file(scratch.file("m"), "");
  CHECK(contains(error_message([&] { log.close(); }), "was moved"));
}

TEST_CASE("A run that another process trains is refused") {
  const ScratchDirectory scratch;
  const MetricsLog log(scratch.file("m"));
  CHECK(contains(error_message([&] { MetricsLog second(scratch.file("m")); }), "in use"));
  CHECK(contains(error_message([] { MetricsLog nowhere("/nonexistent/m"); }), "cannot write"));
}

TEST_CASE("A number that is not finite is written as null and not read as one") {
  const ScratchDirectory scratch;
  MetricsLog log(scratch.file("m"));
  append(log, 5, NAN, 1.0);
  CHECK(contains(read_file(scratch.file("m")), "\"loss_nats_per_image\":null"));
  CHECK(read_metrics(scratch.file("m"))[0].count("loss_nats_per_image") == 0);
}

TEST_CASE("A key's unit is told from its name") {
  const auto parts = [](const char* key) { return metric_name(key).name + " | " + metric_name(key).unit; };
  CHECK(parts("bce_kl_nats_per_image") == "bce kl | nats/image");
  CHECK(parts("kl_nats") == "kl | nats");
  CHECK(parts("nll_bits_per_dim") == "nll | bits/dim");
  CHECK(parts("error_percent") == "error | %");
  CHECK(parts("modes_covered_modes") == "modes covered | modes");
  CHECK(parts("grad_norm") == "grad norm | ");
}
