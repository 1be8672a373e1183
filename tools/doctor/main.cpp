#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "gradzoo/base/text.h"
#include "gradzoo/commands/command_line.h"
#include "gradzoo/commands/program.h"
#include "gradzoo/commands/shared_options.h"
#include "tools/doctor/machine.h"

namespace gradzoo {
namespace {

using Json = nlohmann::ordered_json;

std::string bytes_text(double bytes) {
  if (bytes >= 1 << 30) return fmt::format("{:.1f} GiB", bytes / (1 << 30));
  return bytes >= 1 << 20 ? fmt::format("{:.3g} MiB", bytes / (1 << 20))
                          : fmt::format("{:.3g} KiB", bytes / 1024);
}

std::string caches_text(const Json& machine) {
  std::string text;
  for (const Json& cache : machine["caches"])
    text +=
        fmt::format("{}L{} {}{}", text.empty() ? "" : ", ", text_at(cache, "level"),
                    bytes_text(number_at(cache, "bytes")),
                    number_at(cache, "cpus") > 1 ? fmt::format(" for {} CPUs", text_at(cache, "cpus")) : "");
  return text.empty() ? "unknown" : text;
}

std::string why_kernel(const Json& machine) {
  const std::string used = text_at(machine, "blas_kernel"),
                    chosen = text_at(machine, "blas_kernel_chosen_by_openblas");
  if (!text_at(machine, "environment/OPENBLAS_CORETYPE").empty()) return "set by OPENBLAS_CORETYPE";
  return used == chosen ? "chosen by OpenBLAS"
                        : fmt::format("OpenBLAS chose {}, but {} fits the processor", chosen, used);
}

void print_row(const std::string& name, const std::string& text) {
  fmt::print("  {:<14} {}\n", name, printable(text));
}

void print_page(const Json& machine) {
  const auto number = [&](const std::string& path) { return number_at(machine, path); };
  const auto text = [&](const std::string& path, const std::string& otherwise = "") {
    const std::string found = text_at(machine, path);
    return found.empty() ? otherwise : found;
  };
  fmt::print("machine\n");
  print_row("processor", text("processor") + "; kernels use " + text("instructions"));
  print_row(
      "CPUs",
      fmt::format("this process may use {} of {}, on {} cores{}; threads: {}", text("allowed_cpus"),
                  text("cpus"), text("cores"),
                  number("cpu_quota") > 0 ? fmt::format(", a quota of {:.1f}", number("cpu_quota")) : "",
                  text("threads")));
  print_row("caches", caches_text(machine));
  print_row("memory", fmt::format("{} of {} free", bytes_text(number("free_memory_bytes")),
                                  bytes_text(number("memory_bytes"))));
  print_row("load", fmt::format("{:.2f} processes in the last minute; other programs kept {:.1f} CPUs busy "
                                "during the measurement; stolen by the host: {:.1f} %",
                                number("load"), number("others_cpus"), 100 * number("stolen_share")));
  print_row("products",
            fmt::format("{}, kernel {}, {}", text("blas"), text("blas_kernel"), why_kernel(machine)));
  print_row("data", text("data/path", "not found"));
  print_row("cache folder", text("cache/path", "none"));
  fmt::print("rates\n");
  const auto print_rate = [&](const std::string& name, const std::string& key, bool of_most,
                              const char* unit) {
    const auto rate = [&](const std::string& threads, const char* its_unit) {
      const double value = number(key + threads), most = number("instructions_gflops" + threads);
      return fmt::format("{:>6.1f}{}{}", value, its_unit,
                         of_most && most > 0 ? fmt::format(" ({:.0f} %)", 100 * value / most) : "");
    };
    print_row(name, rate("/one_thread", unit) + " with one thread, " + rate("/all", "") + " with all");
  };
  print_rate("instructions", "instructions_gflops", false, " GFLOP/s");
  print_rate("products", "products_gflops", true, " GFLOP/s");
  print_rate("convolutions", "convolutions_gflops", true, " GFLOP/s");
  print_rate("memory", "memory_gb_per_s", false, " GB/s   ");
  if (const double trip = number("round_trip_ns"); trip > 0)
    print_row("round trip", fmt::format("{:>6.0f} ns from one core to another and back", trip));
  fmt::print("{}\n", machine["wrong"].empty() ? "nothing is wrong" : "wrong");
  for (const Json& ailment : machine["wrong"])
    fmt::print("  - {}\n    Hint: {}\n", printable(text_at(ailment, "what")),
               printable(text_at(ailment, "hint")));
}

int run(const Arguments& arguments) {
  bool json = false;
  int64_t threads = 0;
  CommandLine line("doctor",
                   "Measures this machine, and lists the problems that make the program slow or fail.",
                   {{"gradzoo doctor", "a page with a hint for each problem"}});
  add_threads(line, threads);
  line.flag("--json", json, "print one JSON object");
  if (!line.read(arguments)) return 0;
  use_threads(threads);
  Json machine = examined_machine();
  machine["wrong"] = ailments_of(machine);
  if (json)
    fmt::print("{}\n", machine.dump());
  else
    print_page(machine);
  return 0;
}

}  // namespace
}  // namespace gradzoo

int main(int, char** argv) {
  return gradzoo::run_program(
      argv, {"doctor", "measure this machine, and list what slows training down", gradzoo::run});
}
