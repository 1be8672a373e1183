#pragma once

#include <cstddef>
#include <span>
#include <string>

#include "gradzoo/base/plain_file.h"

namespace gradzoo {

/// Writes `bytes` to `path` so that a reader sees either the old file or the whole new one, never a part: it
/// writes and fsyncs a temporary file in the same directory, then renames it. The new file has the old file's
/// permissions. On any failure the temporary file is removed and the old file stays unchanged. A symbolic
/// link is followed, and a device or pipe (`/dev/stdout`), which cannot be replaced, is written to directly;
/// with Links::refuse all three are rejected. Throws Error with the path, the system's reason and a hint.
void write_file_atomically(const std::string& path, std::span<const std::byte> bytes,
                           Links links = Links::follow);

/// Returns the error code to report for a failed attempt to create `path`: EACCES instead of ENOENT if its
/// folder exists, because in such a folder (/proc is one) no file can be created.
int reason_for_no_file(const std::string& path, int code);

/// Removes the temporary files in `directory` whose writers were killed; files still being written stay.
void remove_stale_temporaries(const std::string& directory);

}  // namespace gradzoo
