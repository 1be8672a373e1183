#include "datasets/images/variations.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <numbers>

#include "gradzoo/autograd/random.h"
#include "gradzoo/autograd/runtime.h"
#include "gradzoo/base/error.h"

namespace gradzoo {
namespace {

constexpr uint64_t kSeed = 21;        // any number, but the same for ever
constexpr int64_t kTimesAsLarge = 4;  // a picture behind images, of which a part is seen

// fn(i) of every image, in parallel.
template <class Fn>
void for_images(const Tensor& images, Fn fn) {
  parallel_for(images.dim(0), 64, 1, [&](int64_t begin, int64_t end) {
    for (int64_t i = begin; i < end; ++i) fn(i);
  });
}

void turn(Tensor& images, double degrees, Rng rng) {
  const Tensor old = images, angles = rand({images.dim(0)}, rng, DType::f64);
  images = empty(old.shape(), DType::u8);
  const int64_t height = old.dim(1), width = old.dim(2), channels = old.rank() == 4 ? old.dim(3) : 1;
  const int64_t size = height * width * channels;
  uint8_t* const out = images.mutable_data<uint8_t>();
  for_images(old, [&](int64_t i) {
    const double angle = (2 * angles.data<double>()[i] - 1) * degrees * std::numbers::pi / 180;
    turn_image(old.data<uint8_t>() + i * size, height, width, channels, angle, out + i * size);
  });
}

// White ink of opacity `grey` over `behind`.
uint8_t over(uint8_t grey, uint8_t behind) {
  return static_cast<uint8_t>(grey + ((255 - grey) * behind + 127) / 255);
}

void lay_over_noise(Tensor& images, const Rng& rng) {
  const int64_t size = images.dim(1) * images.dim(2);
  uint8_t* const bytes = images.mutable_data<uint8_t>();
  for_images(images, [&](int64_t i) {
    Rng own = rng;
    const Tensor noise = rand({1, size}, own, DType::f32, i);
    for (int64_t k = 0; k < size; ++k)
      bytes[i * size + k] = over(bytes[i * size + k], static_cast<uint8_t>(256 * noise.data<float>()[k]));
  });
}

/// A part of a picture, as large as an image.
struct Part {
  const uint8_t* corner;
  int64_t height, width, side;  // of the part, and of the picture whose rows it is in

  uint8_t at(int64_t y, int64_t x) const { return corner[y * side + x]; }
  double variance() const {
    double total = 0, squares = 0;
    for (int64_t y = 0; y < height; ++y)
      for (int64_t x = 0; x < width; ++x) {
        total += at(y, x);
        squares += at(y, x) * at(y, x);
      }
    const auto n = static_cast<double>(height * width);
    return squares / n - total / n * (total / n);
  }
};

// u: three uniform draws. `pictures` (n, side, side), each at least as large as an image.
Part part_of(const Tensor& pictures, int64_t height, int64_t width, const double* u) {
  const auto below = [](double share, int64_t n) {
    return static_cast<int64_t>(share * static_cast<double>(n));
  };
  const int64_t side = pictures.dim(1), picture = below(u[0], pictures.dim(0)),
                top = below(u[1], side - height + 1), left = below(u[2], side - width + 1);
  return {pictures.data<uint8_t>() + (picture * side + top) * side + left, height, width, side};
}

// A part that is nearly of one grey is drawn again: nothing would be behind the image.
void lay_over_pictures(Tensor& images, const Tensor& pictures, const Rng& rng) {
  constexpr int kTries = 100;
  constexpr double kLeastVariance = 10.0 * 10;
  const int64_t height = images.dim(1), width = images.dim(2);
  uint8_t* const bytes = images.mutable_data<uint8_t>();
  for_images(images, [&](int64_t i) {
    Rng own = rng;
    Part part{};
    for (int k = 0; k < kTries; ++k) {
      part = part_of(pictures, height, width, rand({1, 3}, own, DType::f64, i).data<double>());
      if (part.variance() >= kLeastVariance) break;
    }
    for (int64_t y = 0; y < height; ++y)
      for (int64_t x = 0; x < width; ++x) {
        uint8_t& pixel = bytes[(i * height + y) * width + x];
        pixel = over(pixel, part.at(y, x));
      }
  });
}

void lay_over(Tensor& images, const std::string& background, const Tensor& pictures, const Rng& rng) {
  images = images.clone();
  if (background == "noise") return lay_over_noise(images, rng);
  lay_over_pictures(images, pictures, rng);
}

}  // namespace

void turn_image(const uint8_t* image, int64_t height, int64_t width, int64_t channels, double radians,
                uint8_t* out) {
  const double cosine = std::cos(radians), sine = std::sin(radians);
  const double middle_y = static_cast<double>(height - 1) / 2, middle_x = static_cast<double>(width - 1) / 2;
  const auto pixel = [&](int64_t y, int64_t x, int64_t c) {
    const bool inside = y >= 0 && y < height && x >= 0 && x < width;
    return inside ? static_cast<double>(image[(y * width + x) * channels + c]) : 0.0;
  };
  for (int64_t y = 0; y < height; ++y)
    for (int64_t x = 0; x < width; ++x) {
      // Where this pixel came from: rows grow downwards.
      const double dy = static_cast<double>(y) - middle_y, dx = static_cast<double>(x) - middle_x;
      const double from_y = middle_y + sine * dx + cosine * dy, from_x = middle_x + cosine * dx - sine * dy;
      const double low_y = std::floor(from_y), low_x = std::floor(from_x);
      const double share_y = from_y - low_y, share_x = from_x - low_x;
      const auto at_y = static_cast<int64_t>(low_y), at_x = static_cast<int64_t>(low_x);
      for (int64_t c = 0; c < channels; ++c) {
        const double upper = (1 - share_x) * pixel(at_y, at_x, c) + share_x * pixel(at_y, at_x + 1, c);
        const double lower =
            (1 - share_x) * pixel(at_y + 1, at_x, c) + share_x * pixel(at_y + 1, at_x + 1, c);
        out[(y * width + x) * channels + c] =
            static_cast<uint8_t>(std::lround((1 - share_y) * upper + share_y * lower));
      }
    }
}

void vary(ImageDataset& data, const ImageOptions& options) {
  Tensor pictures;
  const bool scene = options.has_scene();
  if (scene) {
    if (data.channels() != 1)
      throw Error("background={} needs grey images, and {} has colours. Hint: use color=grey",
                  options.background, data.name);
    if (options.background != "noise")
      pictures =
          load_images(options.background, {.size = kTimesAsLarge * std::max(data.height(), data.width()),
                                           .color = ImageColor::grey})
              .train_images;
  }
  const std::array<std::pair<Tensor*, std::string>, 2> parts = {
      {{&data.train_images, "train"}, {&data.test_images, "test"}}};
  for (const auto& [images, name] : parts) {
    if (!images->defined()) continue;
    if (options.rotate > 0) turn(*images, options.rotate, Rng(kSeed, "datasets/rotate/" + name));
    if (scene) lay_over(*images, options.background, pictures, Rng(kSeed, "datasets/background/" + name));
  }
}

}  // namespace gradzoo
