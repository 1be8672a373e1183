#include "models/classifier/pictures.h"

#include <algorithm>
#include <functional>

#include <fmt/format.h>

#include "gradzoo/autograd/ops.h"
#include "gradzoo/autograd/tape.h"
#include "gradzoo/models/base/over_examples.h"

namespace gradzoo {
namespace {

constexpr int64_t kColumns = 10, kMostRows = 20;

int64_t classes_of(const Predictions& predictions) { return predictions.probabilities.dim(1); }

// p of the class that was called.
std::vector<double> sureness(const Predictions& predictions) {
  return max(predictions.probabilities, 1).to_vector();
}

// Image i of the set as (1, H, W) or (1, H, W, 3) in [0,1].
Tensor image_at(const Examples& images, int64_t i) {
  return reshape(read_examples(images, i, i + 1, Pixels::grey, Rng(0)).x, images.example().insert(0, 1));
}

// Images at their places, in rows of `columns`; -1 leaves a place black.
Tensor tiles(const Examples& images, const std::vector<int64_t>& places) {
  const Tensor black = zeros(images.example().insert(0, 1));
  Tensors parts;
  for (const int64_t i : places) parts.push_back(i < 0 ? black : image_at(images, i));
  return concat(parts, 0);
}

}  // namespace

Predictions predict(TensorFn probabilities, const Examples& images) {
  const NoGrad quiet;
  Tensors parts;
  Predictions out;
  for_each_batch(images, Pixels::grey, 0, 500, [&](const Batch& batch) {
    parts.push_back(probabilities(batch.x));
    const Tensor called = argmax(parts.back(), 1);
    for (const double c : called.to_vector()) out.called.push_back(static_cast<int64_t>(c));
    for (const double label : batch.labels.to_vector()) out.labels.push_back(static_cast<int64_t>(label));
  });
  out.probabilities = concat(parts, 0);
  return out;
}

Picture misclassified(const Examples& images, const Predictions& predictions) {
  const std::vector<double> sure = sureness(predictions);
  const int64_t rows = std::min(classes_of(predictions), kMostRows);
  std::vector<std::vector<int64_t>> wrong(static_cast<size_t>(rows));
  for (size_t i = 0; i < predictions.called.size(); ++i) {
    const int64_t called = predictions.called[i];
    if (called != predictions.labels[i] && called < rows)
      wrong[static_cast<size_t>(called)].push_back(static_cast<int64_t>(i));
  }
  std::vector<int64_t> places;
  std::vector<std::string> captions;
  for (int64_t row = 0; row < rows; ++row) {
    std::vector<int64_t>& here = wrong[static_cast<size_t>(row)];
    std::ranges::sort(here, std::greater<>(), [&](int64_t i) { return sure[static_cast<size_t>(i)]; });
    here.resize(kColumns, -1);
    places.insert(places.end(), here.begin(), here.end());
    captions.push_back(fmt::format("called {}", row));
  }
  return {"misclassified",
          "Misclassified images, one row per predicted class, the most confident mistakes first.",
          ImageGrid{tiles(images, places), kColumns, captions}};
}

Picture confusion(const Examples& images, const Predictions& predictions) {
  const std::vector<double> sure = sureness(predictions);
  const int64_t side = std::min(classes_of(predictions), kMostRows);
  std::vector<int64_t> surest(static_cast<size_t>(side * side), -1);
  for (size_t i = 0; i < sure.size(); ++i) {
    const int64_t label = predictions.labels[i], called = predictions.called[i];
    if (label >= side || called >= side) continue;
    int64_t& best = surest[static_cast<size_t>(label * side + called)];
    if (best < 0 || sure[i] > sure[static_cast<size_t>(best)]) best = static_cast<int64_t>(i);
  }
  std::vector<std::string> captions;
  for (int64_t row = 0; row < side; ++row) captions.push_back(fmt::format("label {}", row));
  return {"confusion",
          fmt::format("Confusion matrix: each row is a label, each column a predicted class, 0 to {}. A cell "
                      "shows the most confident example, black if there is none. The diagonal shows the most "
                      "typical image of each class.",
                      side - 1),
          ImageGrid{tiles(images, surest), side, captions}};
}

std::vector<Picture> classifier_pictures(const Examples& images, const Predictions& predictions) {
  std::vector<double> wrong(static_cast<size_t>(classes_of(predictions))), all = wrong;
  for (size_t i = 0; i < predictions.called.size(); ++i) {
    const auto label = static_cast<size_t>(predictions.labels[i]);
    all[label] += 1;
    wrong[label] += predictions.called[i] == predictions.labels[i] ? 0 : 1;
  }
  std::vector<std::string> names;
  for (size_t i = 0; i < wrong.size(); ++i) {
    wrong[i] = all[i] > 0 ? 100 * wrong[i] / all[i] : 0;
    names.push_back(fmt::format("{}", i));
  }
  return {misclassified(images, predictions), confusion(images, predictions),
          Picture{"error_by_label", "Share of misclassified images for each label.",
                  Bars{wrong, "label", "percent", names}}};
}

}  // namespace gradzoo
