#include <chrono>
#include <filesystem>
#include <thread>

#include <doctest/doctest.h>
#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "experiments/refusals.h"
#include "gradzoo/autograd/runtime.h"
#include "support/paths.h"

// What surrounds the command may be as wrong as what it is told: streams, limits, files that others changed.
using namespace gradzoo::test;

TEST_CASE("An option that is given nothing is refused, not left out") {
  const ScratchDirectory scratch;
  for (const std::vector<std::string>& words : {std::vector<std::string>{"train", "vae", "--data", ""},
                                                {"train", "vae", "--out", ""},
                                                {"train", "vae", "--epochs", ""},
                                                {"train", ""},
                                                {"explain", "mlp", "--html", ""},
                                                {"list", ""}}) {
    std::vector<std::string> line = {command()};
    line.insert(line.end(), words.begin(), words.end());
    const ProcessResult result = run_process(line, scratch.file(""));
    INFO(words[0], " ", words[1], ": ", result.err);
    CHECK(result.status == 1);
    CHECK(contains(result.err, "is empty"));
  }
  CHECK(files_in(scratch.file("")).empty());
}

TEST_CASE("Weights that are not finite, counts below 0 and metrics that are no plain file are refused") {
  const SmallRun run;
  const std::string checkpoint = run.scratch.file("run/checkpoint.safetensors");
  const std::string good = read_file(checkpoint);
  // The layout: 8 bytes of length, a header of that length, then the values where data_offsets say.
  const auto with_bytes = [&](const std::string& name, const std::string& bytes) {
    const size_t header = static_cast<unsigned char>(good[0]) + 256 * static_cast<unsigned char>(good[1]);
    const auto entries = nlohmann::json::parse(good.substr(8, header));
    std::string damaged = good;
    damaged.replace(8 + header + entries[name]["data_offsets"][0].get<size_t>(), bytes.size(), bytes);
    write_file(checkpoint, damaged);
  };
  with_bytes("decoder_out.bias", std::string("\x00\x00\xc0\x7f", 4));
  check_refused("sample run --out x.png", run.folder, {"'decoder_out.bias'", "not finite", "damaged"});
  check_refused("eval run", run.folder, {"'decoder_out.bias'", "not finite", "damaged"});
  with_bytes("trainer.step", std::string(8, '\xff'));
  const std::string metrics = read_file(run.scratch.file("run/metrics.jsonl"));
  check_refused("train --resume --out run --epochs 3", run.folder, {"'trainer.step' counts -1", "damaged"});
  CHECK(read_file(run.scratch.file("run/metrics.jsonl")) == metrics);
  write_file(checkpoint, good);
  std::filesystem::remove(run.scratch.file("run/metrics.jsonl"));
  std::filesystem::create_symlink("/dev/zero", run.scratch.file("run/metrics.jsonl"));
  check_refused("train --resume --out run --epochs 3", run.folder, {"metrics.jsonl", "no plain file"});
}

TEST_CASE("Streams that are closed, full or no longer read crash nothing and get into no file") {
  const ScratchDirectory scratch;
  const std::string folder = scratch.file("");
  write_small_dataset(scratch.file("data"), 120, 24, 8);
  const auto shell = [&](const std::string& line) { return run_process({"/bin/sh", "-c", line}, folder); };
  const std::string program = shell_word(command()) + " ";
  const std::string train = program + kTrain + "--epochs 2 --out ";
  for (const char* where : {">&-", ">/dev/full", "| true"}) {
    const std::string run = "run" + std::to_string(std::string(where).size());
    const ProcessResult trained = shell(train + run + " " + where);
    CHECK_MESSAGE(trained.status == 0, where, ": ", trained.err);
    CHECK_MESSAGE(read_file(scratch.file(run + "/metrics.jsonl")).starts_with("{\"step\""), where);
    for (int wait = 0; wait < 1000 && !std::filesystem::exists(scratch.file(run + "/report.html")); ++wait)
      std::this_thread::sleep_for(std::chrono::milliseconds(10));
    CHECK_MESSAGE(std::filesystem::exists(scratch.file(run + "/report.html")), where);
  }
  for (const char* where : {">&-", ">/dev/full"}) {
    const ProcessResult listed = shell(program + "list ops " + where);
    CHECK(listed.status == 1);
    CHECK(contains(listed.err, "cannot write to standard output"));
    // These flush line by line: what was lost early counts at the end.
    CHECK(shell(program + "gradcheck softplus " + where).status == 1);
    CHECK(shell(program + "bench tape_overhead --steps 1 " + where).status == 1);
  }
  for (const char* where : {"2>&-", "2>/dev/full"}) CHECK(shell(program + "nothing " + where).status == 1);
}

