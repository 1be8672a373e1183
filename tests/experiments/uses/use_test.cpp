#include "gradzoo/experiments/uses/use.h"

#include <limits>
#include <map>

#include <doctest/doctest.h>
#include <fmt/format.h>

#include "autograd/kernels/threads/parallel.h"
#include "experiments/refusals.h"
#include "gradzoo/autograd/ops.h"
#include "gradzoo/autograd/runtime.h"
#include "gradzoo/datasets/images/npy.h"
#include "gradzoo/experiments/uses/sample_quality.h"
#include "gradzoo/models/registry.h"

using namespace gradzoo;
using namespace gradzoo::test;

// Every registered model against every use, by processes of their own, on small images or points.
namespace {

constexpr std::pair<const char*, const char*> kSmall[] = {{"hidden", "8"},
                                                          {"generator_hidden", "8"},
                                                          {"discriminator_hidden", "8"},
                                                          {"channels", "8"},
                                                          {"chain_steps", "5"},
                                                          {"sample_steps", "5"},
                                                          {"latent", "2"},
                                                          {"couplings", "1"},
                                                          {"flow_couplings", "1"},
                                                          {"flow_channels", "4"},
                                                          {"walk", "2"},
                                                          {"flow_low_couplings", "1"},
                                                          {"flow_hidden", "8"},
                                                          {"ais_temperatures", "10"},
                                                          {"flow_steps", "10"},
                                                          {"ais_chains", "5"},
                                                          {"importance_samples", "2"},
                                                          {"bound_samples", "2"}};

/// Runs of two steps, each trained when it is first asked for.
class Runs {
 public:
  Runs() { write_small_dataset(scratch_.file("data"), 120, 24, 8); }

  const std::string& folder() const { return folder_; }
  static bool learns_images(const ModelEntry& entry) { return entry.data(find_kind("images")); }

  const std::string& run_of(const std::string& model, const std::string& setting = "") {
    const auto [known, is_new] = made_.try_emplace(model + setting, fmt::format("{}{}", model, made_.size()));
    const std::string& name = known->second;
    if (!is_new) return name;
    const ModelEntry& entry = find_model(model);
    std::string line = fmt::format("train {} --threads 1 --steps 2 --batch 20 --data {} --out {}", model,
                                   learns_images(entry) ? "data" : "ring8", name);
    for (const auto& [key, value] : kSmall)
      if (RunOptions(entry).table().has(key)) line += fmt::format(" --set {}={}", key, value);
    if (!setting.empty()) line += " --set " + setting;
    const ProcessResult trained = run_gradzoo(line, folder_);
    REQUIRE_MESSAGE(trained.status == 0, line, ": ", trained.err);
    save_npy(scratch_.file(name + ".npy"), learns_images(entry) ? zeros({2, 8, 8}) : zeros({2, 2}));
    return name;
  }

 private:
  ScratchDirectory scratch_;
  std::string folder_ = scratch_.file("");
  std::map<std::string, std::string> made_;
};

// The shortest way to ask for it.
std::string line_of(const Use& use, const std::string& run) {
  const std::map<std::string, std::string> rest = {{"inpaint", " -n 4"},
                                                   {"interpolate", " -n 1"},
                                                   {"denoise", " -n 4"},
                                                   {"anomaly", " --against noise -n 4"},
                                                   {"log-prob", " " + run + ".npy -n 2"},
                                                   {"compose", " " + run + " -n 4 --set steps=4"},
                                                   {"logz", " --chains 2 --temperatures 3"},
                                                   {"c2st", " test -n 20"},
                                                   {"probe", " -n 100"}};
  const auto found = rest.find(use.name);
  return use.name + " " + run + (found == rest.end() ? "" : found->second) + " --threads 1";
}

// That it works, and leaves its picture where all pictures go.
void check_works(const Use& use, const std::string& run, const std::string& folder) {
  const std::string line = line_of(use, run);
  const ProcessResult done = run_gradzoo(line, folder);
  CHECK_MESSAGE(done.status == 0, line, ": ", done.err);
  const bool draws = use.name != "eval" && use.name != "compare";  // of these data there is no strip
  const std::string begin = "samples/" + use.name + "-";
  if (draws) CHECK_MESSAGE(contains(done.out, run + "/" + begin), done.out);
}

}  // namespace

