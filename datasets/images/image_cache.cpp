#include "datasets/images/image_cache.h"

#include <algorithm>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <span>
#include <string_view>
#include <system_error>
#include <utility>

#include <fmt/format.h>

#include "gradzoo/base/atomic_file.h"
#include "gradzoo/base/error.h"
#include "gradzoo/base/folders.h"
#include "gradzoo/base/plain_file.h"
#include "gradzoo/datasets/images/sha256.h"

namespace gradzoo {
namespace {

namespace fs = std::filesystem;

// Goes up whenever the same files become other bytes.
constexpr std::string_view kCacheMagic = "gradzoo images 3\n";
constexpr const char* kCacheEnding = ".images";
constexpr uint64_t kMostCacheBytes = uint64_t{1} << 32, kMostCacheFile = kMostCacheBytes + (1 << 24);
constexpr size_t kDigestDigits = 64;

std::span<const std::byte> bytes_in(std::string_view text) { return std::as_bytes(std::span(text)); }

/// Numbers, texts and tensors of bytes, one after another.
class CacheWriter {
 public:
  void add(uint64_t number) { text_.append(reinterpret_cast<const char*>(&number), sizeof number); }
  void add(std::string_view text) {
    add(uint64_t{text.size()});
    text_ += text;
  }
  void add(const Tensor& tensor) {
    add(static_cast<uint64_t>(tensor.defined() ? tensor.rank() : 0));
    if (!tensor.defined()) return;
    for (const int64_t size : tensor.shape()) add(static_cast<uint64_t>(size));
    text_.append(reinterpret_cast<const char*>(tensor.data<uint8_t>()), static_cast<size_t>(tensor.size()));
  }
  std::string& text() { return text_; }

 private:
  std::string text_;
};

/// The same, read back; throws Error at what does not fit.
class CacheReader {
 public:
  explicit CacheReader(std::string_view text) : text_(text) {}

  uint64_t number() {
    uint64_t number = 0;
    std::memcpy(&number, take(sizeof number).data(), sizeof number);
    return number;
  }
  std::string text() { return std::string(take(number())); }
  Tensor tensor() {
    const uint64_t rank = number();
    if (rank > 4) broken();
    if (rank == 0) return {};
    Shape shape;
    uint64_t size = 1;
    for (uint64_t axis = 0; axis < rank; ++axis) {
      const uint64_t length = number();
      if (length == 0 || length > text_.size() / size) broken();
      size *= length;
      shape = shape.insert(static_cast<int>(axis), static_cast<int64_t>(length));
    }
    Tensor out = empty(shape, DType::u8);
    std::ranges::copy(take(size), reinterpret_cast<char*>(out.mutable_data<uint8_t>()));
    return out;
  }
  bool at_end() const { return text_.empty(); }

 private:
  [[noreturn]] static void broken() { throw Error("the cache is damaged. Hint: load the pictures again"); }
  std::string_view take(uint64_t count) {
    if (count > text_.size()) broken();
    const std::string_view taken = text_.substr(0, count);
    text_.remove_prefix(count);
    return taken;
  }
  std::string_view text_;
};

// The least recently used go first.
void remove_oldest(const fs::path& folder) {
  std::vector<std::pair<fs::file_time_type, fs::path>> files;
  uint64_t bytes = 0;
  std::error_code error;
  for (const auto& entry : fs::directory_iterator(folder, error)) {
    if (entry.path().extension() != kCacheEnding || !entry.is_regular_file(error)) continue;
    files.emplace_back(entry.last_write_time(error), entry.path());
    bytes += entry.file_size(error);
  }
  std::ranges::sort(files);
  for (size_t i = 0; i + 1 < files.size() && bytes > kMostCacheBytes; ++i) {
    bytes -= fs::file_size(files[i].second, error);
    fs::remove(files[i].second, error);
  }
}

}  // namespace

std::string image_cache_path(const PictureFolder& files, const std::string& folder,
                             const ImageOptions& options) {
  const char* const wanted = std::getenv("GRADZOO_CACHE");
  const fs::path cache = user_cache_folder();
  if (cache.empty() || (wanted != nullptr && std::string_view(wanted) == "off")) return "";
  std::error_code error;
  CacheWriter key;
  key.add(kCacheMagic);
  key.add(fs::absolute(folder, error).lexically_normal().string());
  key.add(options.description());
  for (const auto* part : {&files.train, &files.test}) {
    key.add(uint64_t{part->size()});
    for (const PictureFile& file : *part) {
      key.add(file.name);
      key.add(static_cast<uint64_t>(file.label));
      key.add(file.bytes);
      key.add(static_cast<uint64_t>(file.modified_ns));
    }
  }
  return (cache / "images" / (sha256_of(bytes_in(key.text())) + kCacheEnding)).string();
}

bool read_image_cache(const std::string& path, ImageDataset& data) {
  std::error_code error;
  if (path.empty() || !fs::exists(path, error)) return false;
  try {
    const std::string file = read_plain_file(path, kMostCacheFile);
    const std::string_view text = file;
    constexpr size_t kHead = kCacheMagic.size() + kDigestDigits;
    if (!text.starts_with(kCacheMagic) || text.size() < kHead) return false;
    const std::string_view body = text.substr(kHead);
    if (sha256_of(bytes_in(body)) != text.substr(kCacheMagic.size(), kDigestDigits)) return false;
    CacheReader reader(body);
    ImageDataset found = data;
    for (Tensor* tensor : {&found.train_images, &found.train_labels, &found.test_images, &found.test_labels})
      *tensor = reader.tensor();
    for (uint64_t left = reader.number(); left > 0; --left) {
      Skipped& skipped = found.skipped.emplace_back();
      skipped.why = reader.text();
      skipped.count = static_cast<int64_t>(reader.number());
      for (uint64_t names = reader.number(); names > 0; --names) skipped.first.push_back(reader.text());
    }
    if (!reader.at_end()) return false;
    data = std::move(found);
    fs::last_write_time(path, fs::file_time_type::clock::now(), error);  // used lately
    return true;
  } catch (const Error&) {
    return false;
  }
}

void write_image_cache(const std::string& path, const ImageDataset& data) {
  if (path.empty()) return;
  CacheWriter body;
  for (const Tensor& tensor : {data.train_images, data.train_labels, data.test_images, data.test_labels})
    body.add(tensor);
  body.add(uint64_t{data.skipped.size()});
  for (const Skipped& skipped : data.skipped) {
    body.add(skipped.why);
    body.add(static_cast<uint64_t>(skipped.count));
    body.add(uint64_t{skipped.first.size()});
    for (const std::string& name : skipped.first) body.add(name);
  }
  std::string& text = body.text();
  text.insert(0, std::string(kCacheMagic) + sha256_of(bytes_in(text)));
  const fs::path folder = fs::path(path).parent_path();
  std::error_code error;
  fs::create_directories(folder, error);
  try {
    write_file_atomically(path, bytes_in(text));
  } catch (const Error&) {  // a full or read-only disk: the next start reads the files again
    return;
  }
  remove_oldest(folder);
  remove_stale_temporaries(folder.string());
}

}  // namespace gradzoo
