#include <map>
#include <string>
#include <vector>

#include <doctest/doctest.h>

#include "experiments/refusals.h"

// Whatever a command writes, it refuses to write over what it reads, over files of runs, over its other
// outputs, or under a name of another kind, before any work.
using namespace gradzoo::test;

namespace {

struct RefusedLine {
  const char *line, *words;
};

constexpr RefusedLine kRefusedLines[] = {
    // over an input
    {"data convert x.npy x.npy --set size=4", "x.npy is the same file as the input x.npy"},
    {"data convert x.npy ./x --form npy", "./x.npy is the same file as the input x.npy"},
    {"data convert x.npy link.npy", "link.npy is the same file as the input x.npy"},
    {"data convert link.npy x.npy", "is the same file as the input link.npy"},
    {"data convert same.npy x.npy", "is the same file as the input same.npy"},
    {"data convert x.npy x_labels.npy", "is the same file as the input x_labels.npy"},
    {"data convert x_test.npy x.npy", "x_test.npy is the same file as the input x_test.npy"},
    {"data convert x.npz x.npz --set size=4", "x.npz is the same file as the input"},
    {"log-prob run ten.png --out ten.png", "--out ten.png is the same file as the input ten.png"},
    // in a folder that is read, or around it
    {"data convert pics pics/small", "pics/small is inside the input pics"},
    {"data convert linked pics/small", "pics/small is inside the input linked"},
    {"data convert pics pics/x.npz", "pics/x.npz is inside the input pics"},
    {"data convert x.npy pics/small --set background=pics", "pics/small is inside the input pics"},
    {"data convert pics pics", "pics: exists already"},
    {"data convert pics .", ".: exists already"},
    {"data check pics --out pics/ten.png", "--out pics/ten.png is inside the input pics"},
    {"data check --data pics --out ./pics/ten.png", "is inside the input pics"},
    {"train vae --data pics --out pics/run --epochs 1", "train: --out pics/run is inside the input pics"},
    {"train vae --data . --epochs 1", "train: --out runs/vae is inside the input ."},
    {"train vae --set data=pics --out pics/run --epochs 1", "is inside the input pics"},
    {"c2st pics data --out pics/c.png", "--out pics/c.png is inside the input pics"},
    {"c2st . data", "--out c2st.png is inside the input ."},
    {"anomaly run --against pics --out pics/a.png", "--out pics/a.png is inside the input pics"},
    {"probe run --codes data/codes.npy", "--codes data/codes.npy is inside the input /"},
    {"denoise run --out data/x.png", "--out data/x.png is inside the input /"},
    {"sample run --out data/x.png", "--out data/x.png is inside the input /"},
    // over a file of a run
    {"explain mlp --html run/report.html", "is a file of "},
    {"explain mlp --html run/checkpoint.safetensors", "is not a name for a page"},
    {"explain mlp --dot run/config.toml", "is not a name for a graph"},
    {"explain mlp --cpp kept", "is a file of "},
    {"sample run --out run/samples/epoch-0001.png", "is a file of "},
    {"sample run --out run/metrics.jsonl", "is not a name for samples"},
    {"data check data --out run/samples/epoch-0002.png", "is a file of "},
    {"denoise run --out run/samples/epoch-0001.png", "is a file of "},
    {"interpolate run --out run/samples/epoch-0001.png", "is a file of "},
    {"log-prob run --out run/samples/epoch-0001.png", "is a file of "},
    {"anomaly run --against noise -n 10 --out chart.png", "--out chart.svg is a file of "},
    {"compare run --html run/report.html", "--html run/report.html is a file of "},
    {"compare run --strip run/samples/epoch-0001.png", "is a file of "},
    {"zoo --draw run/samples/epoch-0001.png", "is a file of "},
    {"verify gan.jsd --markdown kept", "is a file of "},
    {"list ops --markdown kept", "is a file of "},
    // one file twice
    {"explain mlp --cpp y --html y", "--html y and --cpp y are the same file"},
    {"explain mlp --dot y --html ./y", "are the same file"},
    {"compare run --html y --markdown ./y", "are the same file"},
    // a name of another kind
    {"explain mlp --html y.png", "--html y.png is not a name for a page. Hint: --html x.html"},
    {"explain mlp --dot y.svg", "is not a name for a graph for Graphviz. Hint: --dot x.dot"},
    {"explain mlp --cpp y.html", "is not a name for a C++ program. Hint: --cpp x.cpp"},
    {"data convert data y.png", "y.png is not a name for a folder"},
    {"data convert data y.html --form npz", "y.html is not a name for an .npz file"},
    {"data convert data y.npz --form png", "y.npz is not a name for a folder"},
    {"data check data --out y.npy", "is not a name for a picture"},
    {"sample run --out y.html", "is not a name for samples"},
    {"sample run --out pics/", "pics/: exists already"},
    {"denoise run --out y.npy", "is not a name for a picture"},
    {"logz run --out y.html", "is not a name for a picture. Hint: --out x.png or x.svg"},
    {"probe run --codes y.png", "--codes y.png is not a name for an .npy file"},
    {"compare run --markdown y.html", "is not a name for a page of Markdown"},
    {"compare run --html y.md", "is not a name for a page"},
    {"zoo --draw y.html", "is not a name for a picture"},
    {"zoo --keep run --out y.safetensors", "is not a name for a folder"},
    {"zoo --keep run --out run", "exists already"},
    {"verify gan.jsd --markdown y.html", "is not a name for a page of Markdown"},
    {"list ops --markdown y.cpp", "is not a name for a page of Markdown"},
    {"lab noise-levels --out y.html", "is not a name for a folder"},
    {"train vae --data data --out y.safetensors --epochs 1", "is not a name for a folder"},
};

std::map<std::string, std::string> bytes_in(const std::string& folder) {
  std::map<std::string, std::string> bytes;
  for (const std::string& file : files_in(folder))
    if (std::filesystem::is_regular_file(file)) bytes[file] = read_file(file);
  return bytes;
}

}  // namespace

