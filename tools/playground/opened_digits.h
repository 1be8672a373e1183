#pragma once

#include <string>

#include <nlohmann/json_fwd.hpp>

#include "gradzoo/experiments/open_model.h"
#include "gradzoo/models/base/abilities.h"

namespace gradzoo {

/// {"height", "width"}, and four bytes a pixel of a picture that a browser has decoded, the fourth of which
/// counts for nothing -> {"images"}: one of 28 x 28, grey, made as `gradzoo log-prob` makes a picture its
/// model's. Throws Error.
nlohmann::json digit_of_picture(const nlohmann::json& request, const std::string& bytes);

/// A trained model of images that draws, completes and judges. Images are texts of two hexadecimal digits a
/// pixel, 00 black to ff white, row by row, one after another.
class OpenedDigits {
 public:
  /// {"config": config.toml's text, "file": whose bytes `weights` are}: weights.safetensors, where it is left
  /// out, or the checkpoint of a run; all are hostile. Throws Error where they are not those of a model of
  /// digits.
  OpenedDigits(const std::string& name, const nlohmann::json& request, const std::string& weights);

  /// {"step", "height", "width", "labels": [...], "can": ["samples", "complete", ...], "likely": what its
  /// log_prob means}.
  nlohmann::json about() const;
  /// {"n", "seed", "label"} -> {"images"}.
  nlohmann::json draw(const nlohmann::json& request);
  /// {"images": one, "known": a byte a pixel, 01 where it is to be believed, "n", "seed"} -> {"images"}:
  /// draws of what is not known.
  nlohmann::json complete(const nlohmann::json& request);
  /// {"images", "sigma", "seed"} -> {"noisy", "images"}: they with noise, and freed of it.
  nlohmann::json denoise(const nlohmann::json& request);
  /// {"images", "seed"} -> {"values": one of each, in nats, "meaning", "up_to_constant"}.
  nlohmann::json judge(const nlohmann::json& request);
  /// {"images": pairs, "seed"} -> {"images": ten on the way of each pair}.
  nlohmann::json between(const nlohmann::json& request);
  /// {"codes": [[...], ...]} -> {"images"}: what a decoder makes of codes.
  nlohmann::json decode(const nlohmann::json& request);

 private:
  Tensor images_in(const nlohmann::json& request, const char* field) const;

  OpenedModel opened_;
  Abilities abilities_;
};

}  // namespace gradzoo
