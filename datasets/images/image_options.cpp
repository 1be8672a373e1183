#include <filesystem>
#include <system_error>

#include <fmt/format.h>

#include "datasets/images/picture.h"
#include "gradzoo/datasets/images/image_dataset.h"

namespace gradzoo {

void ImageOptions::describe(OptionTable& options) {
  options.add("size", size,
              "side of an image in pixels, after a crop to the central square; 0: as in the files",
              {0, 4096});
  options.add("color", color, kImageColors,
              "values per pixel: grey (1) or rgb (3); auto: rgb, unless every pixel of all files is grey");
  options.add(
      "background", background,
      "colour behind transparent pixels: white, black, or six hexadecimal digits as in ff8000; noise or a "
      "folder of pictures: background of grey images, whose grey becomes the opacity of white ink");
  options.add("rotate", rotate, "largest angle of the random rotation of each image, in degrees", {0, 180});
}

std::string ImageOptions::description() const {
  std::string text;
  const auto add = [&](std::string_view key, const std::string& value) {
    text += fmt::format("{}{}={}", text.empty() ? "" : " ", key, value);
  };
  if (size != 0) add("size", fmt::format("{}", size));
  if (color != ImageColor::from_files) add("color", std::string(name_of(kImageColors, color)));
  if (background != "white") add("background", background);
  if (rotate != 0) add("rotate", fmt::format("{:g}", rotate));
  return text;
}

bool ImageOptions::has_scene() const {
  std::error_code error;
  return background == "noise" ||
         (!colour_of(background) && std::filesystem::is_directory(background, error));
}

ImageOptions ImageOptions::as_read() const {
  ImageOptions read = *this;
  read.rotate = 0;
  if (has_scene()) read.background = "black";
  return read;
}

}  // namespace gradzoo