TEST_CASE("every model does what its abilities say, or is refused with a hint that helps") {
  Runs runs;
  std::map<std::string, std::map<std::string, bool>> can;
  for (const Use& use : uses()) {
    for (const ModelEntry& entry : model_registry()) {
      const DataShape shape = find_kind(Runs::learns_images(entry) ? "images" : "points").small();
      const std::string& run = runs.run_of(entry.name);
      CAPTURE(use.name);
      CAPTURE(entry.name);
      const std::optional<CapableModel> able = ask(entry, use.missing, shape);
      if (able && able->setting.empty()) {
        check_works(use, run, runs.folder());
        continue;
      }
      const ProcessResult refused = run_gradzoo(line_of(use, run), runs.folder());
      CHECK(refused.status == 1);
      const size_t hint = refused.err.find("Hint: ");
      REQUIRE_MESSAGE(hint != std::string::npos, refused.err);
      CHECK_MESSAGE(contains(refused.err, entry.name + ", which "), refused.err);
      // What the hint names are the models that can, and where a setting is named it helps.
      if (able) {
        CHECK_MESSAGE(contains(refused.err.substr(hint), able->setting), refused.err);
        check_works(use, runs.run_of(entry.name, able->setting), runs.folder());
      }
      for (const CapableModel& other : capable_models(use.missing, shape))
        CHECK_MESSAGE(contains(refused.err.substr(hint), names_of({other})), refused.err);
    }
  }
}

TEST_CASE("what has no score of its own, or no label to know, is told which setting gives it one") {
  Runs runs;
  const std::tuple<std::string, std::string, std::string, std::string> cases[] = {
      {"dae", "noise=masking", "inpaint", "--set noise=gaussian"},
      {"score", "conditional=true", "denoise", "--set conditional=false"},
      {"vae", "conditional=true", "anomaly", "--set conditional=false"},
  };
  for (const auto& [model, setting, use, hint] : cases) {
    const auto found = std::ranges::find(uses(), use, &Use::name);
    const std::string& run = runs.run_of(model, setting);
    check_refused(line_of(*found, run), runs.folder(), {model, hint});
  }
  check_refused("interpolate " + runs.run_of("cnce"), runs.folder(), {"learned points", "on images", "vae"});
}

TEST_CASE("a run whose images have changed by one byte is refused by every use, and still draws samples") {
  Runs runs;
  const std::map<std::string, std::string> able = {{"logz", "rbm"}, {"interpolate", "vae"}, {"probe", "vae"}};
  std::map<std::string, std::string> run_of;
  for (const Use& use : uses()) {
    const auto other = able.find(use.name);
    run_of[use.name] = runs.run_of(other == able.end() ? "ebm" : other->second);
    check_works(use, run_of[use.name], runs.folder());
  }
  const std::string file = runs.folder() + "/data/train-images-idx3-ubyte";
  std::string bytes = read_file(file);
  bytes.back() = static_cast<char>(bytes.back() ^ 1);
  write_file(file, bytes);
  for (const Use& use : uses())
    check_refused(line_of(use, run_of[use.name]), runs.folder(),
                  {"have changed since the run began", "SHA-256", "Hint: restore the old images"});
  run_ok("sample " + runs.run_of("ebm") + " -n 2", runs.folder());
}

