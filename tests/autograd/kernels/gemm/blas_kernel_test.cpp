#include "autograd/kernels/gemm/blas_kernel.h"

#include <string>
#include <vector>

#include <doctest/doctest.h>

#include "autograd/kernels/gemm/gemm.h"

namespace gradzoo::kernels {
namespace {

using enum SimdLevel;

TEST_CASE("the kernel that fits follows from the chosen one, the processor and the environment") {
  struct Row {
    std::string_view chosen;
    SimdLevel processor;
    const char *coretype, *wish;
    std::string_view fitting;
  };
  const Row rows[] = {
      {"Prescott", avx512, nullptr, nullptr, "SkylakeX"},  // a processor that OpenBLAS does not know
      {"Prescott", avx2, nullptr, nullptr, "Haswell"},
      {"Prescott", portable, nullptr, nullptr, ""},  // nothing better would run
      {"Nehalem", avx2, nullptr, "fit", "Haswell"},
      {"Sandybridge", avx512, nullptr, "fit", "SkylakeX"},
      {"Sandybridge", avx2, nullptr, "restart", "Haswell"},
      {"Haswell", avx512, nullptr, nullptr, "SkylakeX"},
      {"Haswell", avx2, nullptr, nullptr, ""},
      {"Haswell", portable, nullptr, nullptr, ""},  // GRADZOO_TARGET lowers ours, not OpenBLAS's
      {"Zen", avx512, nullptr, nullptr, "SkylakeX"},
      {"Zen", avx2, nullptr, nullptr, ""},
      {"SkylakeX", avx512, nullptr, nullptr, ""},
      {"Cooperlake", avx512, nullptr, nullptr, ""},
      {"SapphireRapids", avx512, nullptr, nullptr, ""},
      {"SkylakeX", avx2, nullptr, nullptr, ""},
      {"Excavator", avx2, nullptr, nullptr, ""},        // AMD's, made for it
      {"DiamondRapids", avx512, nullptr, nullptr, ""},  // younger than this table
      {"neoversen1", portable, nullptr, nullptr, ""},
      {"Prescott", avx512, "Prescott", nullptr, ""},  // as the user asked
      {"Prescott", avx512, "Haswell", "fit", ""},
      {"Prescott", avx512, nullptr, "keep", ""},
  };
  for (const Row& row : rows) {
    CAPTURE(row.chosen);
    CAPTURE(static_cast<int>(row.processor));
    CHECK(fitting_blas_kernel({row.chosen, row.processor, row.coretype, row.wish}) == row.fitting);
  }
}

struct Square {
  static constexpr int64_t kSide = 240;
  std::vector<double> a, b, c;  // in f32 our own tiles may take over
  explicit Square(double unit) : a(kSide * kSide), b(a), c(a) {
    for (size_t i = 0; i < a.size(); ++i) {
      a[i] = unit * (static_cast<double>(i % 13) - 6);
      b[i] = static_cast<double>(i % 7) - 3;
    }
  }
  void multiply() { gemm<double>(false, false, kSide, kSide, kSide, a.data(), b.data(), 0, c.data()); }
};

TEST_CASE("OpenBLAS changes its kernel while it runs: products keep their values, rounded another way") {
  const std::string before = blas_kernel().used;
  Square square(1), tenths(0.1);
  square.multiply();  // integers: exact with any kernel
  const std::vector<double> expected = square.c;
  if (!set_blas_kernel("Prescott")) return;  // an OpenBLAS of one kernel
  CHECK(set_blas_kernel("Prescott"));
  square.multiply();
  CHECK(square.c == expected);
  tenths.multiply();
  const std::vector<double> rounded = tenths.c;
  CHECK_FALSE(set_blas_kernel("NoSuchProcessor"));
  const std::string_view fitting = fitting_blas_kernel({"Prescott", processor_level(), nullptr, nullptr});
  if (!fitting.empty()) {
    CHECK(set_blas_kernel(std::string(fitting)));
    square.multiply();
    CHECK(square.c == expected);
    tenths.multiply();
    CHECK(tenths.c != rounded);  // SSE3 rounds each product, fused multiply-adds do not
  }
  CHECK(set_blas_kernel(before));
}

}  // namespace
}  // namespace gradzoo::kernels
