#include <algorithm>
#include <filesystem>

#include <doctest/doctest.h>
#include <nlohmann/json.hpp>

#include "experiments/refusals.h"
#include "gradzoo/autograd/ops.h"
#include "gradzoo/experiments/opened_run.h"
#include "state/eight_bits.h"
#include "state/half.h"
#include "support/largest_difference.h"
#include "support/paths.h"

using namespace gradzoo;
using namespace gradzoo::test;

TEST_CASE("a run's averages in 8 and 16 bits are a run themselves, which nothing is written to") {
  const SmallRun run;
  run_ok(
      "train flow-matching --data data --threads 1 --set channels=8 --set classes=labels "
      "--batch 20 --epochs 1 --out flow",
      run.folder);
  for (const char* seed : {"1", "2"})
    run_ok(std::string("train --config flow/config.toml --seed ") + seed + " --out flow" + seed, run.folder);
  check_refused("zoo --keep flow flow1 run --out zoo/small", run.folder, {"run", "settings of flow"});
  run_ok("zoo --keep flow flow1 flow2 --out zoo/small", run.folder);
  const auto card = nlohmann::json::parse(read_file(run.folder + "/zoo/small/card.json"));
  const std::string weights = run.folder + "/zoo/small/weights.safetensors";
  CHECK(card["bytes"] == std::filesystem::file_size(weights));
  CHECK(card["command"].get<std::string>().starts_with("gradzoo train flow-matching"));
  CHECK(card["samples"] == 24);  // as many as there are real images
  CHECK(card["digit_fid"]["value"].get<double>() > 0);
  CHECK(card["of_32_bits"]["digit_fid"]["value"] != card["digit_fid"]["value"]);
  REQUIRE(card["of_seeds"].size() == 3);
  for (size_t i = 0; i < 3; ++i) CHECK(card["of_seeds"][i]["seed"] == (i + 1) % 3);
  CHECK(card["of_seeds"][2]["digit_fid"] == card["of_32_bits"]["digit_fid"]["value"]);
  CHECK(card["of_seeds"][0]["digit_fid"] != card["of_seeds"][1]["digit_fid"]);

  // No moments; each number is near its average, and of few numbers the nearest half.
  const SafetensorsReader whole(run.folder + "/flow/checkpoint.safetensors"), kept_file(weights),
      half = without_eight_bits(SafetensorsReader(weights));
  CHECK(std::filesystem::file_size(weights) < whole.data_bytes() / 2);
  int64_t compared = 0, in_eight = 0;
  for (const SafetensorsEntry& entry : half.entries()) {
    CHECK(entry.name.find("optimizer") == std::string::npos);
    const SafetensorsEntry* const average = whole.find("average." + entry.name);
    if (average == nullptr) continue;
    const Tensor wanted = whole.read_tensor(*average), found = half.read_tensor(entry);
    if (const SafetensorsEntry* const short_one = kept_file.find(entry.name)) {
      CHECK((short_one->stored == Stored::f16));
      for (int64_t i = 0; i < wanted.size(); ++i)
        CHECK(found.data<float>()[i] == from_f16(to_f16(wanted.data<float>()[i])));
    } else {
      in_eight += wanted.size();
      CHECK(largest_difference(wanted, found) <= max(abs(wanted)).item() / 253);
    }
    compared += wanted.size();
  }
  CHECK(compared > 1000);
  CHECK(in_eight > 0);

  const std::set<std::string> before = files_in(run.folder + "/zoo");
  {
    const InFolder inside(run.folder);
    OpenedRun a("flow"), b("zoo/small");
    Rng first = a.sample_stream(), second = b.sample_stream();
    const Tensor labels = full({6}, 2, DType::i64);
    const Tensor x = a.samples(6, first, labels), y = b.samples(6, second, labels);
    const double away = largest_difference(x, y);
    CHECK(away < 0.02);
    CHECK(away > 0);
    CHECK(b.step == a.step);
  }
  for (const char* line :
       {"sample zoo/small", "interpolate zoo/small", "eval zoo/small", "inpaint zoo/small",
        "compare zoo/small flow -n 20", "anomaly zoo/small --against noise", "c2st zoo/small test -n 20"}) {
    run_ok(line, run.folder);
  }
  CHECK(std::filesystem::exists(run.folder + "/runs/zoo-small/samples/sample-seed0.png"));
  CHECK(files_in(run.folder + "/zoo") == before);
  const std::string bytes = read_file(weights);
  std::string changed = bytes;
  changed.back() = static_cast<char>(changed.back() ^ 1);
  write_file(weights, changed);
  for (const char* line : {"sample zoo/small", "compare zoo/small flow -n 20", "eval zoo/small"})
    check_refused(line, run.folder,
                  {"weights.safetensors", "the SHA-256 of the weights is not", "card.json"});
  write_file(weights, bytes);
  check_refused("train --resume zoo/small", run.folder, {"only weights", "train --config"});
  check_refused("zoo --keep flow --out zoo/small", run.folder, {"exists already"});
  check_refused("zoo --keep flow", run.folder, {"--out"});
  check_refused("sample zoo/smal", run.folder, {"the run zoo/smal does not exist", "Hint"});

  // From anywhere, where the zoo is found by its place.
  ::setenv("GRADZOO_ZOO", (run.folder + "/zoo").c_str(), 1);
  const ProcessResult listed = run_gradzoo("zoo --json", run.folder);
  run_ok("compare zoo/* -n 20", run.folder);
  const ScratchDirectory elsewhere;
  run_ok("sample zoo/small --out x.png", elsewhere.file(""));
  check_refused("train --resume zoo/small", elsewhere.file(""), {"only weights"});
  ::unsetenv("GRADZOO_ZOO");
  REQUIRE_MESSAGE(listed.status == 0, listed.err);
  const auto list = nlohmann::json::parse(listed.out);
  REQUIRE(list.size() == 1);
  CHECK(list[0]["name"] == "zoo/small");
  CHECK(list[0]["digit_fid_of_seeds"].size() == 3);
}

