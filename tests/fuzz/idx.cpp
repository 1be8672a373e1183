#include "datasets/images/idx.h"

#include "fuzz/targets.h"

namespace gradzoo::fuzz {

bool idx(Bytes bytes) {
  static const test::ScratchDirectory scratch;
  const std::string path = scratch.file("idx");
  write_anew(path, text_of(bytes));
  const bool images = accepts([&] { require(read_idx_images(path).rank() == 3, "images are (N, H, W)"); });
  const bool labels = accepts([&] { require(read_idx_labels(path).rank() == 1, "labels are (N)"); });
  return images || labels;
}

}  // namespace gradzoo::fuzz
