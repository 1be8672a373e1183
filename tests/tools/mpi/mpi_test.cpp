#include <algorithm>
#include <chrono>
#include <filesystem>
#include <sstream>
#include <string>
#include <thread>
#include <vector>

#include <doctest/doctest.h>
#include <fmt/format.h>

#include "experiments/resumed_runs.h"
#include "support/error_message.h"

// What processes of one mpirun do together, by the program that a user starts.
using namespace gradzoo::test;
namespace fs = std::filesystem;

namespace {

/// `count` processes of gradzoo-mpi with the words of a line, as mpirun takes them; `before` stands before
/// the program.
std::string shared_by(int count, const std::string& line, const std::string& before = "env") {
  return fmt::format("-n {} {} {} {}", count, before, shell_word(binary_dir() + "/gradzoo-mpi"), line);
}

/// mpirun of programs, " : " between them, on one machine, whoever calls it, with as many processes as there
/// are cores or more.
std::vector<std::string> mpirun_of(const std::string& programs) {
  return words_of(
      "/usr/bin/env OMPI_ALLOW_RUN_AS_ROOT=1 OMPI_ALLOW_RUN_AS_ROOT_CONFIRM=1 mpirun --oversubscribe " +
      programs);
}

/// The processes that `parent` started and that live.
std::vector<pid_t> living_children(pid_t parent) {
  std::vector<pid_t> ids;
  std::error_code ended;
  for (const auto& task : fs::directory_iterator(fmt::format("/proc/{}/task", parent), ended)) {
    std::istringstream children(read_file(task.path() / "children"));
    for (pid_t id = 0; children >> id;) {
      const std::string stat = read_file(fmt::format("/proc/{}/stat", id));  // "12 (name) S 11 ..."
      if (!stat.empty() && stat.find(") Z ") == std::string::npos) ids.push_back(id);
    }
  }
  return ids;
}

/// The process of that rank; 0 where there is none.
pid_t process_of_rank(const Process& mpirun, int rank) {
  const std::string variable = fmt::format("OMPI_COMM_WORLD_RANK={}", rank);
  for (const pid_t id : living_children(mpirun.id()))
    if (contains(read_file(fmt::format("/proc/{}/environ", id)), variable + '\0')) return id;
  return 0;
}

/// A training of four shards, into ...
std::string shared_training(int epochs) {
  return fmt::format(
      "train vae --data data --batch 16 --epochs {} --set shards=4 --set hidden=16 --set latent=3 "
      "--set prior=normal --checkpoint-every 5 --out ",
      epochs);
}
const std::string kShared = shared_training(3);

/// Waits for mpirun's end. That of Debian 12 may lock itself, in PMIx_server_finalize, when a process was
/// killed and all have ended: so it is killed after 20 seconds without any. As long as one lives, it waits.
int wait_for_mpirun(Process& mpirun) {
  constexpr int kMostChecks = 100;
  for (int without = 0; mpirun.running() && without < kMostChecks; ++without) {
    std::this_thread::sleep_for(std::chrono::milliseconds(without == 0 ? 50 : 200));
    if (!living_children(mpirun.id()).empty()) without = -1;
  }
  if (mpirun.running()) mpirun.signal(SIGKILL);
  return mpirun.wait();
}

/// Runs that processes share, on small data.
struct MpiRuns {
  ScratchDirectory scratch;
  std::string folder = scratch.file("");

  MpiRuns() { write_small_dataset(scratch.file("data"), 480, 40, 8); }
  std::string file(const std::string& name) const { return scratch.file(name); }