TEST_CASE("what training makes anew has the bytes of the zoo, and a card that is not its own is seen") {
  const SmallRun run;
  run_ok("zoo --keep run --out zoo/small", run.folder);
  const ProcessResult same = run_ok("zoo --verify small --threads 2", run.folder);
  CHECK(contains(same.out, "bit-identical weights"));
  const std::string path = run.folder + "/zoo/small/card.json";
  auto card = nlohmann::json::parse(read_file(path));
  card["sha256"] = std::string(64, '0');
  write_file(path, card.dump());
  std::filesystem::remove_all(run.folder + "/runs");
  const ProcessResult near = run_ok("zoo --verify small", run.folder);
  CHECK(contains(near.out, "other weights"));
  card["digit_fid"]["value"] = card["digit_fid"]["value"].get<double>() + 1e6;
  write_file(path, card.dump());
  std::filesystem::remove_all(run.folder + "/runs");
  const ProcessResult other = run_gradzoo("zoo --verify small", run.folder);
  CHECK(other.status == 1);
  CHECK(contains(other.err, "gives measures that differ"));
  // Trainings with other seeds had such values.
  card["of_seeds"] = {{{"seed", 1}, {"digit_fid", 0}},
                      {{"seed", 2}, {"digit_fid", card["digit_fid"]["value"]}}};
  write_file(path, card.dump());
  std::filesystem::remove_all(run.folder + "/runs");
  CHECK(contains(run_ok("zoo --verify small", run.folder).out, "(0 to "));
  CHECK(run_gradzoo("zoo run --draw x.png", run.folder).status == 1);  // no images of 28 x 28
  check_refused("zoo run", run.folder, {"--draw"});
  write_file(path, "{}");
  check_refused("zoo --verify small", run.folder, {"is not a card"});
}

TEST_CASE("the README's table has the figures and commands of the zoo's cards") {
  const std::string readme = read_file(source_dir() + "/README.md"), picture = "](docs/images/zoo/";
  int rows = 0;
  for (size_t at = readme.find(picture); at != std::string::npos; at = readme.find(picture, at + 1), ++rows) {
    const size_t name = at + picture.size();
    const auto card = nlohmann::json::parse(read_file(
        source_dir() + "/zoo/" + readme.substr(name, readme.find(".png", name) - name) + "/card.json"));
    const auto number = [&](const char* quantity, const char* part) {
      return card["of_32_bits"][quantity][part].get<double>();
    };
    std::vector<double> of_seeds;
    for (const auto& one : card["of_seeds"]) of_seeds.push_back(one["digit_fid"].get<double>());
    std::ranges::sort(of_seeds);
    REQUIRE(of_seeds.size() == 3);
    CHECK(of_seeds[1] == number("digit_fid", "value"));  // the median
    const std::string row = readme.substr(at, readme.find('\n', at) - at);
    const auto has = [&](const std::string& cell) { CHECK_MESSAGE(contains(row, cell), cell, row); };
    has(fmt::format("| {:.0f} ± {:.0f}", number("digit_fid", "value"),
                    number("digit_fid", "standard_error")));
    has(fmt::format("| {:.0f} to {:.0f} |", of_seeds.front(), of_seeds.back()));
    has(fmt::format("| {:.2f} |", number("confident_share", "value")));
    has("| `" + card["command"].get<std::string>() + "` |");
  }
  CHECK(rows == 13);
}
