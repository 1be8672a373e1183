#include <algorithm>
#include <cstdio>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "gradzoo/base/error.h"
#include "gradzoo/base/text.h"
#include "gradzoo/commands/command_line.h"
#include "gradzoo/commands/commands.h"
#include "gradzoo/commands/shared_options.h"
#include "gradzoo/commands/values.h"
#include "gradzoo/datasets/images/check.h"
#include "gradzoo/experiments/live_line.h"
#include "gradzoo/experiments/uses/write_images.h"

namespace gradzoo {
namespace {

/// How pictures are read, by --set.
struct ImageSettings {
  ImageOptions options;
  OptionTable table;
  std::vector<std::string> assignments;

  explicit ImageSettings(CommandLine& line) {
    options.describe(table);
    line.options("--set", "KEY=VALUE", assignments, "setting for reading the images (listed below)");
    line.completes("--set", [this](const std::string& partial) { return settings_of(table.all(), partial); });
    line.reads("--set");
    line.section("Settings:", [this] { return options_table(table.all()); });
  }
  void apply() {
    for (const std::string& assignment : assignments) table.assign(assignment);
  }
};

int check(const Arguments& arguments) {
  std::string data, place, out;
  bool json = false;
  CommandLine line(
      "data check", "Checks a dataset: its files, checksums, sizes, pixels and labels, and what is skipped.",
      {{"gradzoo data check", "MNIST, which comes with the program"},
       {"gradzoo data check pictures --set size=32 --out ten.png", "your pictures, as training reads them"}});
  line.positional(
      "NAME|PATH", place,
      "mnist, fashion, a folder (pictures, IDX or CIFAR-10 files), a .npy or .npz file (default: mnist)",
      false);
  line.option("--data", "NAME|PATH", data, "the dataset, given as an option");
  line.option("--out", "FILE", out, "picture x.png with ten images of the dataset");
  line.flag("--json", json, "print one JSON object");
  ImageSettings settings(line);
  for (const char* const name : {"NAME|PATH", "--data"}) {
    line.completes(name, data_known);
    line.reads(name);
  }
  line.writes("--out", "a picture", {".png"});
  if (!line.read(arguments)) return 0;
  settings.apply();
  if (!data.empty() && !place.empty())
    throw Error("data check: {} and --data {} are two datasets. Hint: give one of them", place, data);
  if (data.empty()) data = place.empty() ? "mnist" : place;
  Countdown countdown(stderr, "reading " + printable(data));
  DatasetCheck found = check_dataset(data, settings.options, [&](double share) { countdown.done(share); });
  for (Finding& finding : found.findings) finding.text = printable(finding.text);
  const std::vector<Finding>& findings = found.findings;
  const auto bad = std::ranges::count(findings, false, &Finding::good);
  const bool drawn = !out.empty() && found.data.train_images.defined() && found.data.is_images();
  if (drawn) write_png(out, some_images(found.data, 10));
  if (json) {
    nlohmann::ordered_json object{{"data", printable(data)},
                                  {"findings", nlohmann::ordered_json::array()},
                                  {"bad", bad},
                                  {"file", drawn ? nlohmann::json(printable(out)) : nlohmann::json()}};
    for (const Finding& finding : findings)
      object["findings"].push_back({{"what", finding.what}, {"text", finding.text}, {"good", finding.good}});
    fmt::print("{}\n", object.dump());
  } else {
    for (const Finding& finding : findings)
      fmt::print("  {:<4} {:<34} {}\n", finding.good ? "ok" : "BAD", finding.what, finding.text);
    if (drawn) fmt::print("{}\n", printable(out));
  }
  if (bad == 0) return 0;
  const Finding& first = *std::ranges::find(findings, false, &Finding::good);
  throw Error(fmt::format("data check: {} of {} findings on '{}' are bad; the first is {}: {}", bad,
                          findings.size(), data, first.what, first.text));
}

int convert(const Arguments& arguments) {
  std::string from, to, form_name;
  CommandLine line("data convert", "Writes a dataset in another file format, with both parts and all labels.",
                   {{"gradzoo data convert mnist mnist.npz", "for NumPy"},
                    {"gradzoo data convert pictures small --set size=32", "a folder of smaller PNG files"}});
  line.positional("A", from, "mnist, fashion, a folder, a .npy or .npz file");
  line.completes("A", data_known);
  line.positional("B", to, "x.npy (and x_labels.npy, x_test.npy, x_test_labels.npy), x.npz, or a new folder");
  line.option("--form", "FORM", form_name,
              "file format: png (one sub-folder per class), npy, npz or idx (default: from B's ending)");
  ImageSettings settings(line);
  if (!line.read(arguments)) return 0;
  settings.apply();
  const ImageForm form =
      form_name.empty()
          ? form_of_path(to)
          : find_named(std::span<const Choice<ImageForm>>(kImageForms), form_name, "form").value;
  std::vector<std::string> inputs = settings.assignments;
  inputs.push_back(from);
  check_outputs("data convert", dataset_outputs(to, form), inputs);
  Countdown countdown(stderr, "reading " + printable(from));
  const ImageDataset data = load_images(from, settings.options, [&](double share) { countdown.done(share); });
  write_dataset(to, data, form);
  fmt::print("{}: {} images for training, {} for testing{}\n", printable(to), data.train_images.dim(0),
             data.test_images.dim(0), data.test_drawn ? ", drawn at random" : "");
  return 0;
}

}  // namespace

int data_command(const Arguments& arguments) {
  const std::vector<std::string> known = {"check", "convert"};
  // A shell that completes what follows `data check` asks that command.
  const bool completing = arguments.size() > 2 && arguments.front() == "--complete";
  Arguments rest = arguments;
  if (completing) rest.erase(rest.begin());
  std::string name = rest.empty() ? "" : rest.front();
  if (name == "check" || name == "convert") {
    if (completing)
      rest.front() = "--complete";
    else
      rest.erase(rest.begin());
    return name == "check" ? check(rest) : convert(rest);
  }
  CommandLine line("data", "Checks a dataset, or writes it in another file format.",
                   {{"gradzoo data check --help", "the options of data check"},
                    {"gradzoo data convert mnist mnist.npz", "writes MNIST for NumPy"}});
  line.positional("WHAT", name, "check or convert, followed by its own arguments", false);
  line.completes("WHAT", [&](const std::string&) { return words_known(known); });
  if (!line.read(arguments)) return 0;
  if (name.empty()) throw Error("data: no command is given. Hint: gradzoo data check");
  throw_unknown("data:", name, known);
}

}  // namespace gradzoo
