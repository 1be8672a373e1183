#include <memory>

#include <doctest/doctest.h>
#include <nlohmann/json.hpp>

#include "experiments/refusals.h"
#include "gradzoo/experiments/uses/sample_quality.h"
#include "support/approx.h"
#include "support/html_tags.h"
#include "support/png_decoder.h"

using namespace gradzoo;
using namespace gradzoo::test;

TEST_CASE("runs of different models stand side by side, with reasons for what is missing") {
  const SmallRun run;
  const std::string common = " --threads 1 --batch 20 --epochs 1 --out ";
  const auto trained = [&](const std::string& line, const std::string& out) {
    run_ok("train " + line + common + out, run.folder);
  };
  trained("vae --data data --set hidden=8 --set latent=2 --set pixels=dynamic-binary", "binary");
  trained("gan --data data --set net=dcgan --set channels=8 --set conditional=true", "game");
  trained("classifier --data data --set net=mlp --set hidden=8,8", "judge");

  const ProcessResult plain = run_ok("compare binary game -n 10 --html plain.html", run.folder);
  check_says(plain.out, {"class-FID", "bound of -log p(x)", "game: no density: G draws", "page: plain.html",
                         "class-FID compares 10 samples"});

  const ProcessResult json =
      run_ok("compare binary game -n 10 --classifier judge --json --html page.html", run.folder);
  const auto runs = nlohmann::json::parse(json.out);
  REQUIRE(runs.size() == 2);
  CHECK(runs[0]["model"] == "vae");
  CHECK(runs[0]["binary"] == true);
  CHECK(runs[0]["density"]["name"] == "negative_elbo");
  CHECK(runs[0]["parameters"] == (64 * 8 + 8) + (8 * 4 + 4) + (2 * 8 + 8) + (8 * 64 + 64));
  CHECK(runs[1]["why_no_density"].get<std::string>() != "");
  CHECK(runs[1]["binary"] == false);
  const std::string metrics = read_file(run.folder + "/game/metrics.jsonl");
  const size_t last = metrics.rfind('\n', metrics.size() - 2);
  CHECK(runs[1]["seconds_to_train"] == nlohmann::json::parse(metrics.substr(last + 1))["seconds"]);
  for (const auto& each : runs) {
    CHECK(each["frechet_distance"].get<double>() > 0);
    CHECK(each["seconds_to_train"].get<double>() >= 0);  // of so short a run perhaps none
    CHECK(each["seconds_to_draw_100"].get<double>() > 0);
    CHECK(each["samples"] == 10);
    CHECK(each.contains("confident_share"));
    CHECK_FALSE(each.contains("kernel_distance"));  // ten make no two blocks
  }
  // On the test set, which the runs have not seen.
  {
    const InFolder inside(run.folder);
    OpenedRun binary("binary");
    const Examples test = binary.data().evaluation_examples(Split::test);
    for (const Quantity& quantity : binary.model->validate(binary.data().view(test)))
      if (!quantity.density_kind.empty())
        CHECK(runs[0]["density"]["value"].get<double>() == approx(quantity.value));
    const SampleMetrics metrics =
        metrics_of(binary, classifier_of(std::make_unique<OpenedRun>("judge"), binary), Split::test);
    CHECK(runs[0]["frechet_distance"].get<double>() == approx(quality_of(binary, metrics, 10).frechet.value));
  }
  const ProcessResult strip =
      run_ok("compare binary game -n 24 --classifier judge --strip strip.png --html strip.html", run.folder);
  // Two rows, each a caption and an image a class.
  const std::string bytes = read_file(run.folder + "/strip.png");
  const PngDecoder rows(bytes);
  CHECK(rows.width > 2 * rows.height);
  const std::string page = read_file(run.folder + "/page.html");
  CHECK(is_well_nested(page));
  CHECK(contains(page, "binary: measured with binary images"));
  const auto tags = html_tags(page);
  CHECK(std::ranges::count_if(tags, [](const HtmlTag& tag) { return tag.name == "img"; }) ==
        3);  // with the strip

  run_ok("compare binary game -n 24 --classifier judge --markdown zoo.md --html zoo.html", run.folder);
  const std::string markdown = read_file(run.folder + "/zoo.md");
  CHECK(std::ranges::count(markdown, '\n') == 4);
  check_says(markdown, {"| vae, binary | ![vae](zoo-1-vae.png) | bound of -log p(x): ", "| gan | ![gan]",
                        " none |", "`gradzoo train gan --data"});
  CHECK(read_file(run.folder + "/zoo-2-gan.png").starts_with("\x89PNG"));

  trained("rbm --data data --set hidden=8", "units");
  const ProcessResult summed = run_ok("compare units --json --html units.html", run.folder);
  CHECK(nlohmann::json::parse(summed.out)[0]["density"]["kind"] == "log p(x)");

  check_refused("compare binary judge", run.folder, {"judge is a run of classifier", "draws no samples"});
  check_refused("compare binary --strip x.jpg", run.folder, {"x.jpg is not a name for a picture", "x.png"});

  // A run that cannot be measured leaves the others their numbers.
  std::filesystem::copy(run.folder + "/game", run.folder + "/lost", std::filesystem::copy_options::recursive);
  write_file(run.folder + "/lost/metrics.jsonl", "no row\n{}\n");
  const ProcessResult part = run_gradzoo("compare lost units --json --html part.html", run.folder);
  CHECK(part.status == 1);
  CHECK_MESSAGE(contains(part.err, "gradzoo: compare: lost: "), part.err);
  const auto measured = nlohmann::json::parse(part.out);
  REQUIRE(measured.size() == 1);
  CHECK(measured[0]["run"] == "units");
  CHECK(contains(read_file(run.folder + "/part.html"), "units"));
  check_refused("compare", run.folder, {"no run is given", "gradzoo compare"});
  trained("vae --set hidden=8 --set latent=2 --data mnist", "digits");
  check_refused("compare binary digits", run.folder, {"learned", "mnist", "runs of the same data"});
  // The same images turned are others, for whoever compares.
  trained("vae --data data --set hidden=8 --set latent=2 --set rotate=20", "turned");
  trained("vae --data data --set hidden=8 --set latent=2", "upright");
  for (const char* use : {"compare", "probe"})
    check_refused(std::string(use) + " upright turned", run.folder,
                  {std::string(use) + ": upright learned", "without changes, but turned learned rotate=20",
                   "runs of the same images"});
}

TEST_CASE("points are compared by what is known of the truth, and those of other noise not at all") {
  const ScratchDirectory scratch;
  const std::string folder = scratch.file("");
  for (const std::string line :
       {"ebm --out a", "nce --out b", "ebm --set toy_noise=0.1 --out c", "ebm --set toy_scale=2 --out d"}) {
    run_ok("train " + line + " --data ring8 --steps 3 --threads 1", folder);
  }
  const ProcessResult both = run_ok("compare a b --json", folder);
  const auto runs = nlohmann::json::parse(both.out);
  for (const auto& each : runs) CHECK(each["density"]["name"] == "kl");
  CHECK(contains(runs[1]["why_no_ruler"].get<std::string>(), "points"));
  check_refused("compare a b --strip x.png", folder, {"which no classifier measures", "remove --strip"});
  for (const char* other : {"c", "d"})
    check_refused(std::string("compare a ") + other, folder, {"another scale or noise"});
}
