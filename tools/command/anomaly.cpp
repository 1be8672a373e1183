#include "tools/uses/anomaly.h"

#include <filesystem>
#include <optional>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "autograd/kernels/threads/parallel.h"
#include "autograd/tape.h"
#include "base/error.h"
#include "base/text.h"
#include "tools/command/command_line.h"
#include "tools/command/commands.h"
#include "tools/command/shared_options.h"

namespace gradzoo {
namespace {

using Json = nlohmann::ordered_json;

/// A run's model on its own images and others.
struct Judged {
  SavedRun run;
  AgainstImages images;
  AnomalyReport report;
};

Judged judged_by(SavedRun run, const std::string& against, int64_t count, uint64_t seed) {
  if (!run.shape.is_image())
    throw Error("anomaly: {} draws points, and images are what is judged. Hint: a run on images",
                run.directory.path());
  AgainstImages images = images_against(run, against, count, seed);
  AnomalyReport report = judge(*run.model, images, seed);
  return {std::move(run), std::move(images), std::move(report)};
}

std::string text_of(const Judged& judged) {
  const auto& [run, images, report] = judged;
  std::string text = fmt::format(
      "{}: {} test images of {} against {} of {}\n", printable(run.directory.path()), images.own.dim(0),
      printable(images.told_own), images.others.dim(0), printable(images.told_others));
  text += fmt::format("  score   {}\n", report.statistic);
  text +=
      fmt::format("  AUROC   {:.4f} +- {:.4f}{}\n", report.area.value, report.area.standard_error,
                  report.area.value < 0.5 ? " (below chance: the others look likelier than its own)" : "");
  text += fmt::format("  caught  {:.1f} % of the others, where 5 % of its own are called strange\n",
                      100 * report.caught_at_5);
  if (!images.remark.empty()) text += "  but     " + images.remark + "\n";
  return text;
}

Json json_of(const Judged& judged) {
  const auto& [run, images, report] = judged;
  return {{"run", run.directory.path()},
          {"step", run.step},
          {"own", images.told_own},
          {"own_images", images.own.dim(0)},
          {"others", images.told_others},
          {"other_images", images.others.dim(0)},
          {"statistic", report.statistic},
          {"auroc", report.area.value},
          {"auroc_standard_error", report.area.standard_error},
          {"caught_at_5_percent", report.caught_at_5},
          {"remark", images.remark}};
}

// "fashion", "digit9", or the last part of a path.
std::string file_word(const std::string& against) {
  std::string word = std::filesystem::path(against).lexically_normal().filename().string();
  std::erase(word, '=');
  return word.empty() ? "others" : word;
}

}  // namespace

int anomaly_command(const Arguments& arguments) {
  std::string run_path, against, out;
  int64_t count = 1000, seed = -1, threads = 0;
  bool json = false;
  CommandLine line("anomaly",
                   "How well a run's model tells test images of the kind that it learned from others, by an "
                   "energy, a score, a velocity or a bound: the area under the receiver operating "
                   "characteristic (AUROC).");
  line.positional("RUN", run_path, "a run directory");
  line.option("--against", "WHAT", against,
              "the others: noise (uniform bytes), digit=9 (a label, best of a run with --set exclude=9), "
              "fashion or another dataset, a folder of IDX files, or a run on such images, whose model then "
              "judges the other way round as well");
  line.option("-n", "N", count, "test images of each (default: 1000)", 10, 10'000);
  line.option("--out", "FILE", out, "x.png (default: RUN/samples/anomaly-<what>-seed<S>.png)");
  add_seed(line, seed, "of what is drawn (default: the run's)");
  add_threads(line, threads);
  line.flag("--json", json, "print one JSON object");
  if (!line.parse(arguments)) {
    fmt::print("{}", line.help());
    return 0;
  }
  if (against.empty())
    throw Error("anomaly: against what is not said. Hint: --against noise, fashion, digit=9 or a folder");
  if (!out.empty()) check_picture("anomaly", out);
  kernels::set_flush_denormals(true);
  use_threads(threads);
  const NoGrad quiet;
  SavedRun run = open_run(run_path);
  const uint64_t own_seed = seed < 0 ? run.seed() : static_cast<uint64_t>(seed);
  const Judged judged = judged_by(std::move(run), against, count, own_seed);
  std::optional<Judged> reverse;
  if (is_run(against)) reverse = judged_by(open_run(against), run_path, count, own_seed);
  if (out.empty())
    out = judged.run.directory.picture(fmt::format("anomaly-{}-seed{}", file_word(against), own_seed));
  write_png(out, anomaly_picture(judged.report, judged.images, judged.run.shape));
  if (json) {
    Json object = json_of(judged);
    object["other_way_round"] = reverse ? json_of(*reverse) : Json(nullptr);
    object["seed"] = own_seed;
    object["file"] = out;
    fmt::print("{}\n", object.dump());
  } else {
    fmt::print("{}", text_of(judged));
    if (reverse) fmt::print("the other way round\n{}", text_of(*reverse));
    fmt::print("{}\n", printable(out));
  }
  return 0;
}

}  // namespace gradzoo
