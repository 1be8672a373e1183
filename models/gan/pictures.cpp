#include "models/gan/pictures.h"

#include "gradzoo/autograd/ops.h"
#include "gradzoo/autograd/tape.h"
#include "gradzoo/models/eval/quadrature.h"
#include "gradzoo/models/pictures/image_pictures.h"
#include "gradzoo/models/pictures/plane_pictures.h"

namespace gradzoo {
namespace {

constexpr int64_t kPoints = 2500;

Picture neighbours(const Generator& generator, const Classes& classes, const DataShape& shape,
                   const DataView& data) {
  Rng rng(data.seed, "pictures/neighbours");
  const Tensor drawn = classes.draw(2 * kImageColumns, {}, rng);
  return neighbours_picture(generator.draw(2 * kImageColumns, rng, drawn), shape, data.train);
}

Picture interpolation(const Generator& generator, const Classes& classes, const DataShape& shape,
                      const DataView& data) {
  constexpr int64_t kRows = 8;
  Rng rng(data.seed, "pictures/interpolation");
  const Tensor images = images_between(generator, kRows, classes.draw(kRows, {}, rng), rng);
  return {"interpolation",
          "Each row moves from one z to another, where z is Gaussian on an arc: every point is as likely as "
          "a draw. In a conditional model each row has one label, or cluster.",
          ImageGrid{as_examples(images, shape), kImageColumns}};
}

Plane plane_of(const char* title, const Box& box) {
  return {
      .title = title, .x_low = box.low[0], .x_high = box.high[0], .y_low = box.low[1], .y_high = box.high[1]};
}

// What D thinks of each point of the plane.
Plane judgement(const Discriminator& discriminator, const GanLoss& loss, const Box& box) {
  Plane d = plane_of(loss.logits ? "D(x)" : "s(x)", box);
  const auto judged = [&](const Tensor& x) {
    const Tensor scores = reshape(discriminator.forward(x), {x.dim(0)});
    return loss.logits ? sigmoid(scores) : scores;
  };
  // The grid's last axis runs fastest: x0 over rows, so that rows of the picture are its transpose.
  d.density =
      transpose(reshape(on_grid({box, kDensityCells}, judged, DType::f32), {kDensityCells, kDensityCells}));
  if (!loss.logits) d.density = d.density - min(d.density);
  d.density_name = loss.logits ? "D(x)" : "height";
  d.probability = loss.logits;
  return d;
}

}  // namespace

Picture gan_game(const Generator& generator, const Discriminator& discriminator, const GanLoss& loss,
                 const Toy& toy, uint64_t seed) {
  const NoGrad quiet;
  const Box box = toy.box().scaled(1.2);
  Rng rng(seed, "pictures/points");
  Plane truth = plane_of("true draws", box), samples = plane_of("samples of G", box);
  truth.points = toy.sample(kPoints, rng);
  samples.points = generator.draw(kPoints, rng);
  if (discriminator.pac() > 1) {
    return {
        "game",
        "True draws, and the same number of samples. D scores several points together, so it is not drawn.",
        Planes{{truth, samples}}};
  }
  const char* caption = loss.logits
                            ? "True draws, the same number of samples, and D: the probability of being real, "
                              "1/2 at points where real and fake are equally dense."
                            : "True draws, the same number of samples, and D's score. G follows the score "
                              "uphill; it is flat where real and fake agree.";
  return {"game", caption, Planes{{truth, samples, judgement(discriminator, loss, box)}}};
}

Tensor images_between(const Generator& generator, int64_t rows, const Tensor& labels, Rng& rng) {
  return generator.generate(generator.codes_between(rows, rng), along_rows(labels));
}

std::vector<Picture> gan_image_pictures(const Generator& generator, const Classes& classes,
                                        const DataShape& shape, const DataView& data) {
  const NoGrad quiet;
  return {neighbours(generator, classes, shape, data), interpolation(generator, classes, shape, data)};
}

}  // namespace gradzoo
