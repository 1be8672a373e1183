#include <algorithm>
#include <filesystem>
#include <initializer_list>
#include <iterator>
#include <optional>

#include "gradzoo/base/error.h"
#include "gradzoo/base/text.h"
#include "gradzoo/datasets/registry.h"
#include "gradzoo/experiments/config_file.h"
#include "gradzoo/experiments/opened_run.h"
#include "gradzoo/experiments/run_directory.h"
#include "gradzoo/experiments/zoo.h"

namespace gradzoo {
namespace {

namespace fs = std::filesystem;

constexpr const char* kKinds[] = {".cc",   ".cpp",   ".csv", ".cxx",         ".dot", ".gif",  ".gv",
                                  ".gz",   ".h",     ".htm", ".html",        ".ini", ".jpeg", ".jpg",
                                  ".json", ".jsonl", ".md",  ".npy",         ".npz", ".pdf",  ".png",
                                  ".ps",   ".pt",    ".py",  ".safetensors", ".sh",  ".svg",  ".tar",
                                  ".tiff", ".toml",  ".txt", ".webp",        ".xml", ".yaml", ".zip"};

// The ending of a path that says what the file is; "" where it says nothing.
std::string ending_of(const fs::path& path) {
  const std::string ending = lower(path.extension().string());
  return std::ranges::find(kKinds, ending) == std::end(kKinds) ? "" : ending;
}

// Where a path leads, links resolved as far as there is something; it has no slash at its end.
fs::path resolved(const fs::path& path) {
  std::error_code error;
  fs::path there = fs::weakly_canonical(fs::absolute(path, error), error);
  if (error) there = fs::absolute(path, error).lexically_normal();
  return there.has_filename() ? there : there.parent_path();
}

bool lies_in(const fs::path& inner, const fs::path& outer) {
  return std::ranges::mismatch(outer, inner).in1 == outer.end();
}

bool is_same(const fs::path& a, const fs::path& b) {
  std::error_code error;
  return a == b || fs::equivalent(a, b, error);
}

bool is_device(const fs::path& path) {
  std::error_code error;
  return fs::is_other(path, error) || fs::is_character_file(path, error) || fs::is_fifo(path, error);
}

// The run or lab that wrote this file, or will.
std::optional<fs::path> owner_of(const fs::path& file) {
  std::error_code error;
  const fs::path folder = file.parent_path(), above = folder.parent_path();
  const RunDirectory run(folder.string());
  const auto own = {run.config(), run.metrics(), run.checkpoint(), run.weights(), run.card(), run.report()};
  if (fs::exists(run.config(), error) && std::ranges::find(own, file.string()) != own.end()) return folder;
  if (fs::exists(folder / "lab.json", error) && fs::exists(file, error)) return folder;
  const bool is_epoch = folder.filename() == "samples" && file.filename().string().starts_with("epoch-");
  if (is_epoch && fs::exists(RunDirectory(above.string()).config(), error)) return above;
  return {};
}

// The files and folders of data.
std::vector<fs::path> places_of_data(const std::string& word) {
  std::error_code error;
  if (word == "mnist") return {mnist_folder()};
  if (std::ranges::count(dataset_names(), word) > 0 || !fs::exists(word, error)) return {};
  std::vector<fs::path> places{word};
  if (!word.ends_with(".npy")) return places;
  for (const char* part : {"_labels.npy", "_test.npy", "_test_labels.npy"})
    if (fs::path file = word.substr(0, word.size() - 4) + part; fs::exists(file, error))
      places.push_back(std::move(file));
  return places;
}

// The folder of a background: none if the background is a colour or noise.
std::vector<fs::path> places_of_background(const std::string& background) {
  ImageOptions images;
  images.background = background;
  return images.has_scene() && background != "noise" ? std::vector<fs::path>{background}
                                                     : std::vector<fs::path>{};
}

// The places that a word of the command line reads; of a run its data, since owner_of() protects its files.
std::vector<fs::path> places_of(const std::string& typed) {
  std::error_code error;
  constexpr std::string_view kBackground = "background=";
  if (typed.starts_with(kBackground)) return places_of_background(typed.substr(kBackground.size()));
  const size_t cut = fs::exists(typed, error) ? std::string::npos : typed.find('=');
  const bool is_setting = cut != std::string::npos;  // names a run, or no place
  const std::string word = is_setting ? typed.substr(cut + 1) : typed;
  try {
    if (const std::string run = find_run(word); is_run(run)) {
      std::vector<fs::path> places;
      for (const auto& [key, value] : read_config(RunDirectory(run).config()).values)
        if (key == "data" || key == "background")
          std::ranges::move(key == "data" ? places_of_data(value) : places_of_background(value),
                            std::back_inserter(places));
      return places;
    }
    return is_setting ? std::vector<fs::path>{} : places_of_data(word);
  } catch (const Error&) {  // whoever opens it says what is wrong
    return {};
  }
}

// "--html page.html" for an option, and only the path for an argument.
std::string as_typed(const Output& output) {
  return (output.name.starts_with("--") ? output.name + " " : "") + output.path;
}

// "--out x.png or x.svg": names that the output may have.
std::string names_like(const Output& output) {
  std::string names;
  for (const std::string& ending : output.endings)
    if (!ending.empty() || names.empty()) names += (names.empty() ? "x" : " or x") + ending;
  return as_typed({output.name, names});
}

}  // namespace

void check_outputs(const std::string& command, std::span<const Output> outputs,
                   std::span<const std::string> inputs) {
  std::vector<fs::path> there;
  for (const Output& output : outputs) {
    const std::string typed = as_typed(output);
    if (!output.endings.empty() && std::ranges::count(output.endings, ending_of(output.path)) == 0)
      throw Error("{}: {} is not a name for {}. Hint: {}", command, typed, output.what, names_like(output));
    const fs::path at = there.emplace_back(resolved(output.path));
    if (const std::optional<fs::path> owner = owner_of(at))
      throw Error("{}: {} is a file of {}. Hint: give another name", command, typed, owner->string());
    for (size_t i = 0; i + 1 < there.size(); ++i)
      if (is_same(there[i], at) && !is_device(at))
        throw Error("{}: {} and {} are the same file. Hint: give two names", command, as_typed(outputs[i]),
                    typed);
    for (const std::string& input : inputs) {
      for (const fs::path& place : places_of(input)) {
        const fs::path from = resolved(place);
        if (is_same(at, from))
          throw Error("{}: {} is the same file as the input {}. Hint: give another name", command, typed,
                      place.string());
        if (lies_in(at, from))
          throw Error("{}: {} is inside the input {}. Hint: give a place outside the input", command, typed,
                      place.string());
        if (lies_in(from, at))
          throw Error("{}: {} contains the input {}. Hint: give another place", command, typed,
                      place.string());
      }
    }
  }
}

}  // namespace gradzoo
