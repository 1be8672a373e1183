#include "models/ebm/pictures.h"

#include <cmath>

#include <doctest/doctest.h>

#include "gradzoo/autograd/ops.h"
#include "gradzoo/models/ebm/ebm.h"
#include "samplers/given.h"
#include "support/approx.h"
#include "support/small_model.h"
#include "support/tensor_values.h"

namespace gradzoo {
namespace {

const DataShape kShape{.example = {2, 3}};

/// A model of images whose data carry noise of 0.3, with chains of 5 transitions.
std::unique_ptr<Ebm> small_in_plane() {
  return test::small_model<Ebm>(
      "ebm",
      {"hidden=8", "buffer=20", "batch=10", "data_noise=0.3", "sample_steps=5", "chain_steps=2", "ema=0"},
      kShape);
}

// Where chains of n images end that begin uniformly over the pixels' range.
Tensor walked(const Target& target, int64_t n, int64_t steps, Rng& rng) {
  return EbmChains(ebm_ula, {.step = 0.009, .noise = std::sqrt(0.018)})
      .walk(target, rand({n, 6}, rng), steps, rng);
}

// x + 0.3^2 grad f(x)
Tensor lifted(Ebm& model, const Tensor& x) { return x + model.network().score(x) * 0.09; }

TEST_CASE("samples of images end as long chains from noise do, with the noise taken off") {
  const auto model = small_in_plane();
  Rng a(1, "pictures_test"), b(1, "pictures_test");
  const Tensor drawn = model->sample({7, a});
  const Tensor raw = walked(model->network().target(), 7, 5, b);
  const Tensor wanted = clamp(lifted(*model, raw), 0, 1);
  CHECK(test::max_error(drawn, wanted.to_vector()) < 1e-5);
  CHECK(test::max_error(drawn, clamp(raw, 0, 1).to_vector()) > 1e-3);
}

TEST_CASE("held-out f is that of examples with the data's noise") {
  const auto model = small_in_plane();
  Rng rng(2, "pictures_test");
  const Examples images{cast(rand({9, 2, 3}, rng) * 255.0, DType::u8), {}, arange(9, DType::i64)};
  Rng noise(4, "ebm/evaluation");
  const Tensor x = read_examples(images, 0, 9, Pixels::grey, noise).x;
  const Tensor f = model->network().log_density(x + randn({9, 6}, noise) * 0.3);
  CHECK(model->validate({images, images, 4})[kEbmFData].value == approx(mean(f).item()).epsilon(1e-5));
  CHECK(model->evaluate({images, images, 4})[kEbmTemperature].value == approx(1).epsilon(1e-4));
  const auto cold = test::small_model<Ebm>("ebm", {"hidden=8", "step=0.01", "noise=0.1"}, kShape);
  CHECK(cold->evaluate({images, images, 4})[kEbmTemperature].value == approx(0.5));
}

TEST_CASE("what fills an image in walks given the noisy known pixels, and is denoised with them") {
  const auto model = small_in_plane();
  Rng a(3, "pictures_test"), b(3, "pictures_test"), pixels(4, "pictures_test");
  const Tensor images = rand({5, 6}, pixels), known = tensor({1, 1, 0, 0, 0, 1}, {6});
  const Tensor filled = model->abilities().inpaint({images, known, a});
  const Tensor values = images + randn({5, 6}, b) * 0.3;
  const Tensor raw = walked(given(model->network().target(), values, known), 5, 5, b);
  const Tensor x = lifted(*model, completed(raw, values, known));
  CHECK(test::max_error(filled, completed(clamp(x, 0, 1), images, known).to_vector()) < 1e-5);
}

TEST_CASE("a row of the chains' picture begins at the start and ends after all transitions") {
  const auto model = small_in_plane();
  Rng a(5, "pictures_test"), b(5, "pictures_test"), from(6, "pictures_test");
  const Tensor start = rand({2, 6}, from);
  const ChainMove move{.step = 0.009, .noise = 0.1};
  EbmChains chains(ebm_ula, move), same(ebm_ula, move);
  const Picture picture =
      ebm_chain_picture(model->network(), model->network().target(), start, 40, chains, 0.3, kShape, a);
  const Tensor& shown = std::get<ImageGrid>(picture.content).pixels;
  REQUIRE(shown.shape() == Shape{20, 2, 3});
  const Tensor end = same.walk(model->network().target(), start, 40, b);
  const auto check = [&](int64_t place, const Tensor& x, int64_t row) {
    const Tensor wanted = ebm_examples(model->network(), x, 0.3, kShape).rows(row, row + 1);
    CHECK(test::max_error(shown.rows(place, place + 1), wanted.to_vector()) < 1e-5);
  };
  for (const int64_t row : {0, 1}) {
    check(10 * row, start, row);
    check(10 * row + 9, end, row);
  }
}

TEST_CASE("an evaluation tells the mean f of the buffer's chains, and a frame shows the first hundred") {
  const auto model = test::small_model<Ebm>("ebm", {"hidden=8", "buffer=120", "batch=10", "ema=0"}, kShape);
  const Examples images{zeros({3, 2, 3}, DType::u8), {}, arange(3, DType::i64)};
  const Tensor f = model->network().log_density(model->buffer()->chains());
  CHECK(model->evaluate({images, images, 1})[kEbmFSample].value == approx(mean(f).item()).epsilon(1e-5));
  Rng rng(7, "pictures_test");
  CHECK(std::get<ImageGrid>(model->snapshot({images, images, 1}, rng).content).pixels.dim(0) == 100);
}

}  // namespace
}  // namespace gradzoo
