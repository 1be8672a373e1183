#include "gradzoo/datasets/images/npy.h"

#include "datasets/images/array_files.h"
#include "fuzz/targets.h"

namespace gradzoo::fuzz {

bool npy(Bytes bytes) {
  static const test::ScratchDirectory scratch;
  const std::string path = scratch.file("x.npy");
  write_anew(path, text_of(bytes));
  const bool array = accepts([&] {
    const Tensor read = read_npy(bytes, "x.npy");
    const std::string again = npy_bytes(read);
    const Tensor same = read_npy(std::as_bytes(std::span(again)), "again");
    require(same.shape() == read.shape() && npy_bytes(same) == again,
            "written and read again, it is the same");
  });
  const bool data = accepts([&] {
    const ImageDataset images = load_array_file(path, {});
    require(images.train_images.dim(0) > 0, "there are examples");
  });
  return array || data;
}

}  // namespace gradzoo::fuzz
