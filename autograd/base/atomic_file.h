#pragma once

#include <cstddef>
#include <span>
#include <string>

namespace gradzoo {

/// Writes `bytes` to `path` so that a reader sees the old file or the whole new one, never a part: temporary
/// file in the same directory, fsync, rename. On any failure the temporary is removed and the old file stays
/// as it was. A symbolic link is followed; a device or pipe (`/dev/stdout`) is written to directly, as it
/// cannot be replaced. Throws Error with the path, the system's reason and a hint.
void write_file_atomically(const std::string& path, std::span<const std::byte> bytes);

}  // namespace gradzoo
