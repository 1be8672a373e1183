#include "autograd/kernels/pointwise/simd_targets.h"

#include <doctest/doctest.h>

#include "support/error_message.h"

namespace gradzoo::kernels {
namespace {

TEST_CASE("GRADZOO_TARGET names the best instruction set that may run, and nothing else is taken for one") {
  CHECK(highest_level(nullptr) == SimdLevel::avx512);
  CHECK(highest_level("") == SimdLevel::avx512);
  CHECK(highest_level("avx512") == SimdLevel::avx512);
  CHECK(highest_level("avx2") == SimdLevel::avx2);
  CHECK(highest_level("portable") == SimdLevel::portable);
  for (const char* name : {"sse4", "AVX2", "avx", "avx2 ", "0"}) {
    const std::string said = test::error_message([&] { highest_level(name); });
    CHECK(test::contains(said, "GRADZOO_TARGET is '" + std::string(name) + "'"));
    CHECK(test::contains(said, "Hint: portable, avx2 or avx512"));
  }
}

}  // namespace
}  // namespace gradzoo::kernels
