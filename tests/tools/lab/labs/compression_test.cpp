#include "tools/lab/labs/compression.h"

#include <cmath>

#include <doctest/doctest.h>

namespace gradzoo {
namespace {

TEST_CASE("Huffman's lengths are those of the textbook, and fill the tree") {
  CHECK(huffman_lengths({0.5, 0.25, 0.125, 0.125}) == std::vector<int64_t>{1, 2, 3, 3});
  double kraft = 0;
  for (const int64_t length : huffman_lengths({0.3, 0.3, 0.2, 0.1, 0.07, 0.03}))
    kraft += std::pow(0.5, static_cast<double>(length));
  CHECK(kraft == 1);
}

TEST_CASE(
    "compression: fitting loses (k - 1) / 2n bits, whole bits cost more, and the median beats the mean") {
  const LabResult result = CompressionLab{.sizes = {100, 1000}, .trials = 300}.run({.seed = 1});
  const LabTable& codes = result.table("training symbols");
  // Huffman's code of the true shares is the shortest of whole bits.
  const std::vector<double> source = {0.35, 0.2, 0.15, 0.1, 0.08, 0.06, 0.04, 0.02};
  const std::vector<int64_t> lengths = huffman_lengths(source);
  double shortest = 0;
  for (size_t i = 0; i < source.size(); ++i) shortest += source[i] * static_cast<double>(lengths[i]);
  for (const char* n : {"100", "1000"}) {
    const double theory = codes.at(n, "(k - 1) / 2n ln 2");
    // A chi-squared with 7 degrees of freedom varies by sqrt(2/7) of its mean: 3.9 standard errors are 12 %.
    CHECK(codes.at(n, "bits lost") == doctest::Approx(theory).epsilon(0.15).scale(0));
    CHECK(codes.at(n, "Huffman") > codes.at(n, "bits a symbol"));
    CHECK(codes.at(n, "Huffman") >= shortest - 1e-9);
    CHECK(codes.at(n, "Huffman") < codes.at(n, "bits a symbol") + 1);
  }
  const LabTable& centres = result.table("samples");
  CHECK(centres.at("1000", "n var(mean)") == doctest::Approx(1).epsilon(0.33).scale(0));  // 4 of sqrt(2/300)
  CHECK(centres.at("1000", "n var(median)") == doctest::Approx(0.5).epsilon(0.35).scale(0));
}

}  // namespace
}  // namespace gradzoo
