#include "gradzoo/models/gan/networks.h"

#include <span>

#include <fmt/format.h>

#include "gradzoo/autograd/ops.h"
#include "gradzoo/base/error.h"
#include "gradzoo/models/pictures/image_pictures.h"
#include "gradzoo/nn/layers/layers.h"
#include "models/networks/labels.h"

namespace gradzoo {

/// Linear layers with batch normalisation, which makes a bias idle, and ReLU behind each but the last.
class BatchNormMlp : public Module {
 public:
  BatchNormMlp(std::span<const int64_t> sizes, Rng& rng, const LinearOptions& options) {
    LinearOptions hidden = options;
    hidden.bias = false;
    for (size_t i = 0; i + 1 < sizes.size(); ++i) {
      const bool last = i + 2 == sizes.size();
      linears_.push_back(std::make_unique<Linear>(sizes[i], sizes[i + 1], rng, last ? options : hidden));
      register_module(fmt::format("linear{}", i), *linears_.back());
      if (last) break;
      norms_.push_back(std::make_unique<BatchNorm1d>(sizes[i + 1], kNorm));
      register_module(fmt::format("norm{}", i), *norms_.back());
    }
  }
  Tensor forward(const Tensor& x) const override {
    return run(x, [](const BatchNorm1d& norm, const Tensor& y) { return norm(y); });
  }
  Tensor by_batch(const Tensor& x, int64_t parts) const {
    return run(x, [&](const BatchNorm1d& norm, const Tensor& y) { return norm.by_batch(y, parts); });
  }

 private:
  static constexpr BatchNormOptions kNorm{.eps = 1e-4, .momentum = 0.05};  // Lin et al.'s

  template <class Normalise>
  Tensor run(const Tensor& x, const Normalise& normalise) const {
    Tensor y = x;
    for (size_t i = 0; i < norms_.size(); ++i) y = relu(normalise(*norms_[i], linears_[i]->forward(y)));
    return linears_.back()->forward(y);
  }

  std::vector<std::unique_ptr<Linear>> linears_;
  std::vector<std::unique_ptr<BatchNorm1d>> norms_;
};

namespace {

class CriticActivationLayer : public Module {
 public:
  explicit CriticActivationLayer(CriticActivation function) : function_(function) {}
  Tensor forward(const Tensor& x) const override { return function_(x); }

