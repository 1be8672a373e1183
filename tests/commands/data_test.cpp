#include <filesystem>

#include <doctest/doctest.h>
#include <nlohmann/json.hpp>

#include "datasets/images/picture_makers.h"
#include "experiments/refusals.h"

using namespace gradzoo;
using namespace gradzoo::test;

namespace {

/// A folder "pets" of two classes of 12 x 12 pictures in colour, thirty each.
struct Pets {
  Pets() {
    for (int i = 0; i < 30; ++i)
      for (const char* name : {"cats", "dogs"}) {
        std::vector<uint8_t> pixels;
        for (int p = 0; p < 144; ++p) {
          const bool stripe = (*name == 'c' ? p / 12 : p % 12) % 4 < 2;
          pixels.insert(pixels.end(), {static_cast<uint8_t>(stripe ? 200 + i : 20),
                                       static_cast<uint8_t>(7 * i), static_cast<uint8_t>(stripe ? 0 : 90)});
        }
        write_below(folder.path(), std::string("pets/") + name + "/" + std::to_string(i) + ".png",
                    png_file(12, 12, 3, pixels));
      }
  }
  ProcessResult run(const std::string& line) const { return run_gradzoo(line, folder.path().string()); }
  ScratchDirectory folder;
};

TEST_CASE("a folder of pictures is looked over, drawn, converted, trained on and sampled") {
  const Pets at;
  write_below(at.folder.path(), "pets/cats/broken.png", "no picture");
  const ProcessResult check = at.run("data check pets --out ten.png --json");
  REQUIRE_MESSAGE(check.status == 0, check.err);
  const auto found = nlohmann::json::parse(check.out);
  CHECK(found["bad"] == 0);
  check_says(check.out, {"50 of 12x12 in colour", "cats/broken.png", "0 cats: "});
  CHECK(std::filesystem::file_size(at.folder.file("ten.png")) > 100);

  const ProcessResult converted = at.run("data convert pets small.npz --set size=8 --set color=grey");
  REQUIRE_MESSAGE(converted.status == 0, converted.err);
  CHECK(contains(at.run("data check small.npz").out, "50 of 8x8, pixels"));

  const ProcessResult trained = at.run(
      "train vae --data pets --set size=8 --set hidden=8 --set latent=2 --set prior=normal --epochs 1 "
      "--batch 10 --threads 1 --out run");
  REQUIRE_MESSAGE(trained.status == 0, trained.err);
  const std::string config = read_file(at.folder.file("run/config.toml"));
  CHECK(contains(config, "size = 8"));
  for (const char* line : {"sample run -n 5 --out five/", "sample run -n 5 --out five.npy"}) {
    const ProcessResult sampled = at.run(line);
    CHECK_MESSAGE(sampled.status == 0, sampled.err);
  }
  CHECK(std::distance(std::filesystem::directory_iterator(at.folder.file("five")), {}) == 5);
  CHECK(read_file(at.folder.file("five.npy")).find("(5, 8, 8, 3)") != std::string::npos);
  CHECK(at.run("data check five --set size=8").status == 1);  // five are too few for a test part
  // The run is of these pictures: it knows when one has changed.
  write_below(at.folder.path(), "pets/dogs/0.png", plain_png(12, 12, 1, 2, 3));
  check_refused("eval run", at.folder.path().string(), {"have changed since the run began"});
}

TEST_CASE("what is asked of data wrongly is answered in a sentence") {
  const Pets at;
  const std::string folder = at.folder.path().string();
  check_refused("data check pets --set colour=grey", folder, {"colour", "Hint"});
  check_refused("data check pets --set background=red", folder, {"is not a colour"});
  check_refused("data check pets --out ten.jpg", folder, {"--out x.png"});
  check_refused("data convert pets", folder, {"B"});
  check_refused("data convert pets pets", folder, {"exists already"});
  check_refused("data convert pets x.npy --form gif", folder, {"png, npy, npz"});
  check_refused("data check nowhere.npy", folder, {"no such folder or file"});
  write_below(at.folder.path(), "empty/readme.txt", "nothing");
  check_refused("data check empty", folder, {"has no readable data", "PNG or JPEG"});
  check_refused("train vae --data empty", folder, {"has no readable data"});
}

}  // namespace
