#include <filesystem>
#include <regex>
#include <string>
#include <vector>

#include <doctest/doctest.h>
#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "experiments/refusals.h"
#include "tools/course/learners.h"

// Programs with a user interface set the locale of their user: numbers are read and written as before.
using namespace gradzoo::test;

namespace {

/// What reads and writes numbers: options, data, checkpoints, metrics, pictures, charts, pages, expressions,
/// tables, JSON, the course's answers.
const std::vector<std::string> kNumberLines = {
    "train vae --threads 1 --data data --set hidden=8 --set latent=2 --batch 20 --epochs 2 --lr 0.002 --out "
    "run",
    "train --config run/config.toml --steps 5 --out again",
    "train --resume again --steps 7",
    "train nce --threads 1 --data two-moons --set hidden=8 --set toy_noise=0.15 --steps 40 --out toy",
    "report run",
    "report again",
    "report toy",
    "eval run --json",
    "eval toy --json",
    "sample run -n 1500 --seed 12345 --json --out samples.csv",
    "sample ring8 --sampler mala -n 50 --set steps=20 --set step=0.05 --json --out walk.png",
    "data convert data small.npy --set size=6",
    "data check small.npy --json",
    "explain --expr x^.5*y+1234567.25*x --at x=.25,y=1.5 --order 2 --html page.html --dot graph.dot --cpp "
    "page.cpp",
    "explain --expr x^.5*y+1234567.25*x --at x=.25,y=1.5 --order 2",
    "gradcheck softplus --json",
    "verify vae.kl_closed_form gan.jsd --json",
    "list samplers --json",
    "zoo --json",
    "train --man",
    "course check mine 1 --seed 5",
    "course show mine"};

struct Language {
  std::string name, source, charset;
};

/// A folder with the locale made by localedef; "" where that cannot be.
std::string made_locale(const ScratchDirectory& scratch, const Language& language) {
  const std::string folder = scratch.file("locales");
  std::filesystem::create_directories(folder);
  const std::string line = fmt::format("exec localedef -i {} -f {} --no-archive {}/{}", language.source,
                                       language.charset, folder, language.name);
  return run_process({"/bin/sh", "-c", line}, folder).status == 0 ? folder : "";
}

struct Printed {
  std::vector<std::string> lines;
  ScratchDirectory scratch;
};

// Times and folders differ from one run to the next, and so does whether there was time to measure samples.
std::string comparable(const std::string& text) {
  static const std::regex kOther(
      R"re((\{[^}]*"valid_confident_share"[^}]*\}\n)|("(seconds|examples_per_s)": ?)[-0-9.e+]+|[0-9.]+ (s|examples/s)\b|[0-9]+:[0-9]+|gradzoo-test-\w+)re");
  return std::regex_replace(text, kOther, "$2");
}

void run_lines(Printed& printed, const std::vector<std::string>& surroundings) {
  const std::string folder = printed.scratch.file("");
  write_small_dataset(printed.scratch.file("data"), 120, 24, 8);
  copy_solution(printed.scratch.file("mine"));
  for (const std::string& line : kNumberLines) {
    // What never ends fills no machine.
    std::vector<std::string> words = {"/bin/sh", "-c", "ulimit -v 6000000; exec timeout -s KILL 120 \"$@\"",
                                      "sh", "/usr/bin/env"};
    words.insert(words.end(), surroundings.begin(), surroundings.end());
    for (const std::string& word : gradzoo_words(line)) words.push_back(word);
    const ProcessResult result = run_process(words, folder);
    CHECK_MESSAGE(result.status == 0, line, ": ", result.err, result.out);
    printed.lines.push_back(comparable(result.out));
  }
}

}  // namespace

TEST_CASE("Under a locale with a decimal comma every number is read and written as without one") {
  Printed plain;
  run_lines(plain, {"LC_ALL=C"});
  for (const Language& language :
       {Language{"de_DE.UTF-8", "de_DE", "UTF-8"}, Language{"tr_TR.ISO-8859-9", "tr_TR", "ISO-8859-9"}}) {
    CAPTURE(language.name);
    const ScratchDirectory scratch;
    const std::string locales = made_locale(scratch, language);
    if (locales.empty()) MESSAGE("localedef makes no ", language.name, ": of C++ streams alone");
    Printed there;
    run_lines(there, {"LC_ALL=" + (locales.empty() ? "C" : language.name), "LOCPATH=" + locales,
                      "LD_PRELOAD=" + binary_dir() + "/tests/libgradzoo_decimal_comma.so"});
    for (size_t i = 0; i < kNumberLines.size(); ++i)
      // Trainings draw what there is time for; their numbers stand in files.
      if (!kNumberLines[i].starts_with("train ") && !kNumberLines[i].starts_with("report "))
        CHECK_MESSAGE(there.lines[i] == plain.lines[i], kNumberLines[i]);
    size_t compared = 0;
    for (const std::string& path : files_in(plain.scratch.file(""))) {
      const std::filesystem::path file(path);
      const std::string name = std::filesystem::relative(file, plain.scratch.path()).string();
      const bool timed = name.ends_with("report.html") || name.find(".course") != std::string::npos ||
                         name.find("metrics.jsonl") != std::string::npos;
      if (!std::filesystem::is_regular_file(file) || (timed && !name.ends_with("metrics.jsonl"))) continue;
      CHECK_MESSAGE(comparable(read_file(there.scratch.file(name))) == comparable(read_file(path)), name);
      ++compared;
    }
    CHECK(compared > 30);
  }
}
