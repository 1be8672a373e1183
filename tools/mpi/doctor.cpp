#include "tools/mpi/doctor.h"

#include <algorithm>
#include <vector>

#include <fmt/format.h>
#include <nlohmann/json.hpp>
#include <sched.h>
#include <unistd.h>

#include "gradzoo/autograd/ops.h"
#include "gradzoo/autograd/runtime.h"
#include "gradzoo/base/clock.h"
#include "gradzoo/base/text.h"
#include "gradzoo/commands/command_line.h"
#include "gradzoo/commands/shared_commands.h"
#include "gradzoo/experiments/shared_training.h"
#include "gradzoo/nn/parallel/processes.h"

namespace gradzoo {
namespace {

using Json = nlohmann::ordered_json;

// The median seconds of a mean of gradients of so many bytes, formed by all.
double seconds_of_mean(Processes& processes, int64_t bytes) {
  const int64_t rounds = std::clamp<int64_t>((int64_t{256} << 20) / bytes, 9, 201);
  TreeMean mean(processes.count(), processes);
  std::vector<double> times;
  for (int64_t i = 0; i < rounds; ++i) {
    std::vector<Tensor> values{ones({bytes / 4})};
    static_cast<void>(processes.any(false));  // all begin together
    const double begun = steady_seconds();
    mean.of(values);
    times.push_back(steady_seconds() - begun);
  }
  std::ranges::nth_element(times, times.begin() + rounds / 2);
  return times[static_cast<size_t>(rounds / 2)];
}

}  // namespace

int doctor_of_processes(const Arguments& arguments) {
  bool json = false;
  CommandLine line("doctor", "Lists the processes with their threads, and times a mean of gradients.",
                   {{"mpirun -n 4 gradzoo-mpi doctor", "lists four processes"}});
  line.flag("--json", json, "print JSON");
  if (!line.read(arguments)) return 0;
  Processes& processes = all_processes();
  Json out{{"library", mpi_library()}, {"processes", Json::array()}, {"reductions", Json::array()}};
  const Json mine{{"rank", processes.rank()}, {"host", processes.place()},
                  {"pid", ::getpid()},        {"processors", allowed_processors()},
                  {"threads", num_threads()}, {"kernels", kernels_of_this_process()}};
  std::vector<std::vector<std::string>> rows = {
      {"process", "host", "pid", "processors", "threads", "kernels"}};
  int here = 0;  // processes of this host
  for (const std::string& text : processes.all_gather(mine.dump())) {
    const Json its = out["processes"].emplace_back(Json::parse(text));
    here += its["host"] == mine["host"];
    rows.emplace_back();
    for (const Json& value : its)
      rows.back().push_back(value.is_string() ? value.get<std::string>() : value.dump());
  }
  // mpirun binds each of two processes to a core, whatever cores there are.
  cpu_set_t allowed;
  CPU_ZERO(&allowed);
  static_cast<void>(::sched_getaffinity(0, sizeof(allowed), &allowed));
  const bool leaves_cores = processes.any(here * CPU_COUNT(&allowed) < ::sysconf(_SC_NPROCESSORS_ONLN));
  std::vector<std::vector<std::string>> table = {{"MB", "ms", "MB/s"}};
  for (const int64_t bytes : {4 << 10, 64 << 10, 1 << 20, 4 << 20, 16 << 20}) {
    const double seconds = seconds_of_mean(processes, bytes), megabytes = 1e-6 * static_cast<double>(bytes);
    out["reductions"].push_back({{"bytes", bytes}, {"seconds", seconds}});
    table.push_back({fmt::format("{:.3g}", megabytes), fmt::format("{:.3g}", 1e3 * seconds),
                     fmt::format("{:.0f}", megabytes / seconds)});
  }
  if (json) {
    fmt::print("{}\n", out.dump());
    return 0;
  }
  fmt::print("{}, {} processes\n{}\nthe mean of gradients of all processes\n{}", mpi_library(),
             processes.count(), text_columns(rows), text_columns(table));
  if (processes.is_alone()) fmt::print("this is one process. Hint: mpirun -n 4 gradzoo-mpi doctor\n");
  if (leaves_cores)
    fmt::print("some cores are not used. Hint: mpirun --bind-to none, or --map-by slot:PE=4\n");
  return 0;
}

}  // namespace gradzoo
