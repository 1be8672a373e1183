#include <filesystem>
#include <string>
#include <vector>

#include <doctest/doctest.h>

#include "experiments/small_runs.h"
#include "gradzoo/experiments/run_directory.h"
#include "support/error_message.h"

namespace gradzoo {
using namespace test;
namespace {

namespace fs = std::filesystem;

/// A folder with pictures, arrays, a run and a lab, and links to them; this process is in it.
struct Files {
  ScratchDirectory scratch;
  InFolder here{scratch.file("")};

  Files() {
    for (const char* folder : {"pics/cats", "pics2", "run/samples", "lab"}) fs::create_directories(folder);
    for (const char* file : {"pics/cats/a.png", "x.npy", "x_test.npy", "run/config.toml", "lab/lab.json",
                             "lab/law.svg", "run/samples/epoch-0001.png", "other.npy"})
      write_file(file, "bytes");
    fs::create_symlink("x.npy", "link.npy");
    fs::create_symlink("pics", "linked");
    fs::create_symlink("run/config.toml", "settings.md");
    fs::create_hard_link("x.npy", "same.npy");
  }
};

std::string refusal(const std::string& path, const std::vector<std::string>& inputs,
                    const std::vector<std::string>& endings = {}) {
  const Output output{"--out", path, "a thing", endings};
  return error_message([&] { check_outputs("use", {&output, 1}, inputs); });
}

void check_refusal(const std::string& path, const std::string& input, const std::string& words) {
  const std::string told = refusal(path, {input});
  CHECK_MESSAGE(told.starts_with("use: --out " + path + words), path, " of ", input, ": ", told);
  CHECK_MESSAGE(contains(told, "Hint: "), told);
}

}  // namespace

TEST_CASE("An output that is an input is refused, whatever the way to it") {
  const Files files;
  for (const std::string path :
       {"x.npy", "./x.npy", "pics/../x.npy", "link.npy", "same.npy", "linked/../x.npy"})
    check_refusal(path, "x.npy", " is the same file as the input x.npy");
  check_refusal("x.npy", "link.npy", " is the same file as the input");
  check_refusal("x_test.npy", "x.npy", " is the same file as the input x_test.npy");
  check_refusal("pics", "linked/", " is the same file as the input");
  check_refusal("pics", "background=pics", " is the same file as the input");
  check_refusal(files.scratch.file("x.npy"), "x.npy", " is the same file as the input");
  for (const char* path : {"y.npy", "x", "pics/x.npy", "x_other.npy"}) CHECK(refusal(path, {"x.npy"}) == "");
  CHECK(refusal("x_test.npy", {"other.npy"}) == "");
}

TEST_CASE(
    "An output in an input's folder, or that holds one, is refused; a name that only begins so is not") {
  const Files files;
  for (const std::string path :
       {"pics/small", "pics/small/", "linked/x.png", "pics/cats/a/b/c", "./pics/cats"})
    check_refusal(path, "pics", " is inside the input pics");
  check_refusal("pics/x.png", "linked", " is inside the input linked");
  check_refusal("anywhere", ".", " is inside the input .");
  check_refusal(".", "pics", " contains the input pics");
  check_refusal("pics", "pics/cats", " contains the input pics/cats");
  for (const char* path : {"pics2", "pics2/x.png", "pics-small", "small"})
    CHECK(refusal(path, {"pics"}) == "");
  fs::create_directory("trained");
  write_file("trained/config.toml", "model = \"vae\"\ndata = \"pics\"\nbackground = \"pics2\"\n");
  check_refusal("pics/x.png", "trained", " is inside the input pics");  // its data
  check_refusal("pics2/x.png", "classifier=trained", " is inside the input pics2");
  CHECK(refusal("trained/x.png", {"trained"}) == "");
  CHECK(refusal("run/x.png", {"run"}) == "");  // a run gets new files
  CHECK(refusal("run/samples/x.png", {"run"}) == "");
}

TEST_CASE("A dataset is known by its name, and what is no path is no input") {
  const Files files;
  fs::create_directories("ring8");
  fs::create_directories("data/mnist");
  CHECK(refusal("ring8/x.png", {"ring8"}) == "");  // the toy
  CHECK(refusal("pics/x.png", {"pic", "size=32", "=", "", "zoo/none", "zoo/vae"}) == "");
  ::setenv("GRADZOO_DATA", "data", 1);
  check_refusal("data/mnist/x.png", "mnist", " is inside the input data/mnist");
  ::unsetenv("GRADZOO_DATA");
}

TEST_CASE("No file of a run or a lab is replaced, by whatever command") {
  const Files files;
  for (const char* file : {"config.toml", "metrics.jsonl", "checkpoint.safetensors", "weights.safetensors",
                           "card.json", "report.html", "samples/epoch-0001.png", "samples/epoch-0002.svg"}) {
    const std::string told = refusal("run/" + std::string(file), {});
    CHECK_MESSAGE(told.starts_with("use: --out run/" + std::string(file) + " is a file of "), told);
    CHECK(refusal("pics2/" + std::string(file), {}) == "");
  }
  CHECK(contains(refusal("settings.md", {}), " is a file of "));  // a link to one
  CHECK(contains(refusal("lab/law.svg", {}), " is a file of "));
  CHECK(contains(refusal("lab/lab.json", {}), " is a file of "));
  CHECK(refusal("lab/new.svg", {}) == "");
  CHECK(refusal("run/samples/denoise-seed0.png", {}) == "");
}

TEST_CASE("Two outputs are two files") {
  const Files files;
  const auto both = [](const std::string& a, const std::string& b) {
    const std::vector<Output> outputs{{"--cpp", a}, {"--html", b}};
    return error_message([&] { check_outputs("explain", outputs, {}); });
  };
  CHECK(both("y", "./y") == "explain: --cpp y and --html ./y are the same file. Hint: give two names");
  CHECK(contains(both("link.npy", "x.npy"), "are the same file"));
  CHECK(both("y", "z") == "");
}

TEST_CASE("A name that says another kind than what is written is refused") {
  const Files files;
  const std::vector<std::string> page{".html", ".htm", ""}, picture{".png", ".svg"};
  for (const char* path : {"x.html", "x.HTM", "x", "x.2", "/dev/stdout", "v1.5/x"})
    CHECK_MESSAGE(refusal(path, {}, page) == "", path);
  for (const std::string path : {"x.png", "x.npy", "x.safetensors", "x.html.gz", "x.PNG", ".x.toml"})
    CHECK(refusal(path, {}, page) ==
          "use: --out " + path + " is not a name for a thing. Hint: --out x.html or x.htm");
  for (const char* path : {"x.png", "a b.SVG"}) CHECK_MESSAGE(refusal(path, {}, picture) == "", path);
  for (const std::string path : {"x", "x.jpg", "x.2", "png"})
    CHECK(refusal(path, {}, picture) ==
          "use: --out " + path + " is not a name for a thing. Hint: --out x.png or x.svg");
}

}  // namespace gradzoo
