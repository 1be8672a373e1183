#pragma once

#include <string>

#include <nlohmann/json_fwd.hpp>

#include "gradzoo/experiments/open_model.h"
#include "gradzoo/models/base/abilities.h"

namespace gradzoo {

/// Maps {"height", "width"} and a decoded picture to {"images"}, one grey image of 28 x 28, made as
/// `gradzoo log-prob` makes it. The picture has four bytes per pixel; the fourth byte is ignored. Throws
/// Error if the sizes are wrong.
nlohmann::json digit_of_picture(const nlohmann::json& request, const std::string& bytes);

/// A trained model of images that draws, completes and evaluates images. Images are texts with two
/// hexadecimal digits per pixel, 00 black to ff white, row by row and image by image.
class OpenedDigits {
 public:
  /// Takes {"config": text of config.toml, "file": name of the file with the bytes `weights`}. The file is
  /// weights.safetensors by default, or a run's checkpoint. None of them are trusted. Throws Error if they
  /// are not the files of a model of digits.
  OpenedDigits(const std::string& name, const nlohmann::json& request, const std::string& weights);

  /// Returns {"step", "height", "width", "labels": [...], "can": ["samples", "complete", ...], "likely": what
  /// log_prob is}.
  nlohmann::json about() const;
  /// Maps {"n", "seed", "label"} to {"images"}.
  nlohmann::json draw(const nlohmann::json& request, const ShareDone& done = {});
  /// Maps {"images": one image, "known": one byte per pixel, 01 for a known pixel, "n", "seed"} to
  /// {"images"}: n draws of the unknown pixels.
  nlohmann::json complete(const nlohmann::json& request, const ShareDone& done = {});
  /// Maps {"images", "sigma", "seed"} to {"noisy", "images"}: the images with noise, and denoised.
  nlohmann::json denoise(const nlohmann::json& request, const ShareDone& done = {});
  /// Maps {"images", "seed"} to {"values": one per image, in nats, "meaning", "up_to_constant"}.
  nlohmann::json judge(const nlohmann::json& request);
  /// Maps {"images": pairs, "seed"} to {"images": ten interpolated images per pair}.
  nlohmann::json between(const nlohmann::json& request);
  /// Maps {"codes": [[...], ...]} to {"images"}, the decoder's outputs.
  nlohmann::json decode(const nlohmann::json& request);

 private:
  Tensor images_in(const nlohmann::json& request, const char* field) const;

  OpenedModel opened_;
  Abilities abilities_;
};

}  // namespace gradzoo
