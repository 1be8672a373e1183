#include "plot/deflate.h"

#include <cstdlib>

#include <zlib.h>

namespace gradzoo {

unsigned char* deflated(unsigned char* data, int size, int* deflated_size, int /*level*/) {
  uLongf room = compressBound(static_cast<uLong>(size));
  auto* const out = static_cast<unsigned char*>(std::malloc(room));
  if (out == nullptr ||
      compress2(out, &room, data, static_cast<uLong>(size), Z_DEFAULT_COMPRESSION) != Z_OK) {
    std::free(out);
    return nullptr;
  }
  *deflated_size = static_cast<int>(room);
  return out;
}

}  // namespace gradzoo
