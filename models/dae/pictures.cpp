#include "models/dae/pictures.h"

#include <algorithm>
#include <array>
#include <cmath>

#include <fmt/format.h>

#include "gradzoo/autograd/ops.h"
#include "gradzoo/models/pictures/image_pictures.h"
#include "gradzoo/models/pictures/plane_pictures.h"

namespace gradzoo {
namespace {

constexpr int64_t kFilters = 100;

struct Corrupted {
  Tensor x, noisy;  // (n, d)
};
Corrupted corrupted(const DaeView& view, const DataView& data, int64_t count) {
  const int64_t n = std::min(count, data.examples.count());
  const Tensor x = read_examples(data.examples, 0, n, Pixels::grey, Rng(data.seed, "eval/pixels")).x;
  Rng noise(data.seed, "pictures/noise");
  return {x, view.noisy(x, noise)};
}

// Each row of W as an image, its largest weight white or black, 0 grey.
Picture filters(const TiedDenoiser& tied, const DataShape& shape) {
  const Tensor w = tied.weight().detach();
  const Tensor first = w.rows(0, std::min(kFilters, w.dim(0)));
  const Tensor largest = max(abs(first), 1, true) + 1e-12;
  return {"filters", "Filters: rows of W. White weights respond to ink, black ones to its absence.",
          ImageGrid{as_examples(first / largest * 0.5 + 0.5, shape), kImageColumns}};
}

}  // namespace

std::vector<Picture> dae_image_pictures(const DaeView& view, const DataView& data) {
  std::vector<Picture> out;
  const Corrupted some = corrupted(view, data, 4 * kImageColumns);
  if (!view.samples.raw.defined()) {
    out.push_back({"reconstructions", "Held-out images, and their reconstruction by r.",
                   rows_by_turns(std::array{some.x, view.r(some.x)}, {"original", "rebuilt"}, view.shape)});
  } else {
    if (some.x.dim(0) >= kImageColumns)
      out.push_back({"denoising",
                     fmt::format("Held-out images with {}, their reconstruction by r, and the clean images.",
                                 view.noise),
                     rows_by_turns(std::array{some.noisy, view.r(some.noisy), some.x},
                                   {"noisy", "denoised", "original"}, view.shape)});
    out.push_back({"chains", "The ends of chains, each above its denoised version by r.",
                   rows_by_turns(std::array{view.samples.raw, view.samples.denoised}, {"raw", "denoised"},
                                 view.shape)});
  }
  if (view.tied) out.push_back(filters(*view.tied, view.shape));
  return out;
}

namespace {

Plane titled(Plane plane, std::string title) {
  plane.title = std::move(title);
  return plane;
}

}  // namespace

std::vector<Picture> dae_plane_pictures(const DaeView& view, const DataView& data) {
  const Toy& toy = *view.shape.toy;
  const auto points = [&](const Tensor& x, std::string title) {
    return titled(samples_over_truth(toy, x), std::move(title));
  };
  const Corrupted some = corrupted(view, data, 1000);
  std::vector<Picture> out;
  out.push_back(
      {"denoising",
       fmt::format("Points with noise of sigma {:g}, their reconstruction by r, and the clean points.",
                   view.sigma),
       Planes{{points(some.noisy, "noisy"), points(view.r(some.noisy), "denoised"),
               points(some.x, "original")}}});
  out.push_back({"chains",
                 "The ends of Langevin chains, which sample the noisy density, and their denoising by r.",
                 Planes{{points(view.samples.raw, "raw"), points(view.samples.denoised, "denoised")}}});
  const auto score = [&](const Tensor& x) { return denoiser_score(view.r, x, view.sigma); };
  out.push_back(score_picture(
      "score", "The true score, and (r(x) - x)/sigma^2, the score of the noisy density, which is weaker.",
      toy, score));
  if (view.tied) {
    out.push_back(density_picture("density",
                                  "The true density, and the tied denoiser's density, which is wider because "
                                  "it belongs to noisy points.",
                                  toy, view.log_density, view.samples.raw));
  }
  return out;
}

}  // namespace gradzoo
