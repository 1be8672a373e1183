#include "tools/bench/bench_json.h"

#include <cmath>

#include <fmt/format.h>

#include "gradzoo/autograd/runtime.h"

namespace gradzoo {

nlohmann::ordered_json rounded(double value) {
  if (!std::isfinite(value)) return nullptr;
  return std::stod(fmt::format("{:.5g}", value));
}

nlohmann::ordered_json bench_object(const std::string& key, const std::string& name) {
  return {{key, name},
          {"dtype", "f32"},
          {"threads", num_threads()},
          {"blas", blas_version()},
          {"blas_kernel", blas_kernel().used}};
}

}  // namespace gradzoo
