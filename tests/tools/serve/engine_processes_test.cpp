// The engines behind the playground of gradzoo serve.
#include <algorithm>
#include <filesystem>
#include <future>
#include <set>
#include <vector>

#include "gradzoo/autograd/random.h"
#include "gradzoo/datasets/images/npy.h"
#include "support/error_message.h"
#include "tools/serve/served.h"

using namespace gradzoo;
using namespace gradzoo::test;
using nlohmann::json;

namespace {

// In /proc, those that work in this folder or below it.
std::vector<std::filesystem::path> processes_in(const std::string& folder) {
  std::vector<std::filesystem::path> found;
  std::error_code error;
  for (const auto& process : std::filesystem::directory_iterator("/proc")) {
    const std::filesystem::path cwd = std::filesystem::read_symlink(process.path() / "cwd", error);
    if (!error && cwd.string().starts_with(std::filesystem::canonical(folder).string()))
      found.push_back(process.path());
  }
  return found;
}

// Besides its standard input and output.
bool has_port(const std::filesystem::path& process) {
  std::error_code error;
  for (const auto& file : std::filesystem::directory_iterator(process / "fd", error))
    if (file.path().filename().string() > "2" &&
        std::filesystem::read_symlink(file, error).string().starts_with("socket:"))
      return true;
  return false;
}

}  // namespace

TEST_CASE(
    "each name has an engine of its own, which keeps what was begun, says how far it is, and can be "
    "stopped") {
  const ScratchDirectory scratch;
  Served served(scratch.file(""));
  const auto ask = [&](const std::string& engine, const json& request, const std::string& bytes = "") {
    return served.post("/engine/ask?engine=" + engine, request.dump() + "\n" + bytes);
  };
  const auto stop = [&](const std::string& engine) {
    return served.post("/engine/stop?engine=" + engine, "").status;
  };
  const json begin = {{"ask", "begin"}, {"name", "m"}, {"model", "vae"}, {"data", "ring8"}};
  CHECK(ask("1", begin).json().contains("steps"));
  const json advance = {{"ask", "advance"}, {"name", "m"}, {"steps", 3}};
  CHECK(ask("1", advance).json()["step"] == 3);
  CHECK(ask("1", advance).json()["step"] == 6);
  CHECK(contains(ask("2", advance).json()["error"].get<std::string>(), "nothing is open as 'm'"));
  // The bytes behind the line are the file's, each of them.
  Rng rng(1, "points");
  save_npy(scratch.file("a.npy"), randn({20, 2}, rng));
  const std::string file = read_file(scratch.file("a.npy"));
  std::filesystem::remove(scratch.file("a.npy"));
  json of_file = begin;
  of_file["file"] = "a.npy";
  of_file["name"] = "n";
  CHECK(ask("1", of_file, file).json().contains("steps"));
  CHECK(contains(ask("1", of_file, file + "x").json()["error"].get<std::string>(), "a.npy"));
  CHECK(contains(ask("1", of_file, "\n" + file).json()["error"].get<std::string>(), "a.npy"));
  // Requests that come together are answered one after the other, each with its own answer.
  std::vector<std::future<Reply>> together;
  for (int i = 0; i < 40; ++i)
    together.push_back(
        std::async(std::launch::async, ask, "1", i % 4 == 0 ? advance : json{{"ask", "labs"}}, ""));
  std::set<int64_t> steps;
  for (size_t i = 0; i < 40; ++i) {
    const json answer = together[i].get().json();
    if (i % 4 == 0)
      steps.insert(answer.value("step", int64_t{0}));
    else
      CHECK(answer.contains("labs"));
  }
  CHECK(steps == std::set<int64_t>{9, 12, 15, 18, 21, 24, 27, 30, 33, 36});
  for (const char* none : {"", "[1]", "{", "\n"}) {
    const Reply refused = served.post("/engine/ask?engine=1", none);
    CHECK(refused.status == 400);
    CHECK(contains(refused.json()["error"].get<std::string>(), "not a JSON object"));
  }
  CHECK(ask("1", {{"ask", "explain"}, {"expression", "2*sine(x)"}, {"at", "x=3"}}).json()["pointer"] ==
        "  2*sine(x)\n    ^");
  // A request that arrives after the one to stop starts no engine, even if there was none to stop.
  const json stopped = {{"error", "stopped"}, {"ended", true}};
  for (const char* name : {"1", "4"}) CHECK((stop(name) == 200 && ask(name, begin).json() == stopped));

  auto lab = std::async(std::launch::async, ask, "3", json{{"ask", "lab"}, {"lab", "gan-on-a-line"}}, "");
  const auto line = [&] { return served.get("/engine/progress?engine=3").json().value("line", ""); };
  CHECK(eventually([&] { return contains(line(), "step "); }));
  CHECK(served.get("/api/runs").status == 200);
  CHECK(stop("3") == 200);
  CHECK(lab.get().json() == stopped);
  CHECK(scratch.entries() == 1);  // the folder of engine 2

  // Of too many the one ends that has been silent longest. None holds a connection of the server's.
  for (int i = 10; i < 30; ++i) CHECK(ask(std::to_string(i), begin).json().contains("steps"));
  CHECK(eventually([&] { return processes_in(scratch.file("")).size() == 1 + 16; }));
  CHECK(ask("29", advance).json()["step"] == 3);
  CHECK(contains(ask("10", advance).json()["error"].get<std::string>(), "nothing is open as 'm'"));
  CHECK(eventually([&] { return std::ranges::count_if(processes_in(scratch.file("")), has_port) == 1; }));
  served.process().signal(SIGTERM);
  CHECK(served.process().wait() == 0);
  CHECK(processes_in(scratch.file("")).empty());
  CHECK(scratch.entries() == 0);
}

TEST_CASE("an engine ends with a server that is killed") {
  const ScratchDirectory scratch;
  Served served(scratch.file(""));
  std::string nested = "x";
  for (int i = 0; i < 90; ++i) nested = "sin(" + nested + ")";
  auto endless = std::async(std::launch::async, [&] {
    return served.post("/engine/ask?engine=a",
                       json{{"ask", "explain"}, {"expression", nested}, {"at", "x=1"}, {"order", 9}}.dump());
  });
  CHECK(eventually([&] { return processes_in(scratch.file("")).size() == 2; }));
  served.process().signal(SIGKILL);
  served.process().wait();
  CHECK(eventually([&] { return processes_in(scratch.file("")).empty(); }));
}
