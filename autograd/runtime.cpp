#include "gradzoo/autograd/runtime.h"

#include "autograd/kernels/gemm/blas_kernel.h"
#include "autograd/kernels/pointwise/peak.h"
#include "autograd/kernels/threads/flops.h"
#include "autograd/kernels/threads/parallel.h"

namespace gradzoo {

static_assert(kMaxThreads == kernels::kMaxThreads);

int num_threads() { return kernels::threads(); }
void set_num_threads(int count) { kernels::set_threads(count); }
void set_flush_denormals(bool flush) { kernels::set_flush_denormals(flush); }
std::string instruction_set() { return kernels::instruction_set(); }

BlasKernel blas_kernel() {
  const kernels::BlasKernel& kernel = kernels::blas_kernel();
  return {kernel.chosen, kernel.fitting, kernel.used};
}
std::string better_blas_kernel(const std::string& used) {
  return std::string(kernels::fitting_blas_kernel({used, kernels::processor_level(), nullptr, nullptr}));
}
std::string blas_version() { return kernels::blas_version(); }
void restart_for_blas_kernel(char** arguments) { kernels::restart_for_blas_kernel(arguments); }

double counted_flops() { return kernels::counted_flops(); }
double run_multiply_adds(int64_t rounds) { return kernels::run_multiply_adds(rounds); }

void parallel_for(int64_t n, int64_t grain, int64_t align, FunctionRef<void(int64_t begin, int64_t end)> fn) {
  kernels::parallel_for(n, grain, align, fn);
}

}  // namespace gradzoo
