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

/// The error code of a failed attempt to make `path`: EACCES for ENOENT if its folder exists, as that of
/// /proc does, in which nothing can be made.
int reason_for_no_file(const std::string& path, int code);

/// Removes the temporaries in `directory` whose writers were killed; those being written stay.
void remove_stale_temporaries(const std::string& directory);

}  // namespace gradzoo
