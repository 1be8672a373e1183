#include "models/vae/pictures.h"

#include <array>

#include "gradzoo/autograd/ops.h"
#include "gradzoo/autograd/tape.h"
#include "gradzoo/models/pictures/image_pictures.h"
#include "gradzoo/nn/distributions.h"

namespace gradzoo {
namespace {

Tensor decode_images(const VaeNetwork& network, const Tensor& z, const DataShape& shape,
                     const Tensor& labels = {}) {
  return as_examples(network.expected(z, labels), shape);
}

// Rows of originals and of what comes back, by turns.
Picture reconstructions(const VaeNetwork& network, const Batch& batch, const DataShape& shape) {
  const std::array<Tensor, 2> parts = {
      batch.x, network.expected(network.encode(batch.x, batch.labels).mean, batch.labels)};
  return {"reconstructions", "Held-out images, and under each its reconstruction.",
          rows_by_turns(parts, {"original", "decoded"}, shape)};
}

Picture interpolation(const VaeNetwork& network, const Batch& batch, const DataShape& shape) {
  constexpr int64_t kPairs = 8;
  return {"interpolation", "Each row moves on a straight line between the codes of two held-out images.",
          ImageGrid{as_examples(images_between(network, {batch.x.rows(0, 2 * kPairs), {}, {}}), shape),
                    kImageColumns}};
}

// One code under each label: what is left of it is style.
Picture under_each_label(const VaeNetwork& network, const Batch& batch, const DataShape& shape) {
  const Tensor codes = network.encode(batch.x, batch.labels).mean;
  const LabelNames known = network.shape().labels();
  const int64_t columns = std::min<int64_t>(std::ssize(known), kImageColumns);
  Tensors rows;
  for (int64_t i = 0; i < 8; ++i) {
    const Tensor z = broadcast_to(codes.rows(i, i + 1), {columns, network.shape().latent});
    rows.push_back(decode_images(network, z, shape, any_labels(columns, known)));
  }
  return {"under_each_label",
          "Each row is the code of one held-out image, decoded with each label in turn. The label sets the "
          "class, and the code the style.",
          ImageGrid{concat(rows, 0), columns}};
}

Picture neighbours(const VaeNetwork& network, const VaePrior& prior, const DataShape& shape,
                   const DataView& data) {
  Rng rng(data.seed, "pictures/neighbours");
  const Tensor labels = any_labels(2 * kImageColumns, network.shape().labels());
  const Tensor z = prior.sample(Prior::mixture, 2 * kImageColumns, labels, rng);
  return neighbours_picture(network.expected(z, labels), shape, data.train);
}

// The same decoder fed by either prior.
Picture samples_of(Prior which, const VaeNetwork& network, const VaePrior& prior, const DataShape& shape,
                   uint64_t seed) {
  Rng rng(seed, "pictures/samples");
  const Tensor labels = any_labels(100, network.shape().labels());
  const Tensor images = decode_images(network, prior.sample(which, 100, labels, rng), shape, labels);
  if (which == Prior::normal)
    return {"samples_normal",
            "Samples whose codes are drawn from N(0, I), under which the model was trained.",
            ImageGrid{images, 10}};
  return {"samples_mixture",
          "Samples whose codes are drawn from the mixture of Gaussians that was fitted to the codes of "
          "training images.",
          ImageGrid{images, 10}};
}

// The decoder over a grid of the prior's quantiles, so that each picture stands for the same probability;
// z2 grows upwards, as on the map of codes.
Picture manifold(const VaeNetwork& network, const DataShape& shape) {
  constexpr int64_t kSide = 20;
  std::vector<double> z;
  for (int64_t row = 0; row < kSide; ++row) {
    for (int64_t column = 0; column < kSide; ++column) {
      for (int64_t at : {column, kSide - 1 - row}) {
        const double p = (static_cast<double>(at) + 0.5) / static_cast<double>(kSide);
        z.push_back(normal_quantile(p));
      }
    }
  }
  return {"manifold",
          "The decoder over the two latent dimensions, at equal steps of the prior's probability: z1 to the "
          "right, z2 upwards.",
          ImageGrid{decode_images(network, tensor(z, {kSide * kSide, 2}), shape), kSide}};
}

Picture codes_by_label(const VaeNetwork& network, const Examples& images, Pixels pixels, uint64_t seed) {
  const Batch batch =
      read_examples(images, 0, std::min<int64_t>(5000, images.count()), pixels, Rng(seed, "eval/pixels"));
  const bool labelled = batch.labels.defined();
  return {"codes",
          labelled ? "The codes of held-out images, coloured by label." : "The codes of held-out images.",
          Scatter{network.encode(batch.x, batch.labels).mean,
                  labelled ? batch.labels : zeros({batch.count()}, DType::i64), "z1", "z2"}};
}

}  // namespace

Tensor images_between(const VaeNetwork& network, const Batch& ends) {
  const int64_t pairs = ends.x.dim(0) / 2;
  const Tensor codes = network.encode(ends.x, ends.labels).mean;
  return network.expected(lines_between(codes, pairs), along_rows(label_of_each_pair(ends.labels)));
}

Picture kl_by_dimension_picture(const VaeBound& bound) {
  return {"kl_by_dimension", "KL(q(z|x) || p(z)) of each latent dimension: a dimension near 0 is not used.",
          Bars{bound.kl_by_dimension.to_vector(), "latent dimension", "nats"}};
}

std::vector<Picture> vae_pictures(const VaeNetwork& network, const VaePrior& prior, Pixels pixels,
                                  const DataShape& shape, const DataView& data) {
  const NoGrad quiet;
  std::vector<Picture> out;
  const int64_t count = std::min<int64_t>(4 * kImageColumns, data.examples.count());
  const Batch batch = read_examples(data.examples, 0, count, pixels, Rng(data.seed, "eval/pixels"));
  if (count >= kImageColumns) out.push_back(reconstructions(network, batch, shape));
  const bool conditional = network.shape().classes > 0;
  if (count >= 16)
    out.push_back(conditional ? under_each_label(network, batch, shape)
                              : interpolation(network, batch, shape));
  if (prior.is_fitted()) {
    for (const Prior which : {Prior::mixture, Prior::normal})
      out.push_back(samples_of(which, network, prior, shape, data.seed));
  }
  out.push_back(neighbours(network, prior, shape, data));
  if (network.shape().latent == 2) {
    if (!conditional) out.push_back(manifold(network, shape));
    out.push_back(codes_by_label(network, data.examples, pixels, data.seed));
  }
  out.push_back(kl_by_dimension_picture(vae_bound(network, prior, data.examples, pixels, data.seed)));
  return out;
}

}  // namespace gradzoo
