#pragma once

namespace gradzoo {

/// Returns the bytes in zlib's format on the heap, or null if memory is exhausted. stb_image_write calls it
/// and frees the result; its own compression would take ten times as long, which is half the time of a short
/// run.
unsigned char* deflated(unsigned char* data, int size, int* deflated_size, int level);

}  // namespace gradzoo
