#include "tools/mpi/doctor.h"

#include <algorithm>
#include <vector>

#include <fmt/format.h>
#include <nlohmann/json.hpp>
#include <unistd.h>

#include "autograd/kernels/gemm/blas_kernel.h"
#include "autograd/kernels/threads/parallel.h"
#include "autograd/ops.h"
#include "base/clock.h"
#include "base/text.h"
#include "nn/parallel/tree_mean.h"
#include "runs/together.h"
#include "tools/cli/command_line.h"
#include "tools/mpi/mpi_processes.h"
#include "tools/mpi/threads.h"

namespace gradzoo {
namespace {

using Json = nlohmann::ordered_json;

/// A mean of gradients of so many bytes, formed by all.
struct Reduction {
  int64_t bytes;
  double seconds;  // the median
};

Reduction measure(Processes& processes, int64_t bytes) {
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
  return {bytes, times[static_cast<size_t>(rounds / 2)]};
}

std::string host_name() {
  char host[256] = {};
  ::gethostname(host, sizeof(host) - 1);
  return host;
}

// Host, process number of the system, processors, threads, kernels.
std::string line_of(const Processes& processes) {
  return fmt::format("{}\t{}\t{}\t{}\t{}\t{}", processes.rank(), host_name(), ::getpid(),
                     allowed_processors(), kernels::threads(), kernels_of_this_process());
}

// mpirun binds each of two processes to a core, whatever cores there are.
bool binding_leaves_cores(Processes& processes) {
  const std::string host = host_name();
  const std::vector<std::string> hosts = processes.all_gather(host);
  const auto here = static_cast<int>(std::ranges::count(hosts, host));
  return here * allowed_count() < static_cast<int>(::sysconf(_SC_NPROCESSORS_ONLN));
}

std::vector<std::string> cells_of(const std::string& line) {
  std::vector<std::string> cells(1);
  for (const char c : line) {
    if (c == '\t')
      cells.emplace_back();
    else
      cells.back() += c;
  }
  return cells;
}

}  // namespace

int doctor_of_processes(const Arguments& arguments) {
  bool json = false;
  CommandLine line("doctor", "Who runs where, threads a process, and what a mean of gradients takes.",
                   {{"mpirun -n 4 gradzoo-mpi doctor", "asks four processes"}});
  line.flag("--json", json, "print JSON");
  if (!line.parse(arguments)) {
    fmt::print("{}", line.help());
    return 0;
  }
  Processes& processes = all_processes();
  const bool leaves_cores = processes.any(binding_leaves_cores(processes));
  std::vector<std::vector<std::string>> rows;
  for (const std::string& text : processes.all_gather(line_of(processes))) rows.push_back(cells_of(text));
  std::vector<Reduction> reductions;
  for (const int64_t bytes :
       {int64_t{4} << 10, int64_t{64} << 10, int64_t{1} << 20, int64_t{4} << 20, int64_t{16} << 20})
    reductions.push_back(measure(processes, bytes));
  if (json) {
    Json out{
        {"library", MpiProcesses::library()}, {"processes", Json::array()}, {"reductions", Json::array()}};
    for (const std::vector<std::string>& row : rows)
      out["processes"].push_back({{"rank", std::stoll(row[0])},
                                  {"host", row[1]},
                                  {"pid", std::stoll(row[2])},
                                  {"processors", row[3]},
                                  {"threads", std::stoll(row[4])},
                                  {"kernels", row[5]}});
    for (const Reduction& r : reductions)
      out["reductions"].push_back({{"bytes", r.bytes}, {"seconds", r.seconds}});
    fmt::print("{}\n", out.dump());
    return 0;
  }
  fmt::print("{}, {} processes\n", MpiProcesses::library(), processes.count());
  rows.insert(rows.begin(), {"process", "host", "pid", "processors", "threads", "kernels"});
  fmt::print("{}\nthe mean of gradients of all processes\n", text_columns(rows));
  std::vector<std::vector<std::string>> table = {{"MB", "ms", "MB/s"}};
  for (const Reduction& r : reductions) {
    const double megabytes = static_cast<double>(r.bytes) / 1e6;
    table.push_back({fmt::format("{:.3g}", megabytes), fmt::format("{:.3g}", 1e3 * r.seconds),
                     fmt::format("{:.0f}", megabytes / r.seconds)});
  }
  fmt::print("{}", text_columns(table));
  if (processes.is_alone()) fmt::print("alone. Hint: mpirun -n 4 gradzoo-mpi doctor\n");
  if (leaves_cores) fmt::print("cores are left over. Hint: mpirun --bind-to none, or --map-by slot:PE=4\n");
  return 0;
}

}  // namespace gradzoo
