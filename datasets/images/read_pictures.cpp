#include "datasets/images/read_pictures.h"

#include <algorithm>
#include <new>
#include <optional>
#include <span>
#include <tuple>
#include <utility>

#include "datasets/images/picture.h"
#include "gradzoo/autograd/runtime.h"
#include "gradzoo/base/error.h"
#include "gradzoo/base/plain_file.h"
#include "gradzoo/datasets/images/resample.h"

namespace gradzoo {
namespace {

constexpr int64_t kMostSetBytes = int64_t{1} << 32;
constexpr int64_t kLargestPictureSide = 4096;  // of what a model learns
constexpr int64_t kPicturesBetweenReports = 256;

// Why a picture was passed over that another day may be read.
const std::string kUnreadable = "it cannot be read", kNoMemory = "there is not enough memory for it";

struct Size {
  int64_t height = 0, width = 0;
  bool operator==(const Size&) const = default;
};

/// Why a picture is not among the images; empty where it is.
struct Outcome {
  std::string why;
  std::optional<Size> other_size;
};

std::string without_hint(const std::string& message) {
  return message.substr(0, std::min(message.find(". Hint: "), message.size()));
}

class PictureReader {
 public:
  PictureReader(const std::string& folder, const ImageOptions& options, int64_t total,
                const ReadProgress& progress, std::vector<Skipped>& skipped)
      : folder_(folder),
        background_(background_colour(options.background)),
        side_(options.size),
        total_(total),
        progress_(progress),
        skipped_(skipped) {}

  // (N, H, W, 3), and (N) labels, of those that can be read.
  std::pair<Tensor, Tensor> read(const std::vector<PictureFile>& files) {
    find_size(files);
    const auto count = static_cast<int64_t>(files.size());
    if (count * bytes() > kMostSetBytes)
      throw Error("{}: its pictures would need more than 4 GiB. Hint: use --set size=64", folder_);
    Tensor images = empty({count, size_.height, size_.width, 3}, DType::u8),
           labels = empty({count}, DType::u8);
    uint8_t* const pixels = images.mutable_data<uint8_t>();
    std::vector<Outcome> outcomes(files.size());
    for (int64_t begin = 0; begin < count; begin += kPicturesBetweenReports) {
      const int64_t chunk = std::min(kPicturesBetweenReports, count - begin);
      parallel_for(chunk, 1, 1, [&](int64_t first, int64_t last) {
        for (int64_t i = begin + first; i < begin + last; ++i)
          outcomes[static_cast<size_t>(i)] = read_one(files[static_cast<size_t>(i)], pixels + i * bytes());
      });
      for (int64_t i = begin; i < begin + chunk; ++i) check_size(files, outcomes[static_cast<size_t>(i)], i);
      done_ += chunk;
      if (progress_) progress_(static_cast<double>(done_) / static_cast<double>(total_));
    }
    int64_t kept = 0;
    for (int64_t i = 0; i < count; ++i) {
      const PictureFile& file = files[static_cast<size_t>(i)];
      if (const std::string& why = outcomes[static_cast<size_t>(i)].why; !why.empty()) {
        note_skipped(skipped_, why, file.name);
        continue;
      }
      if (kept < i) std::copy_n(pixels + i * bytes(), bytes(), pixels + kept * bytes());
      labels.mutable_data<uint8_t>()[kept++] = static_cast<uint8_t>(file.label);
    }
    if (kept == 0)
      throw Error("{}: none of its {} pictures can be read; the first: {}. Hint: run gradzoo data check {}",
                  folder_, count, outcomes.front().why, folder_);
    if (kept == count) return {images, labels};
    return {images.rows(0, kept).clone(), labels.rows(0, kept).clone()};
  }

 private:
  int64_t bytes() const { return size_.height * size_.width * 3; }

  // Without size= the first picture that can be read gives all their size.
  void find_size(const std::vector<PictureFile>& files) {
    if (side_ > 0) size_ = {side_, side_};
    for (size_t i = 0; i < files.size() && size_.height == 0; ++i) {
      try {
        const std::string file = read_plain_file(files[i].path, kMostPictureBytes);
        const DecodedPicture picture = decode_picture(std::as_bytes(std::span(file)), background_);
        size_ = {picture.height, picture.width};
      } catch (const Error&) {  // said when its turn comes
      }
    }
    if (std::max(size_.height, size_.width) > kLargestPictureSide)
      throw Error("{}: its pictures have {}x{} pixels, and sides have at most {}. Hint: use --set size=64",
                  folder_, size_.height, size_.width, kLargestPictureSide);
  }

  // Throws nothing: it runs on other threads.
  Outcome read_one(const PictureFile& file, uint8_t* out) const noexcept {
    try {
      const std::string contents = read_plain_file(file.path, kMostPictureBytes);
      const DecodedPicture picture = decode_picture(std::as_bytes(std::span(contents)), background_);
      const Size found{picture.height, picture.width};
      if (found == size_) {
        std::ranges::copy(picture.rgb, out);
      } else if (side_ > 0) {
        crop_and_resample(picture.rgb.data(), picture.height, picture.width, 3, side_, out);
      } else {
        return {"another size", found};
      }
      return {};
    } catch (const Error& error) {
      const std::string why = without_hint(error.what());
      return {why.starts_with(file.path) ? kUnreadable : why, {}};
    } catch (const std::bad_alloc&) {
      return {kNoMemory, {}};
    }
  }

  void check_size(const std::vector<PictureFile>& files, const Outcome& outcome, int64_t i) const {
    if (!outcome.other_size) return;
    throw Error(
        "{}: its pictures have several sizes: {}x{} pixels, and {} has {}x{}. Hint: use --set size=32, which "
        "makes squares of one size",
        folder_, size_.height, size_.width, files[static_cast<size_t>(i)].name, outcome.other_size->height,
        outcome.other_size->width);
  }

  const std::string& folder_;
  Rgb background_;
  int64_t side_, total_, done_ = 0;
  Size size_;
  const ReadProgress& progress_;
  std::vector<Skipped>& skipped_;
};

}  // namespace

bool may_read_more(const ImageDataset& data) {
  return std::ranges::any_of(data.skipped,
                             [](const Skipped& s) { return s.why == kUnreadable || s.why == kNoMemory; });
}

ImageDataset read_pictures(const PictureFolder& files, const std::string& folder, const ImageOptions& options,
                           const ReadProgress& progress) {
  ImageDataset data;
  PictureReader reader(folder, options, static_cast<int64_t>(files.train.size() + files.test.size()),
                       progress, data.skipped);
  std::tie(data.train_images, data.train_labels) = reader.read(files.train);
  if (files.has_test) std::tie(data.test_images, data.test_labels) = reader.read(files.test);
  if (files.classes.empty()) data.train_labels = data.test_labels = Tensor();
  const bool grey = options.color == ImageColor::grey ||
                    (options.color == ImageColor::from_files && is_grey(data.train_images) &&
                     (!files.has_test || is_grey(data.test_images)));
  if (!grey) return data;
  data.train_images = to_grey(data.train_images);
  if (files.has_test) data.test_images = to_grey(data.test_images);
  return data;
}

}  // namespace gradzoo
