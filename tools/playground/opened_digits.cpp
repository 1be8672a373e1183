#include "tools/playground/opened_digits.h"

#include <algorithm>
#include <cmath>
#include <vector>

#include <nlohmann/json.hpp>

#include "gradzoo/autograd/ops.h"
#include "gradzoo/autograd/plain.h"
#include "gradzoo/autograd/random.h"
#include "gradzoo/autograd/tape.h"
#include "gradzoo/base/error.h"
#include "gradzoo/datasets/examples.h"
#include "gradzoo/datasets/images/resample.h"
#include "gradzoo/state/safetensors.h"

namespace gradzoo {
namespace {

using Json = nlohmann::json;

constexpr int64_t kMostImages = 400;
constexpr int64_t kSide = 28;  // of a digit
constexpr char kDigits[] = "0123456789abcdef";

/// Pixels in [0,1] as two digits each.
std::string text_of(const Tensor& images) {
  std::string out;
  for (const double value : images.to_vector()) {
    const auto byte = static_cast<unsigned>(std::lround(255 * std::clamp(value, 0.0, 1.0)));
    out += {kDigits[byte / 16], kDigits[byte % 16]};
  }
  return out;
}

int digit_of(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  throw Error("an image has the character '{}'. Hint: give two hexadecimal digits per pixel, 00 to ff", c);
}

int64_t number_in(const Json& request, const char* field, int64_t low, int64_t high, int64_t otherwise) {
  const Json& value = request.contains(field) ? request[field] : Json(otherwise);
  if (!value.is_number_integer() || value.get<int64_t>() < low || value.get<int64_t>() > high)
    throw Error("{} is {}. Hint: give {} to {}", field, value.dump(), low, high);
  return value.get<int64_t>();
}

Rng stream_of(const Json& request) {
  return Rng(static_cast<uint64_t>(number_in(request, "seed", 0, kMostSeed, 0)), "samples");
}

OpenedModel open_images(const std::string& name, const Json& request, const std::string& weights) {
  const auto config = request.at("config").get<std::string>();
  const auto file = request.value("file", "weights.safetensors");
  const SafetensorsReader stored(name + "/" + file, weights);
  const bool weights_alone = !file.starts_with("checkpoint");
  OpenedModel out = open_model(parse_config(name + "/config.toml", config), stored, weights_alone);
  if (!out.shape.kind().pixels)
    throw Error("{}: the model learned {}. Hint: open a model of digits", name, out.shape.kind().word);
  if (out.shape.example != Shape{kSide, kSide})
    throw Error("{}: the model learned images of {}. Hint: open a model of digits, {}x{} and grey", name,
                out.shape.kind().size(out.shape.example), kSide, kSide);
  return out;
}

}  // namespace

Json digit_of_picture(const Json& request, const std::string& bytes) {
  constexpr int64_t kMostSide = 1 << 16;
  const int64_t height = number_in(request, "height", 1, kMostSide, 0);
  const int64_t width = number_in(request, "width", 1, kMostSide, 0);
  if (std::ssize(bytes) != 4 * height * width)
    throw Error("{}x{} pixels have {} bytes. Hint: give four bytes per pixel", height, width, bytes.size());
  Tensor rgb = empty({1, height, width, 3}, DType::u8);
  for (int64_t i = 0; i < height * width; ++i)
    std::copy_n(bytes.data() + 4 * i, 3, rgb.mutable_data<uint8_t>() + 3 * i);
  return {{"images", text_of(cast(crop_and_resample(to_grey(rgb), kSide), DType::f32) / 255)}};
}

OpenedDigits::OpenedDigits(const std::string& name, const Json& request, const std::string& weights)
    : opened_(open_images(name, request, weights)), abilities_(opened_.model->abilities()) {}

Json OpenedDigits::about() const {
  Json labels = Json::array(), can = Json::array({"samples"});
  for (const auto& [label, name] : opened_.model->labels()) labels.push_back(label);
  const auto add = [&](bool has, const char* what) {
    if (has) can.push_back(what);
  };
  add(bool(abilities_.inpaint), "complete");
  add(bool(abilities_.denoise), "denoise");
  add(abilities_.log_prob.has_value(), "judge");
  add(bool(abilities_.interpolate), "between");
  add(bool(abilities_.decode), "decode");
  return {{"step", opened_.step},
          {"model", opened_.options->entry().name},
          {"height", opened_.shape.height()},
          {"width", opened_.shape.width()},
          {"labels", labels},
          {"can", can}};
}

Tensor OpenedDigits::images_in(const Json& request, const char* field) const {
  const auto& text = request.at(field).get_ref<const std::string&>();
  const int64_t pixels = opened_.shape.size(), count = std::ssize(text) / (2 * pixels);
  if (count < 1 || count > kMostImages || count * 2 * pixels != std::ssize(text))
    throw Error("{} have {} digits. Hint: give {} digits per image, and 1 to {} images", field, text.size(),
                2 * pixels, kMostImages);
  std::vector<double> values;
  for (size_t i = 0; i < text.size(); i += 2)
    values.push_back((16 * digit_of(text[i]) + digit_of(text[i + 1])) / 255.0);
  return tensor(values, {count, pixels}, DType::f32);
}

Json OpenedDigits::draw(const Json& request, const ShareDone& done) {
  const NoGrad quiet;
  const int64_t n = number_in(request, "n", 1, kMostImages, 100);
  Rng rng = stream_of(request);
  const LabelNames& known = opened_.model->labels();
  Tensor labels;
  if (request.contains("label") && !known.empty())
    labels = full({n}, static_cast<double>(label_named(known, request["label"].dump())), DType::i64);
  return {{"images", text_of(opened_.model->sample({n, rng, labels, {}, done}))}};
}

Json OpenedDigits::complete(const Json& request, const ShareDone& done) {
  if (!abilities_.inpaint)
    throw Error("this model cannot complete images. Hint: choose flow-matching, ncsn or vae");
  const NoGrad quiet;
  const Tensor image = images_in(request, "images"), known = images_in(request, "known");
  if (image.dim(0) != 1 || known.dim(0) != 1)
    throw Error("{} images are given to complete. Hint: give one", image.dim(0));
  const int64_t n = number_in(request, "n", 1, kMostImages, 10);
  Rng rng = stream_of(request);
  const Tensor mask = cast(gt(reshape(known, {known.size()}), 0.0), DType::f32);
  return {{"images", text_of(abilities_.inpaint({broadcast_to(image, {n, image.dim(1)}), mask, rng, done}))}};
}

Json OpenedDigits::denoise(const Json& request, const ShareDone& done) {
  if (!abilities_.denoise) throw Error("this model cannot remove noise. Hint: choose dae, ddpm or ncsn");
  const NoGrad quiet;
  const double sigma = request.value("sigma", 0.3);
  if (!(sigma > 0 && sigma <= 10)) throw Error("sigma is {}. Hint: give a number above 0, at most 10", sigma);
  Rng rng = stream_of(request);
  const Tensor images = images_in(request, "images"), noisy = images + randn_like(images, rng) * sigma;
  const DataKind& kind = opened_.shape.kind();
  return {{"noisy", text_of(noisy)},
          {"images", text_of(abilities_.denoise({noisy, sigma, rng, {kind.low, kind.high}, done}))}};
}

Json OpenedDigits::judge(const Json& request) {
  if (!abilities_.log_prob) throw Error("this model has no density. Hint: choose vae, made or realnvp");
  const NoGrad quiet;
  Rng rng = stream_of(request);
  const Tensor values = abilities_.log_prob->of(images_in(request, "images"), rng);
  return {{"values", values.to_vector()},
          {"meaning", abilities_.log_prob->meaning},
          {"up_to_constant", abilities_.log_prob->up_to_constant}};
}

Json OpenedDigits::between(const Json& request) {
  if (!abilities_.interpolate) throw Error("this model has no codes to interpolate. Hint: choose vae");
  const NoGrad quiet;
  const Tensor images = images_in(request, "images");
  if (images.dim(0) % 2 != 0)
    throw Error("{} images do not make pairs. Hint: give an even number", images.dim(0));
  Rng rng = stream_of(request);
  const Batch ends{.x = images, .labels = {}, .rows = {}};
  return {{"images", text_of(abilities_.interpolate({ends, rng}))}};
}

Json OpenedDigits::decode(const Json& request) {
  if (!abilities_.decode) throw Error("this model has no decoder. Hint: choose vae-plane");
  const NoGrad quiet;
  std::vector<double> values;
  const Json& codes = request.at("codes");
  for (const Json& code : codes)
    for (const Json& number : code) values.push_back(number.get<double>());
  if (codes.empty() || std::ssize(codes) > kMostImages || values.size() % codes.size() != 0)
    throw Error("{} codes are given. Hint: give 1 to {} codes of equal length", codes.size(), kMostImages);
  const Tensor z = tensor(values, {std::ssize(codes), std::ssize(values) / std::ssize(codes)}, DType::f32);
  return {{"images", text_of(abilities_.decode(z))}};
}

}  // namespace gradzoo
