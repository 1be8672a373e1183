#include <doctest/doctest.h>

#include "experiments/refusals.h"

using namespace gradzoo::test;

TEST_CASE("Rows end with how many of them hold") {
  const ProcessResult result = run_ok("verify vae.kl_closed_form gan.jsd", "/tmp");
  CHECK_MESSAGE(contains(result.out, "2 of 2 rows hold, in 0:0"), result.out);
}

TEST_CASE("Rows whose data are not there are told first, the others run, and what they measured is printed") {
  const ScratchDirectory scratch;
  std::vector<std::string> words =
      gradzoo_words("verify rbm.784x16 vae.kl_closed_form classifier.test_error");
  words.insert(words.begin(), {"/usr/bin/env", "GRADZOO_DATA=" + scratch.file("")});
  const ProcessResult told = run_process(words, scratch.file(""));
  CHECK(told.status == 1);
  const size_t refused = told.out.find("----  rbm.784x16"), ran = told.out.find("ok    vae.kl_closed_form");
  CHECK_MESSAGE(refused < ran, told.out);
  CHECK(ran != std::string::npos);
  check_says(told.out, {"did not run: ", "----  classifier.test_error", "1 of 3 rows hold"});
  CHECK(std::ranges::count(told.err, '\n') == 1);
  check_says(told.err, {"verify: 2 of 3 rows did not run, first ", ": ", "Hint: "});
  words.emplace_back("--json");
  const ProcessResult json = run_process(words, scratch.file(""));
  CHECK(json.status == 1);
  const auto object = nlohmann::json::parse(json.out);
  CHECK(object["not_run"] == 2);
  CHECK(object["failed"] == 0);
  CHECK(object["rows"][0]["row"] == "vae.kl_closed_form");
  CHECK(object["rows"][0]["pass"] == true);
  CHECK(contains(object["rows"][1]["refusal"].get<std::string>(), "Hint: "));
}

TEST_CASE("Planted errors are shown with their values, each seen by its row; what has none is refused") {
  const ProcessResult result = run_ok("verify --plant vae.kl_closed_form", "/tmp");
  check_says(result.out,
             {"must be at most 1e-09", "without an error", "holds", "twice the size", "fails, as it must"});
  CHECK_FALSE(contains(result.out, "NOT DETECTED"));
  const ProcessResult none = run_gradzoo("verify --plant rbm.784x500", "/tmp");
  CHECK(none.status == 1);
  CHECK_MESSAGE(contains(none.err, "rbm.784x500 has no error injections"), none.err);
}
