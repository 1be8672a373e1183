#pragma once

#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "gradzoo/autograd/random.h"
#include "gradzoo/autograd/tensor.h"
#include "gradzoo/datasets/examples.h"
#include "gradzoo/datasets/images/image_dataset.h"
#include "gradzoo/datasets/images/pixels.h"
#include "gradzoo/models/eval/estimate.h"
#include "gradzoo/nn/parallel/processes.h"

/// Distances between two sets of pictures by a classifier's features.
///
/// Sample metrics by a classifier and the training set: cheap, but no proof of quality.
namespace gradzoo {

/// Mean (d) and covariance (d,d), dividing by n - 1, of features (n, d); f64.
struct Moments {
  Tensor mean, covariance;  ///< (d) and (d,d)
};
/// Throws Error for fewer than two rows, or one that is not finite.
Moments moments_of(const Tensor& features);

/// |m_a - m_b|^2 + tr(C_a + C_b - 2 (C_a^1/2 C_b C_a^1/2)^1/2): the squared 2-Wasserstein distance of two
/// Gaussians (Frechet 1957; Dowson & Landau 1982), which Heusel et al. 2017 measure between features. Not
/// below 0.
double frechet_distance(const Moments& a, const Moments& b);

/// The distance of features (n, d) to moments, its error by `resamples` bootstrap sets of n rows.
Estimate frechet_estimate(const Tensor& features, const Moments& real, int64_t resamples, Rng& rng);

/// Unbiased MMD^2 of features a (n, d) and b (m, d) under the kernel (x'y / d + 1)^3 (Binkowski et al. 2018,
/// "KID"): the mean over disjoint blocks of `block` rows of each, its error from their spread. Throws Error
/// where there are not two blocks.
Estimate kernel_distance(const Tensor& a, const Tensor& b, int64_t block = 1000);

/// A prediction is confident if its probability is above this.
inline constexpr double kConfident = 0.9;

/// Images, with their features and class probabilities.
struct ClassifiedImages {
  Tensor images;         ///< (n, pixels) in [0,1]
  Tensor features;       ///< (n, features)
  Tensor probabilities;  ///< (n, classes)

  int64_t count() const { return images.dim(0); }  ///< images
};
/// Applies the two parts of a classifier to images in blocks: features of pixels, probabilities of features.
/// Where there are several processes, a collective call, and blocks are shared out. Throws Error if there is
/// no image, and if a pixel or a probability is not finite.
ClassifiedImages classified(const Tensor& images, TensorFn features, TensorFn probabilities,
                            Processes& processes = this_process());

/// Standard errors are by bootstrap over the images.
struct SampleStatistics {
  int64_t count = 0;                 ///< images measured
  Estimate confident;                ///< share of them with max_y p(y|x) > kConfident
  Estimate label_entropy;            ///< of the mean of p(y|x), nats: log(classes) if all come alike
  std::vector<int64_t> called = {};  ///< images by their most probable class: (classes)
  std::optional<Estimate> as_asked;  ///< share that is called what was asked for
  Estimate diversity;  ///< root mean square distance of features of two images that are called the same
  Estimate nearest_mean, nearest_median;  ///< Euclidean distance of pixels to the nearest training image
};

/// Measures images; `asked` (n) i64 are the labels that were asked for, undefined where none were. Throws
/// Error where widths differ from the training images'.
SampleStatistics sample_statistics(const ClassifiedImages& seen, const Examples& train,
                                   const Tensor& asked = {});

/// For each class the first image that is assigned to it with a probability above kConfident, black if there
/// is none: (classes, pixels).
Tensor first_of_each_class(const ClassifiedImages& seen);

/// The share of images with a probability above kConfident, and the entropy of their mean, without errors.
double confident_share(const Tensor& probabilities);
double label_entropy(const Tensor& probabilities);  ///< nats

/// What images are measured by.
struct SampleClassifier {
  std::string name;                                            ///< "the program's own classifier of digits"
  std::function<Tensor(const Tensor&)> features = {};          ///< of pixels (n, pixels): (n, features)
  std::function<Tensor(const Tensor&)> probabilities_of = {};  ///< of features: (n, classes)
  std::string frechet_name = "class-FID";                      ///< what its Frechet distance is called