TEST_CASE("No command writes over what it reads, over a run, twice into one file, or what its name denies") {
  const SmallRun run;
  for (const char* line : {"data convert data pics", "data convert data x.npy", "data convert data x.npz",
                           "data check data --out ten.png"})
    run_ok(line, run.folder);
  std::filesystem::create_symlink("pics", run.scratch.file("linked"));
  std::filesystem::create_symlink("x.npy", run.scratch.file("link.npy"));
  std::filesystem::create_hard_link(run.scratch.file("x.npy"), run.scratch.file("same.npy"));
  std::filesystem::create_symlink("run/checkpoint.safetensors", run.scratch.file("kept"));
  std::filesystem::create_symlink("run/checkpoint.safetensors", run.scratch.file("chart.svg"));
  const std::map<std::string, std::string> before = bytes_in(run.folder);
  for (const auto& [line, words] : kRefusedLines) check_refused(line, run.folder, {words, "Hint: "});
  CHECK(bytes_in(run.folder) == before);
}

TEST_CASE("compare's pictures, which it writes next to its page of Markdown, follow the same rule") {
  const SmallRun run;
  std::filesystem::create_symlink("run/checkpoint.safetensors", run.scratch.file("page-1-vae.png"));
  const std::string before = read_file(run.scratch.file("run/checkpoint.safetensors"));
  const ProcessResult refused = run_gradzoo("compare run -n 10 --markdown page.md", run.folder);
  CHECK(refused.status == 1);
  CHECK_MESSAGE(contains(refused.err, "gradzoo: compare: --markdown page-1-vae.png is a file of "),
                refused.err);
  CHECK(read_file(run.scratch.file("run/checkpoint.safetensors")) == before);
  CHECK_FALSE(std::filesystem::exists(run.scratch.file("page.md")));
}

TEST_CASE("What the rule does not forbid is written") {
  const SmallRun run;
  for (const char* line :
       {"data convert data x.npy", "data convert x.npy y.npy --set size=4", "data convert data pics",
        "data convert pics pics-small --set size=4", "sample run -n 4 --out run/samples/four.png",
        "sample run -n 4 --out CAPITALS.PNG", "sample run -n 4 --out four/",
        "sample run -n 4 --out four/more.npy", "explain mlp --html page --cpp page.cpp",
        "explain mlp --html page.html", "explain mlp --html page.html", "data check data --out ten.png",
        "list ops --markdown ops"})
    run_ok(line, run.folder);
  for (const char* file : {"y_test.npy", "pics-small/test", "run/samples/four.png", "four/000003.png",
                           "four/more.npy", "page", "page.cpp", "page.html", "ten.png", "ops"})
    CHECK_MESSAGE(std::filesystem::exists(run.scratch.file(file)), file);
}