TEST_CASE("A limit of file sizes is told as a full disk is") {
  const ScratchDirectory scratch;
  write_small_dataset(scratch.file("data"), 60, 12, 8);
  const std::string line =
      "ulimit -f 10; " + shell_word(command()) + " " + kTrain + "--set hidden=500 --out runs/deep/run";
  const ProcessResult result = run_process({"/bin/sh", "-c", line}, scratch.file(""));
  CHECK(result.status == 1);
  CHECK(contains(result.err, "File too large. Hint: raise the file size limit"));
  CHECK_FALSE(std::filesystem::exists(scratch.file("runs")));
}

TEST_CASE("Names from outside reach no terminal raw, and paths that lead nowhere are told with a hint") {
  const ScratchDirectory scratch;
  const std::string long_name(300, 'n'), folder = scratch.file("");
  std::filesystem::create_symlink("loop", scratch.file("loop"));
  const auto refusal = [&](std::vector<std::string> words) {
    words.insert(words.begin(), command());
    const ProcessResult result = run_process(words, folder);
    INFO(words[1], ": ", result.err);
    CHECK(result.status == 1);
    CHECK(std::ranges::count(result.err, '\n') == 1);
    CHECK(contains(result.err, "Hint: "));
    CHECK_FALSE(contains(result.err, "exception"));
    CHECK_FALSE(contains(result.err, "filesystem error"));
    for (const char c : result.err) CHECK((c == '\n' || (c >= ' ' && c <= '~')));
  };
  for (const std::string name : {"\x1b[2Jx", "\xff\xfe", "a\nb", "\xc2\x9b"}) {
    write_file(scratch.file("c.toml"), "model = \"" + name + "\"\n");
    refusal({"train", "--config", "c.toml"});
    for (const char* option : {"--data", "--set", "--config", "--lr"})
      refusal({"train", "vae", option, name});
    refusal({"train", "vae", "--set", "hidden=" + name});
    refusal({"sample", name});
    refusal({"data", "check", "--data", name, "--json"});
    refusal({name});
  }
  for (const std::string& path : {long_name, std::string("loop"), std::string("loop/x")}) {
    refusal({"train", "vae", "--data", path});
    refusal({"train", "vae", "--config", path});
    refusal({"data", "check", "--data", path});
    refusal({"eval", path});
    refusal({"report", path});
    refusal({"train", "--resume", "--out", path});
  }
}

TEST_CASE("Too little memory is told at once, where OpenBLAS would ask for it for ever") {
  const ScratchDirectory scratch;
  write_small_dataset(scratch.file("data"), 60, 12, 8);
  const std::string train =
      "train vae --data data --set hidden=8 --set latent=2 --batch 20 --steps 1 --out run --threads 3";
  int refused = 0;  // before it began
  const auto limited = [&](int megabytes, const std::string& words, int threads = 2) {
    std::filesystem::remove_all(scratch.file("run"));
    const std::string line =
        fmt::format("ulimit -v {}; OPENBLAS_NUM_THREADS={} exec timeout -s KILL 30 {} {}", megabytes * 1024,
                    threads, shell_word(command()), words);
    const ProcessResult result = run_process({"/bin/sh", "-c", line}, scratch.file(""));
    INFO(megabytes, " MB: ", words, " -> ", result.status, ": ", result.err);
    CHECK((result.status == 0 || result.status == 1 || result.status == 127));
    CHECK((result.status == 0) == result.err.empty());
    refused += contains(result.err, "too little memory to start. Hint: ");
    return result.status;
  };
  for (int megabytes = 40; megabytes < 600; megabytes += 60) {
    limited(megabytes, "--version");
    limited(megabytes, train);
  }
  CHECK(refused > 0);  // between what the loader needs and what OpenBLAS does
  const auto least = [&](int threads) {
    int megabytes = 40;
    while (megabytes < 2000 && limited(megabytes, "--version", threads) != 0) megabytes += 60;
    return megabytes;
  };
  const int of_one = least(1);
  CHECK(of_one < 400);
  if (std::thread::hardware_concurrency() > 1) CHECK(of_one < least(2));
  CHECK(limited(4000, "--version") == 0);
  CHECK(limited(4000, train) == 0);
}

