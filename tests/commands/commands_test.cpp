#include "gradzoo/commands/commands.h"

#include <algorithm>
#include <filesystem>

#include <doctest/doctest.h>
#include <nlohmann/json.hpp>

#include "experiments/refusals.h"
#include "support/file_size_limit.h"
#include "support/paths.h"
#include "support/process.h"

// The command as its users meet it: a process of its own.
using namespace gradzoo::test;

TEST_CASE("What a user types wrong is told in one line with the nearest right word") {
  const ScratchDirectory scratch;
  const std::string folder = scratch.file("");
  write_small_dataset(scratch.file("data"), 60, 12, 8);
  write_file(scratch.file("bad.toml"), "model = \"vae\"\nhiden = 3\n");
  write_file(scratch.file("table.toml"), "model = \"vae\"\n[sizes]\n");
  write_file(scratch.file("word.toml"), "model = vae\n");
  write_file(scratch.file("empty.toml"), "");
  std::filesystem::create_directory(scratch.file("empty"));
  const std::string train = kTrain;
  const std::pair<std::string, std::vector<std::string>> cases[] = {
      {"trian vae", {"'trian'", "did you mean 'train'"}},
      {"train vea", {"model 'vea'", "'vae'"}},
      {"train", {"no model", "list models"}},
      {"train vae more", {"'more'", "too many"}},
      {"train vae --epoch 3", {"'--epoch'", "'--epochs'"}},
      {"train vae --lr", {"--lr"}},
      {"train vae --epochs 2 --steps 3", {"--epochs", "--steps"}},
      {"train vae --set hiden=3", {"'hiden'", "'hidden'"}},
      {"train vae --set hidden", {"'hidden'", "key=value"}},
      {"train vae --set hidden=many", {"'hidden'", "'many'", "whole number"}},
      {"train vae --set hidden=0", {"'hidden'", "out of range"}},
      {"train vae --set objective=elboo", {"'elboo'", "'elbo'"}},
      {"train vae --lr fast", {"'lr'", "'fast'", "number"}},
      {"train vae --lr nan", {"'lr'", "out of range"}},
      {"train vae --seed -1", {"'seed'", "out of range"}},
      {"train vae --threads 0", {"--threads"}},
      {"train vae --threads x", {"--threads", "'x'"}},
      {"train vae --set objective=iwae --set estimator=log-derivative", {"iwae", "reparam"}},
      {"train vae --data mnits", {"mnits", "'mnist'"}},
      {"train vae --data nowhere/at/all", {"nowhere/at/all"}},
      {"train vae --data empty", {"train-images"}},
      {"train vae --config missing.toml", {"missing.toml"}},
      {"train --config bad.toml", {"bad.toml", "'hiden'", "'hidden'"}},
      {"train --config table.toml", {"table.toml", "line 2"}},
      {"train --config word.toml", {"word.toml", "line 1", "quote"}},
      {"train --config empty.toml", {"empty.toml", "no model"}},
      {"train vae --resume", {"--out"}},
      {"train vae --resume --out nothing", {"nothing"}},
      {"train vae --resume --out data", {"data", "not a run"}},
      {train + "--out data", {"--out data is the same file as the input data"}},
      {train + "--out bad.toml/run", {"bad.toml/run", "Not a directory"}},
      {train + "--out /proc/gradzoo-run", {"/proc/gradzoo-run"}},
      {"bench vae_b10", {"workload 'vae_b10'", "'vae_b100'"}},
      {"bench --steps 0", {"--steps"}},
      {"sample", {"RUN", "missing"}},
      {"sample nothing", {"the run nothing does not exist"}},
      {"sample data", {"data", "not a run"}},
      {"eval nothing", {"the run nothing does not exist"}},
      {"eval data --split tset", {"'tset'", "'test'"}},
      {"list modles", {"'modles'", "'models'"}},
      {"gradcheck ralu", {"'ralu'", "'relu'"}},
      {"gradcheck relu --order 9", {"--order", "9"}},
      {"verify vae.kl_close_form", {"vae.kl_close_form", "vae.kl_closed_form"}},
      {"verify vae.kl_closed_form --markdown empty", {"empty: this is a folder"}},
      {"verify vae.kl_closed_form --markdown data/t10k-labels-idx1-ubyte",
       {"is not a page of the ledger", "name a new file"}},
      {"data chek", {"'chek'", "'check'"}},
      {"data check --data nowhere", {"nowhere"}},
  };
  for (const auto& [line, words] : cases) check_refused(line, folder, words);
}

