#pragma once

namespace gradzoo {

/// These bytes in zlib's format, on the heap, for stb_image_write, which frees them: its own compression
/// takes ten times as long, half of a short run. Null where there is no memory.
unsigned char* deflated(unsigned char* data, int size, int* deflated_size, int level);

}  // namespace gradzoo
