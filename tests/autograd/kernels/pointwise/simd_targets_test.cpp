#include "autograd/kernels/pointwise/simd_targets.h"

#include <doctest/doctest.h>

#include "autograd/kernels/pointwise/peak.h"
#include "support/error_message.h"

namespace gradzoo::kernels {

TEST_CASE("GRADZOO_TARGET names the best instruction set that may run, and nothing else is taken for one") {
  CHECK(highest_level(nullptr) == SimdLevel::avx512);
  CHECK(highest_level("") == SimdLevel::avx512);
  CHECK(highest_level("avx512") == SimdLevel::avx512);
  CHECK(highest_level("avx2") == SimdLevel::avx2);
  CHECK(highest_level("portable") == SimdLevel::portable);
  for (const char* name : {"sse4", "AVX2", "avx", "avx2 ", "0"}) {
    const std::string said = test::error_message([&] { highest_level(name); });
    CHECK(test::contains(said, "GRADZOO_TARGET is '" + std::string(name) + "'"));
    CHECK(test::contains(said, "Hint: set portable, avx2 or avx512"));
  }
}

TEST_CASE("asking what the processor has leaves the choice lowered") {
  const SimdLevel whole = processor_level();
  set_highest_level(SimdLevel::portable);
  const SimdLevel lowered = processor_level();
  const double flops = run_multiply_adds(1);  // ten chains of a multiply-add a number
  set_highest_level(whole);
  CHECK(lowered == SimdLevel::portable);
  if (whole != SimdLevel::portable) CHECK(flops < run_multiply_adds(1));  // shorter vectors
  CHECK(processor_level() == whole);
}

}  // namespace gradzoo::kernels
