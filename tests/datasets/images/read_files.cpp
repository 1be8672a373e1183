// read_files: for real_files_test.py. Each line of its input is the path of a picture or a zip file, and it
// writes "WIDTH HEIGHT\n" and the red, green and blue of each pixel; or "zip COUNT\n" and of each member
// "SIZE NAME\n" and its bytes; or "! MESSAGE\n" where it is refused.

#include <iostream>
#include <span>
#include <string>

#include "datasets/images/picture.h"
#include "datasets/images/zip.h"
#include "gradzoo/base/error.h"
#include "gradzoo/base/plain_file.h"

namespace gradzoo {
namespace {

std::string bytes_of(const auto& values) {
  return {reinterpret_cast<const char*>(values.data()), values.size()};
}

std::string answer(const std::string& path, const Rgb& background) {
  const std::string file = read_plain_file(path, int64_t{1} << 32);
  const std::span<const std::byte> bytes = std::as_bytes(std::span(file));
  if (!file.starts_with("PK")) {
    const DecodedPicture picture = decode_picture(bytes, background);
    return std::to_string(picture.width) + " " + std::to_string(picture.height) + "\n" +
           bytes_of(picture.rgb);
  }
  const ZipReader zip(bytes, "the file");
  std::string out = "zip " + std::to_string(zip.names().size()) + "\n";
  for (size_t i = 0; i < zip.names().size(); ++i) {
    const std::string member = bytes_of(zip.read(i));
    out += std::to_string(member.size()) + " " + zip.names()[i] + "\n" + member;
  }
  return out;
}

}  // namespace
}  // namespace gradzoo

int main(int count, char** words) {
  const gradzoo::Rgb background = gradzoo::background_colour(count > 1 ? words[1] : "white");
  for (std::string path; std::getline(std::cin, path);) {
    try {
      std::cout << gradzoo::answer(path, background) << std::flush;
    } catch (const gradzoo::Error& error) {
      std::cout << "! " << error.what() << "\n" << std::flush;
    } catch (const std::bad_alloc&) {
      std::cout << "! no memory\n" << std::flush;
    }
  }
}
