#include "tools/study/bench_json.h"

#include <cmath>

#include <fmt/format.h>

#include "autograd/kernels/gemm/blas_kernel.h"
#include "autograd/kernels/threads/parallel.h"

namespace gradzoo {

nlohmann::ordered_json rounded(double value) {
  if (!std::isfinite(value)) return nullptr;
  return std::stod(fmt::format("{:.5g}", value));
}

nlohmann::ordered_json bench_object(const std::string& key, const std::string& name) {
  return {{key, name},
          {"dtype", "f32"},
          {"threads", kernels::threads()},
          {"blas", kernels::blas_version()},
          {"blas_kernel", kernels::blas_kernel().used}};
}

}  // namespace gradzoo