 private:
  CriticActivation function_;
};

// With He's, the spread of z reaches the examples undiminished: G does not begin on one point.
init::Initializer initializer(GeneratorInit how) {
  if (how == GeneratorInit::torch) return {};
  if (how == GeneratorInit::normal)
    return [](Tensor& weight, Rng& rng) { init::normal(weight, rng, 0, 0.02); };
  return [](Tensor& weight, Rng& rng) { init::kaiming_normal(weight, rng); };
}

std::unique_ptr<Module> generator_layers(const GanShape& shape, Rng& rng) {
  const int64_t inputs = shape.latent + shape.classes;
  if (shape.net == GanNet::dcgan) {
    return std::make_unique<ImageDecoder>(inputs, shape.data, rng,
                                          ImageCoderOptions{.channels = shape.channels,
                                                            .norm_groups = shape.norm_groups,
                                                            .he = shape.init == GeneratorInit::he,
                                                            .dtype = shape.dtype});
  }
  return std::make_unique<Mlp>(
      layer_sizes(inputs, shape.generator_hidden, shape.data.size()), rng,
      MlpOptions{.activation = "relu", .linear = {.init = initializer(shape.init), .dtype = shape.dtype}});
}

std::unique_ptr<BatchNormMlp> normalised_layers(const GanShape& shape, Rng& rng) {
  return std::make_unique<BatchNormMlp>(
      layer_sizes(shape.latent + shape.classes, shape.generator_hidden, shape.data.size()), rng,
      LinearOptions{.init = initializer(shape.init), .dtype = shape.dtype});
}

// What D's first layer sees.
DataShape packed_shape(const GanShape& shape) {
  DataShape out = shape.data;
  if (out.is_grid()) {
    out.example = {out.height(), out.width(), shape.pac * out.channels()};
  } else {
    out.example = {shape.pac * out.size()};
  }
  return out;
}

}  // namespace

Tensor steep_leaky_relu(const Tensor& x) { return leaky_relu(x, 0.2); }

Generator::Generator(const GanShape& shape, Rng& rng)
    : latent_(shape.latent),
      classes_(shape.classes),
      pac_(shape.pac),
      prior_(shape.prior),
      units_(shape.data.kind()) {
  if (shape.generator_norm == GeneratorNorm::batch) {
    normalised_ = normalised_layers(shape, rng);
    register_module("layers", *normalised_);
  } else {
    layers_ = generator_layers(shape, rng);
    register_module("layers", *layers_);
  }
}

Generator::~Generator() = default;

Tensor Generator::centred(const Tensor& z, const Tensor& labels) const {
  const Tensor inputs = beside_label(z, labels, classes_);
  return units_.squashed(normalised_ ? normalised_->forward(inputs) : layers_->forward(inputs));
}

Tensor Generator::centred_in_training(const Tensor& z, const Tensor& labels) const {
  if (!normalised_) return centred(z, labels);
  return units_.squashed(normalised_->by_batch(beside_label(z, labels, classes_), pac_));
}

Tensor Generator::generate(const Tensor& z, const Tensor& labels) const {
  return units_.uncentred(centred(z, labels));
}

Tensor Generator::draw(int64_t n, Rng& rng, const Tensor& labels) const {
  return generate(draw_codes(n, rng), labels);
}

Tensor Generator::draw_codes(int64_t n, Rng& rng) const {
  return prior_ == LatentPrior::normal ? randn({n, latent_}, rng) : rand({n, latent_}, rng) * 2.0 - 1.0;
}

Tensor Generator::codes_between(int64_t rows, Rng& rng) const {
  const Tensor ends = draw_codes(2 * rows, rng);
  return prior_ == LatentPrior::normal ? arcs_between(ends, rows) : lines_between(ends, rows);
}

Discriminator::Discriminator(const GanShape& shape, Rng& rng)
    : units_(shape.data.kind()), classes_(shape.classes), pac_(shape.pac) {
  const DataShape seen = packed_shape(shape);
  at_place_ = seen.example[seen.example.rank() - 1] / pac_;
  const int64_t outputs = 1 + classes_;
  const LinearOptions linear{
      .init = shape.init == GeneratorInit::normal ? initializer(shape.init) : init::Initializer(),
      .spectral_norm = shape.spectral_norm,
      .dtype = shape.dtype};
  if (shape.net == GanNet::dcgan) {
    const auto& convolutions =
        layers_.append<ImageEncoder>(seen, rng,
                                     ImageCoderOptions{.channels = shape.channels,
                                                       .activation = shape.activation,
                                                       .spectral_norm = shape.spectral_norm,
                                                       .dtype = shape.dtype});
    layers_.append<Linear>(convolutions.features(), outputs, rng, linear);
  } else {
    const std::vector<int64_t> sizes = layer_sizes(seen.size(), shape.discriminator_hidden, outputs);
    for (size_t i = 0; i + 1 < sizes.size(); ++i) {
      if (shape.maxout > 1 && i + 2 < sizes.size()) {
        layers_.append<Maxout>(sizes[i], sizes[i + 1], shape.maxout, rng, linear);
        continue;
      }
      if (i > 0 && shape.maxout == 1) layers_.append<CriticActivationLayer>(shape.activation);
      layers_.append<Linear>(sizes[i], sizes[i + 1], rng, linear);
    }
  }
  register_module("layers", layers_);
}

Tensor Discriminator::centred(const Tensor& x) const { return units_.centred(x); }

// (B, inputs) -> (B / pac, pac inputs): images (B / pac, H W pac C), points one behind the other.
Tensor Discriminator::packed(const Tensor& x) const {
  if (pac_ == 1) return x;
  if (x.dim(0) % pac_ != 0) {
    throw Error(
        "gan: D scores {} examples together, and {} is not a whole number of packs. Hint: use a multiple of "
        "{}",
        pac_, x.dim(0), pac_);
  }
  const int64_t packs = x.dim(0) / pac_, places = x.dim(1) / at_place_;
  return flatten_rows(permute(reshape(x, {packs, pac_, places, at_place_}), {0, 2, 1, 3}));
}

Tensor Discriminator::judge(const Tensor& x, const Tensor& labels) const {
  Tensor y = layers_.forward(packed(x));  // (B / pac, 1 + classes)
  if (classes_ == 0) return y;
  const Tensor of_label = slice(y, 1, 1, 1 + classes_) * label_rows(labels, classes_, y.dtype());
  return slice(y, 1, 0, 1) + sum(of_label, 1, true);
}

Tensor whole_packs(const Tensor& x, int64_t pac) {
  if (!x.defined() || x.dim(0) % pac == 0) return x;
  std::vector<double> rows;
  for (int64_t i = 0; i < x.dim(0) + pac - x.dim(0) % pac; ++i)
    rows.push_back(static_cast<double>(i % x.dim(0)));
  return index_select(x, 0, tensor(rows, {static_cast<int64_t>(rows.size())}, DType::i64));
}

}  // namespace gradzoo
