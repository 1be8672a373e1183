#include <cmath>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "gradzoo/autograd/runtime.h"
#include "tools/doctor/machine.h"

namespace gradzoo {

using Json = nlohmann::ordered_json;

double number_at(const Json& machine, const std::string& path) {
  const Json value = machine.value(Json::json_pointer("/" + path), Json());
  return value.is_number() ? value.get<double>() : 0;
}

std::string text_at(const Json& machine, const std::string& path) {
  const Json value = machine.value(Json::json_pointer("/" + path), Json());
  return value.is_null() ? "" : value.is_string() ? value.get<std::string>() : value.dump();
}

Json ailments_of(const Json& machine) {
  const auto number = [&](const char* path) { return number_at(machine, path); };
  const auto text = [&](const char* path) { return text_at(machine, path); };
  const std::string held = text("environment/OPENBLAS_CORETYPE"), target = text("environment/GRADZOO_TARGET"),
                    omp = text("environment/OMP_NUM_THREADS"), used = text("blas_kernel"),
                    fitting = text("blas_kernel_that_fits");
  const std::string better = better_blas_kernel(used);
  const double threads = number("threads"), cores = number("cores"), allowed = number("allowed_cpus"),
               quota = number("cpu_quota"), gib = number("free_memory_bytes") / (1 << 30),
               most = number("instructions_gflops/one_thread"), one = number("products_gflops/one_thread"),
               all = number("products_gflops/all");
  const struct {
    bool ails;
    std::string what, hint;
  } table[] = {
      {!text("data/problem").empty(), "the bundled data are not found", text("data/problem")},
      {!held.empty() && !better.empty(),
       fmt::format("OPENBLAS_CORETYPE={} holds products at the kernel {}, and the processor can run {}", held,
                   used, better),
       "unset OPENBLAS_CORETYPE"},
      {used != fitting,
       fmt::format("products run on the kernel {}, and {} fits the processor", used, fitting),
       "set OPENBLAS_CORETYPE=" + fitting},
      {!target.empty() && target != "avx512",
       fmt::format("GRADZOO_TARGET={} holds kernels at {} instructions", target, text("instructions")),
       "unset GRADZOO_TARGET"},
      {number("stolen_share") > 0.02,
       fmt::format("the host gave {:.0f} % of the CPUs' time to others", 100 * number("stolen_share")),
       "times measured now say little; another host, or another hour"},
      {number("others_cpus") > 0.25,
       fmt::format("other programs keep {:.1f} of {} CPUs busy", number("others_cpus"), text("cpus")),
       "end them, or take fewer threads (--threads)"},
      {quota > 0 && quota < threads,
       fmt::format("the container may use {:.1f} CPUs, and the program takes {} threads", quota, threads),
       fmt::format("--threads {:.0f}, or a higher quota", std::max(1.0, std::floor(quota)))},
      {!omp.empty() && threads < cores,
       fmt::format("OMP_NUM_THREADS={} leaves {} of {} cores idle", omp, cores - threads, cores),
       "unset OMP_NUM_THREADS"},
      {threads > allowed && allowed > 0, fmt::format("{} threads share {} CPUs", threads, allowed),
       "unset OMP_NUM_THREADS"},
      {one > 0 && one < 0.5 * most,
       fmt::format("products have {:.0f} of the {:.0f} GFLOP/s that the instructions give", one, most),
       fmt::format("a younger OpenBLAS may have a kernel for this processor (it is {})", text("blas"))},
      {threads > 1 && all < 1.3 * one,
       fmt::format("{} threads are {:.2f} times as fast as one", threads, all / one),
       "they share one core, or other programs take it: see the CPUs above"},
      {gib > 0 && gib < 1.5, fmt::format("{:.1f} GiB of memory are free", gib),
       "training takes up to 1 GiB: end other programs, or take a smaller batch"},
      {!text("cache/problem").empty(), "there is no folder to keep the clothing classifier in",
       text("cache/problem")},
  };
  Json found = Json::array();
  for (const auto& row : table)
    if (row.ails) found.push_back({{"what", row.what}, {"hint", row.hint}});
  return found;
}

}  // namespace gradzoo
