#include "tools/ledger/ebm/spectral.h"

#include <doctest/doctest.h>

#include "autograd/ops.h"
#include "support/small_model.h"

// The row ebm.spectral_norm plants what it is there for, and must see it.
namespace gradzoo {
namespace {

const DataShape kImages{.example = {28, 28}};

std::unique_ptr<Ebm> small(const std::vector<std::string>& more) {
  std::vector<std::string> all = {"preset=uva", "channels=4", "hidden=16",
                                  "buffer=60",  "batch=20",   "chain_steps=2"};
  all.insert(all.end(), more.begin(), more.end());
  return test::small_model<Ebm>("ebm", all, kImages);
}

Tensor images(uint64_t seed) {
  Rng rng(seed, "spectral_test");
  return rand({20, 784}, rng);
}

// Every weight far from where it was, and nobody told.
void move_weights(Ebm& model) {
  Rng rng(3, "spectral_test");
  for (const NamedTensor& p : model.network().named_parameters()) {
    if (!p.name.ends_with("weight")) continue;
    Tensor weight = p.tensor;
    const std::vector<double> noise = randn(weight.shape(), rng).to_vector();
    for (int64_t i = 0; i < weight.size(); ++i)
      weight.mutable_data<float>()[i] += static_cast<float>(noise[static_cast<size_t>(i)]);
  }
}

TEST_CASE("ebm.spectral_norm sees weights that are not normalised, and vectors that do not follow them") {
  const auto normed = small({"spectral_norm=true"}), plain = small({});
  for (int64_t i = 0; i < 40; ++i) test::step_on(*normed, images(static_cast<uint64_t>(i)), 1e-4, i);
  const auto measured = [](Ebm& model) { return spectral_errors(model, kImages, images(99)); };
  const SpectralErrors right = measured(*normed);
  CHECK(right.singular < 0.1);
  CHECK(right.value < 1e-3);
  CHECK(right.slope < 1);
  move_weights(*normed);
  CHECK(measured(*normed).singular > 0.2);
  for (int i = 0; i < 300; ++i) normed->network().update_buffers();
  CHECK(measured(*normed).singular < 0.02);

  CHECK(measured(*plain).singular > 0.2);
  for (int i = 0; i < 10; ++i) move_weights(*plain);
  CHECK(measured(*plain).slope > 1);
}

TEST_CASE("the largest singular value is that of a known matrix") {
  // Of (3 0; 4 5): the root of 45.
  CHECK(largest_singular_value(tensor({3, 0, 4, 5}, {2, 2})) == doctest::Approx(std::sqrt(45.0)));
  CHECK(largest_singular_value(reshape(tensor({3, 0, 4, 5}, {2, 2}), {2, 1, 1, 2})) ==
        doctest::Approx(std::sqrt(45.0)));
}

}  // namespace
}  // namespace gradzoo
