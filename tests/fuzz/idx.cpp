#include "datasets/images/idx.h"

#include "fuzz/targets.h"

namespace gradzoo::fuzz {

bool idx(Bytes bytes) {
  static const test::ScratchDirectory scratch;
  const std::string path = scratch.file("idx");
  write_anew(path, text_of(bytes));
  const bool images = accepts([&] {
    const Shape shape = read_idx_images(path).shape();
    require(shape.rank() == 3 || (shape.rank() == 4 && shape[3] == 3),
            "images are (N, H, W) or (N, H, W, 3)");
  });
  const bool labels = accepts([&] { require(read_idx_labels(path).rank() == 1, "labels are (N)"); });
  return images || labels;
}

}  // namespace gradzoo::fuzz
