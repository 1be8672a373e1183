#include "tools/doctor/findings.h"

#include <cmath>

#include <fmt/format.h>

namespace gradzoo {
namespace {

constexpr double kGiB = 1024.0 * 1024 * 1024;

std::string blas_ailment(const Machine& machine) {
  const kernels::BlasKernel& kernel = machine.kernel;
  if (machine.openblas_coretype.empty()) return "";
  const std::string_view better =
      kernels::fitting_blas_kernel({kernel.used, kernels::processor_level(), nullptr, nullptr});
  if (better.empty()) return "";
  return fmt::format("OPENBLAS_CORETYPE={} holds products at the kernel {}, and the processor can run {}",
                     machine.openblas_coretype, kernel.used, better);
}

}  // namespace

std::vector<Ailment> ailments_of(const Machine& machine, const MachineRates& rates) {
  std::vector<Ailment> found;
  const auto add = [&](std::string what, std::string hint) {
    found.push_back({std::move(what), std::move(hint)});
  };
  if (!machine.data.problem.empty()) add("the bundled data are not found", machine.data.problem);
  if (const std::string held = blas_ailment(machine); !held.empty()) add(held, "unset OPENBLAS_CORETYPE");
  if (machine.kernel.used != machine.kernel.fitting)
    add(fmt::format("products run on the kernel {}, and {} fits the processor", machine.kernel.used,
                    machine.kernel.fitting),
        "set OPENBLAS_CORETYPE=" + machine.kernel.fitting);
  if (!machine.gradzoo_target.empty() && machine.gradzoo_target != "avx512")
    add(fmt::format("GRADZOO_TARGET={} holds kernels at {} instructions", machine.gradzoo_target,
                    machine.instructions),
        "unset GRADZOO_TARGET");
  if (rates.stolen > 0.02)
    add(fmt::format("the host gave {:.0f} % of the CPUs' time to others", 100 * rates.stolen),
        "times measured now say little; another host, or another hour");
  if (rates.others > 0.25)
    add(fmt::format("other programs keep {:.1f} of {} CPUs busy", rates.others, machine.cpus),
        "end them, or take fewer threads (--threads)");
  if (machine.cpu_quota > 0 && machine.cpu_quota < machine.threads)
    add(fmt::format("the container may use {:.1f} CPUs, and the program takes {} threads", machine.cpu_quota,
                    machine.threads),
        fmt::format("--threads {:.0f}, or a higher quota", std::max(1.0, std::floor(machine.cpu_quota))));
  if (!machine.omp_num_threads.empty() && machine.threads < machine.cores)
    add(fmt::format("OMP_NUM_THREADS={} leaves {} of {} cores idle", machine.omp_num_threads,
                    machine.cores - machine.threads, machine.cores),
        "unset OMP_NUM_THREADS");
  if (machine.threads > machine.allowed_cpus && machine.allowed_cpus > 0)
    add(fmt::format("{} threads share {} CPUs", machine.threads, machine.allowed_cpus),
        "unset OMP_NUM_THREADS");
  if (rates.products.one > 0 && rates.products.one < 0.5 * rates.instructions.one)
    add(fmt::format("products have {:.0f} of the {:.0f} GFLOP/s that the instructions give",
                    rates.products.one, rates.instructions.one),
        fmt::format("a younger OpenBLAS may have a kernel for this processor (it is {})", machine.blas));
  if (machine.threads > 1 && rates.products.all < 1.3 * rates.products.one)
    add(fmt::format("{} threads are {:.2f} times as fast as one", machine.threads,
                    rates.products.all / rates.products.one),
        "they share one core, or other programs take it: see the CPUs above");
  if (machine.free_memory > 0 && static_cast<double>(machine.free_memory) < 1.5 * kGiB)
    add(fmt::format("{:.1f} GiB of memory are free", static_cast<double>(machine.free_memory) / kGiB),
        "training takes up to 1 GiB: end other programs, or take a smaller batch");
  if (!machine.cache.problem.empty())
    add("there is no folder to keep the clothing classifier in", machine.cache.problem);
  return found;
}

}  // namespace gradzoo
