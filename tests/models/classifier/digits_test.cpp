#include "models/classifier/digits.h"

#include <fstream>

#include <doctest/doctest.h>

#include "gradzoo/datasets/dataset.h"
#include "gradzoo/datasets/images/sha256.h"
#include "gradzoo/models/run/session.h"
#include "support/paths.h"
#include "support/small_model.h"

namespace gradzoo {

TEST_CASE("the program's own classifier errs on fewer than 0.8 % of the test digits") {
  const std::unique_ptr<Classifier> classifier = digit_classifier();
  const Examples test = Dataset("mnist").split(Split::test);
  const Quantities found = classifier->evaluate({test, test, 1});
  CHECK(found[kClassifierError].value < 0.8);
  CHECK(found[kClassifierError].value > 0.3);  // it is no table of answers
  const Tensor x = zeros({3, 784});
  CHECK(classifier->features(x).shape() == Shape{3, 128});
}

TEST_CASE("its weights are the file in the tree, whose sum stands beside it") {
  const std::string folder = test::source_dir() + "/models/classifier/";
  std::ifstream sum(folder + "digits.sha256");
  std::string wanted;
  sum >> wanted;
  CHECK(wanted.size() == 64);
  CHECK(sha256_of_contents(folder + "digits.safetensors") == wanted);
}

}  // namespace gradzoo
