#include "autograd/kernels/gemm/blas_kernel.h"

#include <algorithm>
#include <array>
#include <cstdlib>

#include <cblas.h>
#include <unistd.h>

#include "gradzoo/base/error.h"

// OpenBLAS's own, in builds that carry several kernels (DYNAMIC_ARCH); null in others.
extern "C" {
[[gnu::weak]] void gotoblas_dynamic_init();
[[gnu::weak]] void gotoblas_dynamic_quit();
}

namespace gradzoo::kernels {
namespace {

constexpr const char* kCoretype = "OPENBLAS_CORETYPE";
constexpr const char* kWish = "GRADZOO_BLAS_KERNEL";

// Kernels without AVX2 and FMA. Those that AMD's own processors without AVX2 run on are not here, since
// nothing better fits there.
constexpr std::array<std::string_view, 17> kWithoutAvx2 = {
    "Generic",      "Katmai",    "Coppermine", "Northwood", "Banias",     "Prescott",
    "Core2",        "Penryn",    "Dunnington", "Atom",      "Nano",       "Athlon",
    "Opteron_SSE3", "Barcelona", "Bobcat",     "Nehalem",   "Sandybridge"};
constexpr std::array<std::string_view, 2> kWithoutAvx512 = {"Haswell", "Zen"};

bool is_among(const auto& names, std::string_view name) {
  return std::ranges::find(names, name) != names.end();
}

// OpenBLAS reads the variable when it starts.
void start_blas_with(const char* coretype) {
  gotoblas_dynamic_quit();
  ::setenv(kCoretype, coretype, 1);
  gotoblas_dynamic_init();
}

std::string_view wish_of_environment() {
  const char* const text = std::getenv(kWish);
  const std::string_view wish = text == nullptr || *text == '\0' ? "fit" : text;
  if (wish == "fit" || wish == "keep" || wish == "restart") return wish;
  throw Error(
      "{} is '{}'. Hint: fit takes the OpenBLAS kernel that fits the processor, restart does so by starting "
      "the command again, keep leaves OpenBLAS's own choice",
      kWish, wish);
}

BlasKernel decide() {
  const std::string wish(wish_of_environment());
  BlasKernel kernel{.chosen = openblas_get_corename(), .fitting = {}, .used = {}};
  kernel.fitting =
      fitting_blas_kernel({kernel.chosen, processor_level(), std::getenv(kCoretype), wish.c_str()});
  if (kernel.fitting.empty()) kernel.fitting = kernel.chosen;
  if (kernel.fitting != kernel.chosen && wish == "fit") set_blas_kernel(kernel.fitting);
  kernel.used = openblas_get_corename();
  return kernel;
}

}  // namespace

std::string_view fitting_blas_kernel(const BlasKernelQuery& query) {
  if (query.openblas_coretype != nullptr) return "";
  if (query.gradzoo_blas_kernel != nullptr && std::string_view(query.gradzoo_blas_kernel) == "keep")
    return "";
  const bool is_old = is_among(kWithoutAvx2, query.chosen);
  if (query.processor == SimdLevel::avx512 && (is_old || is_among(kWithoutAvx512, query.chosen)))
    return "SkylakeX";
  return query.processor == SimdLevel::avx2 && is_old ? "Haswell" : "";
}

const BlasKernel& blas_kernel() {
  static const BlasKernel kKernel = decide();
  return kKernel;
}

bool set_blas_kernel(const std::string& name) {
  if (gotoblas_dynamic_init == nullptr || gotoblas_dynamic_quit == nullptr) return false;
  const char* const set = std::getenv(kCoretype);
  const std::string before = openblas_get_corename(), variable = set == nullptr ? "" : set;
  start_blas_with(name.c_str());
  const bool changed = name == openblas_get_corename();
  if (!changed) start_blas_with(before.c_str());
  if (set == nullptr) {
    ::unsetenv(kCoretype);
  } else {
    ::setenv(kCoretype, variable.c_str(), 1);
  }
  return changed;
}

void restart_for_blas_kernel(char** arguments) {
  const BlasKernel& kernel = blas_kernel();
  if (kernel.used == kernel.fitting) return;
  ::setenv(kCoretype, kernel.fitting.c_str(), 0);  // never twice: what is set is kept
  ::execv("/proc/self/exe", arguments);
  ::execvp(arguments[0], arguments);  // where /proc is not mounted
}

std::string blas_version() {
  // "OpenBLAS 0.3.21 DYNAMIC_ARCH ...": name and number.
  const std::string config = openblas_get_config();
  return config.substr(0, config.find(' ', config.find(' ') + 1));
}

}  // namespace gradzoo::kernels
