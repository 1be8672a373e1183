#include "autograd/base/text.h"

#include <string>
#include <vector>

#include <doctest/doctest.h>

namespace gradzoo {
namespace {

const std::vector<std::string> kNames{"mnist", "fashion", "ring8", "bars-and-stripes"};

}  // namespace

TEST_CASE("the edit distance counts insertions, deletions, replacements and swapped neighbours") {
  CHECK(edit_distance("", "") == 0);
  CHECK(edit_distance("mnist", "mnist") == 0);
  CHECK(edit_distance("", "abc") == 3);
  CHECK(edit_distance("abc", "") == 3);
  CHECK(edit_distance("kitten", "sitting") == 3);
  CHECK(edit_distance("mnits", "mnist") == 1);
  CHECK(edit_distance("ca", "abc") == 3);  // no letter is edited twice
  CHECK(edit_distance("abc", "ca") == 3);
}

TEST_CASE("a word near a known name is answered by that name") {
  CHECK(did_you_mean("mnits", kNames) == "Hint: did you mean 'mnist'?");
  CHECK(did_you_mean("MNIST", kNames) == "Hint: did you mean 'mnist'?");
  CHECK(did_you_mean("ring", kNames) == "Hint: did you mean 'ring8'?");
  CHECK(did_you_mean("fash", kNames) == "Hint: did you mean 'fashion'?");
  CHECK(did_you_mean("bars_and_stripes", kNames) == "Hint: did you mean 'bars-and-stripes'?");
}

TEST_CASE("a word near no known name, empty or endless, is answered by all of them") {
  const std::string all = "Hint: one of mnist, fashion, ring8, bars-and-stripes";
  CHECK(did_you_mean("cifar", kNames) == all);
  CHECK(did_you_mean("", kNames) == all);
  CHECK(did_you_mean(std::string(1'000'000, 'x'), kNames) == all);
  CHECK(did_you_mean("x", std::vector<std::string>{"k"}) == "Hint: one of k");
  CHECK(did_you_mean("x", std::vector<std::string>{}) == "Hint: no name is known here");
}

}  // namespace gradzoo
