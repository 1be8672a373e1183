#include "gradzoo/plot/drawing.h"

#include <span>

#include "gradzoo/base/atomic_file.h"
#include "gradzoo/base/error.h"
#include "gradzoo/base/text.h"

namespace gradzoo {

Drawing png_drawing(const Image& image) {
  const std::vector<std::uint8_t> bytes = encode_png(image);
  return {".png", {bytes.begin(), bytes.end()}};
}

void write_drawing(const std::string& path, const Drawing& drawing, Links links) {
  if (!lower(path).ends_with(drawing.ending))
    throw Error("{}: the picture cannot have this ending. Hint: use a name such as x{}", path,
                drawing.ending);
  write_file_atomically(path, std::as_bytes(std::span(drawing.bytes)), links);
}

}  // namespace gradzoo