TEST_CASE("A run that exists is never overwritten, and a damaged one is refused") {
  const SmallRun run;
  const std::string& folder = run.folder;
  const std::string checkpoint = run.scratch.file("run/checkpoint.safetensors");
  const std::string config = run.scratch.file("run/config.toml");
  const std::string good = read_file(checkpoint), good_config = read_file(config);
  check_refused(std::string(kTrain) + "--out run", folder, {"run exists", "--resume"});
  check_refused("sample run --out x.gif", folder, {"x.gif", ".png"});
  check_refused("sample run --out no/such/folder/x.npy", folder, {"no/such/folder/x.npy"});
  check_refused("sample run -n 0", folder, {"-n"});
  check_refused("train vae --resume --out run --lr 0.5", folder, {"lr=0.004", "keeps"});
  check_refused("train --resume --out run --epochs 1", folder, {"already", "--epochs"});

  write_file(checkpoint, good.substr(0, good.size() / 2));
  check_refused("sample run", folder, {"checkpoint.safetensors"});
  check_refused("train --resume --out run --epochs 3", folder, {"checkpoint.safetensors"});
  std::string other = good;
  other.replace(other.find("\"vae\""), 5, "\"gan\"");
  write_file(checkpoint, other);
  check_refused("sample run", folder, {"of 'gan', not of 'vae'"});
  std::filesystem::remove(checkpoint);
  check_refused("sample run", folder, {"checkpoint.safetensors"});

  write_file(checkpoint, good);
  std::string wider = good_config;
  wider.replace(wider.find("hidden = 8"), 10, "hidden = 9");
  write_file(config, wider);
  check_refused("sample run", folder, {"checkpoint.safetensors", "not"});
  check_refused("eval run", folder, {"checkpoint.safetensors", "not"});
}