  ProcessResult mpirun(const std::string& programs) const {
    Process process(mpirun_of(programs), folder);
    const int status = wait_for_mpirun(process);
    return {status, process.out(), process.err()};
  }
  void finish(int count, const std::string& line) const {
    const ProcessResult result = count == 0 ? run_gradzoo(line, folder) : mpirun(shared_by(count, line));
    REQUIRE_MESSAGE(result.status == 0, result.err);
  }
  /// A run that one process made.
  std::string whole() const {
    finish(0, kShared + "whole");
    return file("whole");
  }
};

// Waits until the run has that many rows, or its process ended.
void wait_for_rows(Process& process, const std::string& run, std::ptrdiff_t rows) {
  while (process.running() && std::ranges::count(read_file(run + "/metrics.jsonl"), '\n') < rows)
    std::this_thread::sleep_for(std::chrono::milliseconds(1));
}

// These programs end with one sentence that says why, and leave none of the files behind.
void check_refused(const MpiRuns& runs, const std::string& programs, const std::string& why) {
  const ProcessResult result = runs.mpirun(programs);
  CHECK(result.status != 0);
  CAPTURE(result.err);
  CHECK(contains(result.err, why));
  CHECK(result.err.find("gradzoo: ") == result.err.rfind("gradzoo: "));
  for (const char* const file : {"run", "x.npy"}) CHECK_FALSE(fs::exists(runs.file(file)));
}

TEST_CASE("one, two and four processes, and one without MPI, write the same run") {
  const MpiRuns runs;
  const std::string whole = runs.whole();
  for (const int count : {1, 2, 4}) {
    const std::string run = fmt::format("shared{}", count);
    // Between hosts they speak by TCP.
    const ProcessResult result =
        runs.mpirun((count == 2 ? "--mca btl tcp,self " : "") + shared_by(count, kShared + run));
    REQUIRE_MESSAGE(result.status == 0, result.err);
    CHECK(std::ranges::count(result.out, '\n') > 0);
    CHECK(result.out.find("report:") == result.out.rfind("report:"));  // one of them speaks
    check_same_run(runs.file(run), whole);
  }
  const ProcessResult again = runs.mpirun(shared_by(2, "train --resume shared2"));
  CHECK(again.status == 0);
  CHECK(contains(again.out, "is finished"));
}

TEST_CASE("who writes the run opens the classifier for its samples, and others do not wait for it") {
  const MpiRuns runs;
  runs.finish(0, kShared + "whole");
  runs.finish(0, "eval whole -n 20");  // which trains it
  runs.finish(2, kShared + "run");
  CHECK(contains(read_file(runs.file("run/metrics.jsonl")), "confident"));
}

TEST_CASE("a signal to any stops all at one step, a death ends all, and others go on to the same end") {
  const MpiRuns runs;
  const std::string whole = runs.file("whole"), run = runs.file("run"), train = shared_training(20);
  runs.finish(0, train + shell_word(whole));
  const struct {
    int count, rank, signal;
  } ends[] = {{4, 3, SIGTERM}, {2, 1, SIGKILL}, {2, 0, SIGTERM}, {1, 0, SIGKILL}};
  for (std::ptrdiff_t rows = 1; const auto& end : ends) {
    CAPTURE(rows);
    Process mpirun(mpirun_of(shared_by(end.count, (rows == 1 ? train : "train --resume ") + shell_word(run))),
                   runs.folder);
    wait_for_rows(mpirun, run, rows);
    const pid_t process = process_of_rank(mpirun, end.rank);
    REQUIRE(process != 0);
    ::kill(process, end.signal);
    CHECK(wait_for_mpirun(mpirun) != 0);
    if (end.signal == SIGTERM) CHECK(contains(mpirun.out(), "stopped at step"));
    rows = std::ranges::count(read_file(run + "/metrics.jsonl"), '\n') + 2;
  }
  runs.finish(0, "train --resume " + shell_word(run));
  check_same_run(run, whole);
}

TEST_CASE("two processes go on with points in the model's units to the bytes of one") {
  const MpiRuns runs;
  const std::string line =
      "train flow-matching --data ring8 --set toy_scale=1000 --set shards=2 --set hidden=8 --batch 10";
  runs.finish(0, line + " --steps 3 --out alone");
  fs::copy(runs.file("alone"), runs.file("run"), fs::copy_options::recursive);
  runs.finish(0, "train --resume alone --steps 6");
  runs.finish(2, "train --resume run --steps 6");
  CHECK(read_file(runs.file("run/checkpoint.safetensors")) ==
        read_file(runs.file("alone/checkpoint.safetensors")));
}

TEST_CASE("a disk that is full for the first ends all, with one sentence and the last checkpoint") {
  const MpiRuns runs;
  const std::string line = kShared + "run --set hidden=64";
  const ProcessResult result =
      runs.mpirun(shared_by(1, line, "prlimit --fsize=24576") + " : " + shared_by(1, line));
  CHECK(result.status != 0);
  check_says(result.err, {"gradzoo: ", "File too large"});
  CHECK(result.err.find("gradzoo: ") == result.err.rfind("gradzoo: "));
}

TEST_CASE("samples, evaluations, chains and annealing have the bytes of one process") {
  const MpiRuns runs;
  runs.finish(0, kShared + "vae");
  runs.finish(0, "train rbm --data data --batch 20 --epochs 1 --set hidden=21 --out rbm");
  runs.finish(0, "train ebm --data ring8 --steps 30 --set hidden=16 --set chain_steps=2 --out ebm");
  runs.finish(0, "train nce --data ring8 --steps 60 --out nce");
  // As many rows as one block has, one more, and some that no number of processes divides.
  for (const std::string& line :
       {std::string("sample vae -n 300 --out x.npy"),
        std::string("sample ebm --sampler hmc --set steps=40 "
                    "-n 300 --out x.npy --json"),
        std::string("sample ebm --sampler hmc --set steps=40 -n 4 --out x.npy --json"),
        std::string("sample nce --sampler ula --set steps=4 -n 100 --out x.npy"),
        std::string("sample nce --sampler ula --set steps=4 -n 126 --out x.npy"),
        std::string("sample nce --sampler mala --set steps=9 -n 251 --out x.npy"),
        std::string("sample rbm --sampler gibbs --set steps=20 -n 150 --out x.npy --json"),
        std::string("logz rbm --chains 260 --temperatures 50 --json"),
        std::string("c2st vae test -n 30 --json")}) {
    CAPTURE(line);
    const ProcessResult alone = run_ok(line, runs.folder);
    const std::string samples = read_file(runs.file("x.npy"));
    fs::remove(runs.file("x.npy"));
    const ProcessResult shared = runs.mpirun(shared_by(3, line));
    REQUIRE_MESSAGE(shared.status == 0, shared.err);
    CHECK(shared.out == alone.out);
    CHECK(read_file(runs.file("x.npy")) == samples);
    fs::remove(runs.file("x.npy"));
  }
}

TEST_CASE("samples are not mixed of different seeds, kernels or copies of a run") {
  const MpiRuns runs;
  runs.finish(0, kShared + "vae");
  fs::create_directories(runs.file("other"));
  fs::copy(runs.file("vae"), runs.file("other/vae"), fs::copy_options::recursive);
  fs::create_directory_symlink(runs.file("data"), runs.file("other/data"));
  const std::string checkpoint = runs.file("other/vae/checkpoint.safetensors");
  std::string bytes = read_file(checkpoint);
  bytes.back() = static_cast<char>(bytes.back() ^ 1);
  write_file(checkpoint, bytes);
  const std::string line = "sample vae -n 20 --out x.npy";
  const std::string here = shared_by(1, line) + " : ";
  check_refused(runs, here + shared_by(1, line + " --seed 9"),
                "process 1 has 'vae -n 20 --out x.npy --seed 9'");
  check_refused(runs, here + shared_by(1, line, "env GRADZOO_TARGET=portable"), "which round differently");
  for (const std::string& use : {line, std::string("eval vae")})
    check_refused(runs,
                  shared_by(1, use) + " : " + shared_by(1, use, "-wdir " + shell_word(runs.file("other"))),
                  "and process 0 has '");
}

TEST_CASE("what does not fit together is one sentence, and leaves nothing behind") {
  const MpiRuns runs;
  const std::string run = kShared + "run", first = shared_by(1, run) + " : ";
  check_refused(runs, shared_by(3, run),
                "3 processes cannot share shards=4 equally. Hint: use --set shards=3");
  check_refused(runs, shared_by(2, "train vae --data data --out run"),
                "2 processes cannot share shards=1 equally");
  check_refused(runs, shared_by(2, "train vae --data data --batch 18 --set shards=4 --out run"),
                "shards=4 do not divide a batch of 18");
  check_refused(runs, first + shared_by(1, run + " --lr 0.5"), "process 1 has 'lr = 0.5'");
  check_refused(runs, first + shared_by(1, run, "env GRADZOO_TARGET=portable"),
                "which round differently. Hint: set GRADZOO_TARGET");
  check_refused(runs, first + shared_by(1, "train --config none.toml"), "process 1 of 2");
  check_refused(runs, "-n 2 " + shell_word(command()) + " train vae --data data --out run",
                "2 processes were started, but this program runs in one. Hint: start gradzoo-mpi");
}

TEST_CASE("doctor lists the processes and what a mean takes") {
  const MpiRuns runs;
  const ProcessResult result = runs.mpirun("--bind-to none " + shared_by(2, "doctor --json"));
  REQUIRE_MESSAGE(result.status == 0, result.err);
  const nlohmann::json found = nlohmann::json::parse(result.out);
  CHECK(found["processes"].size() == 2);
  CHECK(found["processes"][1]["rank"] == 1);
  const unsigned threads = found["processes"][1]["threads"], cores = std::thread::hardware_concurrency();
  CHECK(threads >= 1);
  CHECK(threads <= std::max(1U, cores / 2));  // the two share all cores
  CHECK(found["reductions"].size() == 5);
  for (const nlohmann::json& reduction : found["reductions"]) CHECK(reduction["seconds"] > 0);
  CHECK(contains(runs.mpirun(shared_by(2, "doctor")).out, "Open MPI"));
}

}  // namespace
