#include <set>

#include <doctest/doctest.h>

#include "gradzoo/experiments/labs/lab.h"
#include "support/approx.h"

namespace gradzoo {

TEST_CASE("compression: fitting loses (k - 1) / 2n bits, whole bits more; the median beats the mean") {
  const LabResult result = find_lab("compression").run({.seed = 1}, {"sizes=100,1000", "trials=300"});
  const LabTable& codes = result.table("training symbols");
  // Huffman's code of the true shares is the shortest of whole bits: each merge of the two rarest costs one.
  std::multiset<double> nodes = {0.35, 0.2, 0.15, 0.1, 0.08, 0.06, 0.04, 0.02};
  double shortest = 0;
  while (nodes.size() > 1) {
    const double merged = nodes.extract(nodes.begin()).value() + nodes.extract(nodes.begin()).value();
    nodes.insert(merged);
    shortest += merged;
  }
  for (const char* n : {"100", "1000"}) {
    const double theory = codes.at(n, "(k - 1) / 2n ln 2");
    // A chi-squared with 7 degrees of freedom varies by sqrt(2/7) of its mean: 3.9 standard errors are 12 %.
    CHECK(codes.at(n, "bits lost") == approx(theory).epsilon(0.15));
    CHECK(codes.at(n, "Huffman") > codes.at(n, "bits per symbol"));
    CHECK(codes.at(n, "Huffman") >= shortest - 1e-9);
    CHECK(codes.at(n, "Huffman") < codes.at(n, "bits per symbol") + 1);
  }
  const LabTable& centres = result.table("samples");
  CHECK(centres.at("1000", "n var(mean)") == approx(1).epsilon(0.33));  // 4 of sqrt(2/300)
  CHECK(centres.at("1000", "n var(median)") == approx(0.5).epsilon(0.35));
}

}  // namespace gradzoo