TEST_CASE("A run whose pictures were thrown away goes on") {
  const SmallRun run;
  std::filesystem::remove_all(run.scratch.file("run/samples"));
  run_ok("train --resume --out run --epochs 3 --threads 1", run.folder);
  CHECK(std::filesystem::exists(run.scratch.file("run/samples/epoch-0003.png")));
}

TEST_CASE(
    "Installed read-only, in a folder whose name has spaces, quotes and umlauts, the command works as "
    "elsewhere") {
  const ScratchDirectory scratch;
  const std::string folder = scratch.file("my stuff/gräd's 'zoo'");
  std::filesystem::create_directories(folder + "/share/gradzoo");
  for (const char* name : {"gradzoo", "gradzoo-lab", "gradzoo-course"})
    std::filesystem::copy_file(binary_dir() + "/" + name, folder + "/" + name);
  for (const auto& file : std::filesystem::directory_iterator(binary_dir()))
    if (const std::string name = file.path().filename().string(); name.starts_with("libgradzoo.so."))
      std::filesystem::copy_file(file, folder + "/" + name);
  std::filesystem::copy(source_dir() + "/course", folder + "/share/gradzoo/course",
                        std::filesystem::copy_options::recursive);
  std::filesystem::permissions(folder + "/share/gradzoo/course/skeleton/value.h",
                               std::filesystem::perms::owner_read);
  const std::string command = shell_word(folder + "/gradzoo");
  CHECK(words_of("a " + command + " b") == std::vector<std::string>{"a", folder + "/gradzoo", "b"});
  const auto run = [&](const std::string& line) {
    return run_process({"/bin/sh", "-c", fmt::format("{} {}", command, line)}, folder);
  };
  CHECK(contains(run("--help").out, "lab "));
  CHECK(run("lab coin --json").status == 0);
  REQUIRE(run("course start mine").status == 0);
  CHECK((std::filesystem::status(folder + "/mine/value.h").permissions() &
         std::filesystem::perms::owner_write) != std::filesystem::perms::none);
  const ProcessResult checked = run("course check mine 1");
  CHECK_MESSAGE(contains(checked.out, "not begun: not written yet"), checked.out, checked.err);
}

TEST_CASE("A wish for an OpenBLAS kernel that is none is refused") {
  const ScratchDirectory scratch;
  const ProcessResult result =
      run_process({"/usr/bin/env", "GRADZOO_BLAS_KERNEL=best", command(), "list"}, scratch.file(""));
  CHECK(result.status == 1);
  CHECK(result.err.starts_with("gradzoo: GRADZOO_BLAS_KERNEL is 'best'. Hint: fit takes"));
}

TEST_CASE("On a processor that OpenBLAS does not know, the command takes the kernel that fits") {
  const ScratchDirectory scratch;
  const auto kernel = [&](const std::string& variable) {
    const ProcessResult result = run_process(
        words_of(fmt::format("/usr/bin/env -u OPENBLAS_CORETYPE {}{} {} bench tape_overhead --quick --json",
                             preloading("unknown_processor"), variable, shell_word(command()))),
        scratch.file(""));
    REQUIRE_MESSAGE(result.status == 0, result.err);
    REQUIRE_FALSE(contains(result.err, "cannot be preloaded"));
    return nlohmann::json::parse(result.out)["blas_kernel"].get<std::string>();
  };
  const std::string kept = kernel(" GRADZOO_BLAS_KERNEL=keep");
  if (kept != "Prescott") return;  // an OpenBLAS of one kernel, or of another processor's
  const std::string fits = gradzoo::better_blas_kernel(kept), expected = fits.empty() ? kept : fits;
  CHECK(kernel("") == expected);
  CHECK(kernel(" GRADZOO_BLAS_KERNEL=restart") == expected);  // started anew
  CHECK(kernel(" GRADZOO_ONE_KERNEL=1") == expected);         // likewise, since it cannot change
  CHECK(kernel(" OPENBLAS_CORETYPE=Nehalem") == "Nehalem");   // the user's word
}
