#pragma once

#include <cstddef>
#include <span>
#include <string>

#include "gradzoo/base/plain_file.h"

namespace gradzoo {

/// Writes `bytes` to `path` so that a reader sees the old file or the whole new one, never a part: temporary
/// file in the same directory, fsync, rename. On any failure the temporary is removed and the old file stays
/// as it was; the new one has its permissions. A symbolic link is followed, and a device or pipe
/// (`/dev/stdout`) is written to directly, as it cannot be replaced; where links are refused, so are these.
/// Throws Error with the path, the system's reason and a hint.
void write_file_atomically(const std::string& path, std::span<const std::byte> bytes,
                           Links links = Links::follow);

/// Removes the temporaries in `directory` whose writers were killed; those being written stay.
void remove_stale_temporaries(const std::string& directory);

}  // namespace gradzoo