TEST_CASE("Where the disk is full a run leaves nothing behind") {
  const ScratchDirectory scratch;
  write_small_dataset(scratch.file("data"), 60, 12, 8);
  const FileSizeLimit full(10'000);
  check_refused(std::string(kTrain) + "--set hidden=500 --out runs/deep/run", scratch.file(""),
                {"cannot write", "checkpoint.safetensors"});
  std::filesystem::create_directory(scratch.file("mine"));  // an empty folder that was there stays
  check_refused(std::string(kTrain) + "--set hidden=500 --out mine", scratch.file(""), {"cannot write"});
  CHECK(std::filesystem::is_empty(scratch.file("mine")));
}

TEST_CASE("A loss that is not finite stops the run and keeps the last checkpoint") {
  const ScratchDirectory scratch;
  write_small_dataset(scratch.file("data"), 60, 12, 8);
  const ProcessResult result =
      run_gradzoo(std::string(kTrain) + "--epochs 50 --lr 1000 --out run", scratch.file(""));
  INFO(result.err);
  CHECK(result.status == 1);
  CHECK(std::ranges::count(result.err, '\n') == 1);
  check_says(result.err, {"step ", "checkpoint of step "});
  CHECK(result.err.find("checkpoint of step ") < result.err.find("Hint: "));  // the hint is the end
  run_ok("sample run", scratch.file(""));
}

TEST_CASE("A run directory holds settings, metrics, checkpoint, pictures and report") {
  const SmallRun run;
  for (const char* name : {"config.toml", "metrics.jsonl", "checkpoint.safetensors", "report.html",
                           "samples/epoch-0001.png", "samples/epoch-0002.png", "samples/reconstructions.png",
                           "samples/manifold.png", "samples/codes.png", "samples/kl_by_dimension.svg"}) {
    CHECK_MESSAGE(std::filesystem::exists(run.scratch.file("run/" + std::string(name))), name);
  }
  const std::string report = read_file(run.scratch.file("run/report.html"));
  for (const char* word : {"epoch 2", "bce kl", "entropy floor", "gradzoo train vae --data", "hidden"})
    CHECK_MESSAGE(contains(report, word), word);
  for (const char* outside : {"src=\"http", "href=\"http", "url(http", "fetch("})
    CHECK_FALSE(contains(report, outside));
}

TEST_CASE("Samples come as a picture, as NumPy's array and as lines of numbers, the same for a seed") {
  const SmallRun run;
  const auto sample = [&](const std::string& rest) {
    return run_gradzoo("sample run --threads 1 " + rest, run.folder).status;
  };
  REQUIRE(sample("-n 5 --seed 3 --out x.npy") == 0);
  REQUIRE(sample("-n 5 --seed 3 --out y.npy") == 0);
  REQUIRE(sample("-n 5 --seed 3 --out x.csv") == 0);
  REQUIRE(sample("--seed 3") == 0);
  const std::string npy = read_file(run.scratch.file("x.npy"));
  CHECK(npy.starts_with("\x93NUMPY\x01"));
  CHECK(contains(npy, "'shape': (5, 8, 8)"));
  CHECK(npy.size() % 64 == 5 * 64 * 4 % 64);
  CHECK(npy == read_file(run.scratch.file("y.npy")));
  const std::string csv = read_file(run.scratch.file("x.csv"));
  CHECK(std::ranges::count(csv, '\n') == 5);
  CHECK(std::ranges::count(csv, ',') == 5 * 63);
  CHECK(std::filesystem::exists(run.scratch.file("run/samples/sample-seed3.png")));
}

TEST_CASE("What a program reads is one JSON object") {
  const SmallRun run;
  const auto json_of = [&](const std::string& line) {
    const ProcessResult result = run_ok(line, run.folder);
    return nlohmann::json::parse(result.out);
  };
  CHECK(json_of("list --json")["models"][0]["name"] == "vae");
  CHECK(json_of("list ops --json")["ops"].size() > 50);
  CHECK(json_of("eval run --json --threads 1")["quantities"][0]["name"] == "bce_kl");
  CHECK(json_of("eval run --json --threads 1")["examples"] == 24);
  CHECK(json_of("eval run --json --split valid --threads 1")["examples"] == 10);
  CHECK(json_of("data check --data data --json")["bad"] == 0);
  CHECK(json_of("gradcheck relu add --json")["failed"] == 0);
}

TEST_CASE("An explanation comes as text, or as the files that are asked for") {
  const ScratchDirectory scratch;
  const std::string folder = scratch.file("");
  CHECK(contains(run_gradzoo("explain", folder).out, "square-sine"));
  CHECK(contains(run_gradzoo("explain square-sine", folder).out, "sin(v1)"));
  CHECK(files_in(folder).empty());
  run_ok("explain square-sine --html page.html --dot graph.dot", folder);
  CHECK(read_file(scratch.file("page.html")).starts_with("<!DOCTYPE html>"));
  CHECK(read_file(scratch.file("graph.dot")).starts_with("digraph"));
  check_refused("explain sqare-sine --html other.html", folder,
                {"'sqare-sine'", "did you mean 'square-sine'"});
  check_refused("explain --html other.html", folder, {"unknown example", "square-sine"});
  check_refused("explain mlp --html missing/page.html", folder, {"missing/page.html"});
}

TEST_CASE("A function of one's own is explained, and where it is wrong the error points at the place") {
  const ScratchDirectory scratch;
  const std::string folder = scratch.file("");
  CHECK(contains(run_gradzoo("explain --expr x^2*y --at x=3,y=2 --order 2", folder).out, "f_xy = 6"));
  CHECK(contains(run_gradzoo("explain --expr -x^2 --at x=-3", folder).out, "f_x = 6"));
  run_ok("explain --expr x^2 --at x=3 --html page.html --cpp program.cpp", folder);
  CHECK(read_file(scratch.file("page.html")).starts_with("<!DOCTYPE html>"));
  CHECK(contains(read_file(scratch.file("program.cpp")), "Tensor f = square(x);"));
  const ProcessResult wrong = run_gradzoo("explain --expr 2*sine(x) --at x=3", folder);
  CHECK(wrong.status == 1);
  CHECK(wrong.out.empty());
  CHECK(wrong.err ==
        "  2*sine(x)\n    ^\ngradzoo: expression, column 3: unknown function 'sine'. Hint: did you mean "
        "'sin'?\n");
  check_refused("explain mlp --expr x --at x=3", folder, {"remove 'mlp'"});
  check_refused("explain mlp --order 2", folder, {"--order", "--expr"});
  check_refused("explain --expr x --at x=3 --order 10", folder, {"--order", "10"});
  CHECK(contains(run_gradzoo("explain --help", folder).out, "softmax(x[, axis])"));
}

TEST_CASE("Help names every sub-command, and the settings of a model") {
  const ScratchDirectory scratch;
  const ProcessResult help = run_ok("--help", scratch.file(""));
  CHECK(run_gradzoo("", scratch.file("")).out == help.out);
  for (const gradzoo::Command& command : gradzoo::commands()) {
    CHECK_MESSAGE(contains(help.out, "  " + command.name + " "), command.name);
    const ProcessResult its_own = run_ok(command.name + " --help", scratch.file(""));
    CHECK_MESSAGE(contains(its_own.out, "gradzoo " + command.name), command.name);
  }
  const ProcessResult train = run_gradzoo("train vae --help", scratch.file(""));
  for (const char* word : {"kl_warmup", "log-derivative", "--set", "--resume"})
    CHECK_MESSAGE(contains(train.out, word), word);
}

TEST_CASE("Without other programs beside it gradzoo trains, and does not know their names") {
  const ScratchDirectory scratch;
  const std::string alone = scratch.file("gradzoo");
  std::filesystem::copy_file(command(), alone);
  for (const auto& file : std::filesystem::directory_iterator(std::filesystem::path(command()).parent_path()))
    if (const std::string name = file.path().filename().string(); name.starts_with("libgradzoo.so."))
      std::filesystem::copy_file(file, scratch.file(name));
  Process help({alone, "train", "vae", "--help"}, scratch.file(""));
  CHECK(help.wait() == 0);
  Process lab({alone, "lab", "coin"}, scratch.file(""));
  CHECK(lab.wait() == 1);
  CHECK_MESSAGE(lab.err().starts_with("gradzoo: 'lab' is not a command. "), lab.err());
}