  /// Of pixels.
  Tensor probabilities(const Tensor& images) const { return probabilities_of(features(images)); }
};

/// What is known of some images.
struct SampleQuality {
  SampleStatistics statistics;  ///< of the classifier's answers
  std::string frechet_name;     ///< of its classifier
  /// its error by bootstrap; it falls with the count: compare equal counts alone
  Estimate frechet;
  std::optional<Estimate> kernel;  ///< unbiased at any count; none below two blocks of 50
  Tensor one_each;                 ///< (classes, pixels): see first_of_each_class
};

/// Holds samples against the real images of a set, and against those that were trained on, by a classifier.
class SampleMetrics {
 public:
  /// Real images are taken as the model does: binary ones of a model of binary pixels.
  /// What it does is a collective call of `processes`.
  SampleMetrics(SampleClassifier classifier, const Examples& real, const Examples& train, Pixels pixels,
                Processes& processes = this_process());

  /// Of images (n, pixels); `asked` as sample_statistics takes it.
  SampleQuality measure(const Tensor& images, const Tensor& asked = {}) const;
  /// n real images, evenly spread over the set, and n training images as samples of a perfect model would be.
  SampleQuality measure_real(int64_t n) const;
  SampleQuality measure_training(int64_t n) const;    ///< of training images, at most n
  ClassifiedImages seen(const Tensor& images) const;  ///< features and probabilities of images (n, pixels)
  /// The Frechet distance alone, quickly.
  double frechet_of(const ClassifiedImages& images) const;

  const std::string& classifier() const { return classifier_.name; }  ///< its name
  /// Of the classifier whose features the distance takes.
  const std::string& frechet_name() const { return classifier_.frechet_name; }
  /// How the real images' pixels were read.
  Pixels pixels() const { return pixels_; }
  const Examples& real_images() const { return real_images_; }  ///< that are compared with

 private:
  SampleClassifier classifier_;
  Processes& processes_;
  Examples real_images_, train_;
  Pixels pixels_;
  Tensor real_;  ///< (N, features), in a random order: blocks of a sorted set would differ from each other
  Moments moments_;
};

/// The Euclidean distance of pixels of each image (n, numbers) to the nearest of a set: (n). Needs no
/// classifier. Throws Error where widths differ.
std::vector<double> nearest_distances(const Tensor& images, const Examples& train);
/// Their median and mean, with standard errors by bootstrap.
struct NearestStatistics {
  Estimate mean, median;  ///< over the images
};
/// Of images (n, numbers); throws as nearest_distances does.
NearestStatistics nearest_statistics(const Tensor& images, const Examples& train);

/// Throws Error unless 1 <= n <= count: so many images of a set are to be taken.
void check_count(const Examples& images, int64_t n);
/// `n` images of a set, evenly spread over its order, as (n, pixels). Throws as check_count.
Tensor evenly_spread(const Examples& images, int64_t n, Pixels pixels = Pixels::grey);

/// 2 E|a - b| - E|a - a'| - E|b - b'| of rows a (n, d), b (m, d), unbiased. Its mean is 0 if and only if both
/// have the same distribution (Szekely & Rizzo 2013). Throws Error for fewer than two rows, or for rows of
/// different widths.
double energy_distance(const Tensor& a, const Tensor& b);

/// The image of a set that is nearest to each query by Euclidean distance of grey pixels: queries (n,
/// numbers) in [0,1] -> (n, numbers). A sample that equals its neighbour was memorised.
Tensor nearest_images(const Tensor& queries, const Examples& images);

/// The peak signal-to-noise ratio of every image, in dB: 10 log10(1 / mean over its pixels of (image -
/// truth)^2), pixels of [0, 1], the peak 1. Infinite where both are equal; of independent noise of standard
/// deviation sigma -20 log10(sigma) in the limit of many pixels. images and truth (n, pixels) -> (n) f64.
/// Throws Error where the shapes differ or there is no pixel.
Tensor psnr(const Tensor& images, const Tensor& truth);

}  // namespace gradzoo