TEST_CASE("an evaluation and a comparison measure the bytes that gradzoo sample draws") {
  Runs runs;
  const std::string run = runs.run_of("vae"), judge = runs.run_of("classifier");
  run_ok("sample " + run + " -n 10 --out x.npy", runs.folder());
  const std::string npy = read_file(runs.folder() + "/x.npy");
  std::vector<float> values(10 * 64);
  std::memcpy(values.data(), npy.data() + npy.size() - values.size() * sizeof(float),
              values.size() * sizeof(float));
  const Tensor drawn = tensor(std::vector<double>(values.begin(), values.end()), {10, 64});
  const InFolder inside(runs.folder());
  OpenedRun opened(run);
  Rng rng = opened.sample_stream();
  CHECK(flatten_rows(opened.samples(10, rng)).to_vector() == drawn.to_vector());
  const SampleMetrics metrics =
      metrics_of(opened, classifier_of(std::make_unique<OpenedRun>(judge), opened), Split::test);
  const SampleQuality found = metrics.measure(drawn);
  const std::string with = " -n 10 --json --classifier " + judge;
  const auto evaluated = json_of("eval " + run + with, runs.folder());
  CHECK(evaluated["samples"]["frechet_distance"] == found.frechet.value);
  CHECK(evaluated["samples"]["nearest_training_image_mean"] == found.statistics.nearest_mean.value);
  const auto compared = json_of("compare " + run + with, runs.folder());
  CHECK(compared[0]["frechet_distance"] == found.frechet.value);
}

TEST_CASE("every use has its help, and what all have is refused alike where it is wrong") {
  const ScratchDirectory scratch;
  const std::string folder = scratch.file("");
  for (const Use& use : uses()) {
    const std::string help = run_gradzoo(use.name + " --help", folder).out;
    check_says(help, {"--seed", "--threads", "--json"});
    const std::string names = use.names == UseNames::set_and_set ? " nothing nothing" : " nothing";
    check_refused(use.name + names, folder, {"nothing"});
    check_refused(use.name + names + " --thread 3", folder, {"'--thread'", "'--threads'"});
    if (use.names == UseNames::runs)
      check_refused(use.name, folder,
                    {use.fewest == 1 ? "no run is given" : "two or more runs", "Hint: gradzoo " + use.name});
    if (use.names == UseNames::run_and_files) check_says(help, {"RUN [FILE...]"});
    if (!use.count.meaning.empty()) check_refused(use.name + names + " -n 0", folder, {"-n"});
    if (!use.file_meaning.empty())
      check_refused(use.name + names + " --out x.gif", folder, {"x.gif", "x.png"});
  }
}

TEST_CASE("the page of uses has the table that the models give") {
  const std::string page = read_file(source_dir() + "/docs/uses.md");
  std::string table;
  for (const std::vector<std::string>& row : use_table()) {
    std::string line = "|";
    for (const std::string& cell : row) line += fmt::format(" {} |", cell.empty() ? "-" : cell);
    table += line + "\n";
    if (row[0] != "model") continue;
    for (size_t i = 0; i < row.size(); ++i) table += "|---";
    table += "|\n";
  }
  CHECK_MESSAGE(contains(page, table), "docs/uses.md wants:\n", table);
}

TEST_CASE("a number's key ends in its unit, its line has it apart, and no error is told in powers of ten") {
  const Quantities numbers{{"psnr_gain", 12.5, 0.25, "dB", "over the noisy images"},
                           {"far", 123456, 3283, "nats/image", ""},
                           {"unknown", NAN, NAN, "", ""}};
  nlohmann::ordered_json object;
  add_numbers(object, numbers);
  CHECK(object["psnr_gain_db"] == 12.5);
  CHECK(object["psnr_gain_db_standard_error"] == 0.25);
  CHECK(object["far_nats_per_image"] == 123456);
  CHECK(object["unknown"].is_null());
  const std::string lines = number_lines(numbers);
  check_says(lines, {"12.5 ± 0.250    dB", "± 3300"});
  CHECK(std::ranges::count(lines, '\n') == 2);
}

TEST_CASE("whoever shows a run flushes denormals, as training does") {
  kernels::set_flush_denormals(false);
  volatile double tiny = std::numeric_limits<double>::min();
  CHECK(tiny / 2 > 0);
  {
    const RunMode mode;
    volatile double half = tiny / 2;
    CHECK(half == 0);
  }
  kernels::set_flush_denormals(false);
}

TEST_CASE("a run is opened with the threads that were set, unless it is told another number") {
  const int before = num_threads();
  for (const int set : {2, 1}) {
    set_num_threads(set);
    const RunMode mode;
    CHECK(num_threads() == set);
  }
  { const RunMode mode(2); }
  CHECK(num_threads() == 2);
  set_num_threads(before);
}
