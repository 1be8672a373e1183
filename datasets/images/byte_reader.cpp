#include "datasets/images/byte_reader.h"

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstdio>
#include <cstring>
#include <filesystem>
#include <system_error>

#include <zlib.h>

#include "gradzoo/base/error.h"

namespace gradzoo {
namespace {

constexpr int kGzipWindow = 15 + 16;  // the largest window, gzip framing

int64_t regular_file_size(const std::string& path) {
  std::error_code error;
  const auto status = std::filesystem::status(path, error);
  if (status.type() == std::filesystem::file_type::not_found)
    throw Error("{}: no such file. Hint: check the path", path);
  if (!error && !std::filesystem::is_regular_file(status))
    throw Error("{}: is not a regular file. Hint: give a file of bytes, gzipped or plain", path);
  const auto size = error ? 0 : std::filesystem::file_size(path, error);
  if (error) throw Error("{}: cannot be read: {}. Hint: check the path", path, error.message());
  return static_cast<int64_t>(size);
}

}  // namespace

struct ByteReader::State {
  struct CloseFile {
    void operator()(std::FILE* file) const { std::fclose(file); }
  };
  std::string path;
  int64_t file_bytes = 0;
  std::unique_ptr<std::FILE, CloseFile> file;
  std::array<uint8_t, 1 << 16> buffer;  // bytes of the file, not yet used from `stream.next_in`
  z_stream stream{};
  bool gzipped = false;
  bool between_members = false;  // a gzip file is one stream or several, end to end

  // Makes sure that unused bytes of the file lie in the buffer; false at the file's end.
  bool refill() {
    if (stream.avail_in > 0) return true;
    const size_t count = std::fread(buffer.data(), 1, buffer.size(), file.get());
    if (count == 0 && std::ferror(file.get()) != 0)
      throw Error("{}: cannot be read: {}. Hint: check the disk", path, std::strerror(errno));
    stream.next_in = buffer.data();
    stream.avail_in = static_cast<uInt>(count);
    return count > 0;
  }

  size_t read_plain(std::span<uint8_t> out) {
    size_t done = 0;
    while (done < out.size() && refill()) {
      const size_t count = std::min<size_t>(out.size() - done, stream.avail_in);
      std::memcpy(out.data() + done, stream.next_in, count);
      stream.next_in += count;
      stream.avail_in -= static_cast<uInt>(count);
      done += count;
    }
    return done;
  }

  size_t read_gzipped(std::span<uint8_t> out) {
    size_t done = 0;
    while (done < out.size()) {
      if (!refill()) {
        if (between_members) break;
        throw Error("{}: ends in the middle of its gzip stream. Hint: fetch or copy it again", path);
      }
      if (between_members) inflateReset(&stream);
      const size_t room = std::min<size_t>(out.size() - done, size_t{1} << 30);
      stream.next_out = out.data() + done;
      stream.avail_out = static_cast<uInt>(room);
      const int status = inflate(&stream, Z_NO_FLUSH);
      if (status != Z_OK && status != Z_STREAM_END)
        throw Error("{}: its gzip stream is damaged: {}. Hint: fetch or copy it again", path,
                    stream.msg ? stream.msg : "no reason given");
      done += room - stream.avail_out;
      between_members = status == Z_STREAM_END;
    }
    return done;
  }
};

ByteReader::ByteReader(const std::string& path) : state_(std::make_unique<State>()) {
  state_->path = path;
  state_->file_bytes = regular_file_size(path);
  state_->file.reset(std::fopen(path.c_str(), "rb"));
  if (!state_->file)
    throw Error("{}: cannot be read: {}. Hint: check its permissions", path, std::strerror(errno));
  z_stream& stream = state_->stream;
  const bool some = state_->refill();
  state_->gzipped = some && stream.avail_in >= 2 && state_->buffer[0] == 0x1f && state_->buffer[1] == 0x8b;
  if (state_->gzipped && inflateInit2(&stream, kGzipWindow) != Z_OK)
    throw Error("{}: zlib cannot start. Hint: free some memory", path);
}

ByteReader::~ByteReader() {
  if (state_->gzipped) inflateEnd(&state_->stream);
}

size_t ByteReader::read(std::span<uint8_t> out) {
  return state_->gzipped ? state_->read_gzipped(out) : state_->read_plain(out);
}

bool ByteReader::gzipped() const { return state_->gzipped; }

int64_t ByteReader::max_bytes() const {
  return state_->gzipped ? state_->file_bytes * kDeflateExpansion : state_->file_bytes;
}

}  // namespace gradzoo
