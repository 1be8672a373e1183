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

/// Distances between two sets of pictures, computed from the features of a classifier.
///
/// Sample metrics that use a classifier and the training set: cheap, but not a proof of quality.
namespace gradzoo {

/// The mean (d) and the covariance (d,d), with the divisor n - 1, of features (n, d); f64.
struct Moments {
  Tensor mean, covariance;  ///< mean (d) and covariance (d,d)
};
/// Returns the moments of features. Throws Error for fewer than two rows and for a row that is not finite.
Moments moments_of(const Tensor& features);

/// Returns |m_a - m_b|^2 + tr(C_a + C_b - 2 (C_a^1/2 C_b C_a^1/2)^1/2), at least 0: the squared
/// 2-Wasserstein distance of two Gaussians (Frechet 1957; Dowson & Landau 1982), which Heusel et al. 2017
/// measure between features.
double frechet_distance(const Moments& a, const Moments& b);

/// Returns the distance of features (n, d) to moments, its error from `resamples` bootstrap sets of n rows.
Estimate frechet_estimate(const Tensor& features, const Moments& real, int64_t resamples, Rng& rng);

/// Returns the unbiased MMD^2 of features a (n, d) and b (m, d) under the kernel (x'y / d + 1)^3 (Binkowski
/// et al. 2018, "KID"): the mean over disjoint blocks of `block` rows of each set, with the error from their
/// spread. Throws Error if there are fewer than two blocks.
Estimate kernel_distance(const Tensor& a, const Tensor& b, int64_t block = 1000);

/// A prediction is confident if its probability is above this.
inline constexpr double kConfident = 0.9;

/// Images, with their features and class probabilities.
struct ClassifiedImages {
  Tensor images;         ///< (n, pixels) in [0,1]
  Tensor features;       ///< (n, features)
  Tensor probabilities;  ///< (n, classes)

  int64_t count() const { return images.dim(0); }  ///< number of images
};
/// Applies the two parts of a classifier to images in blocks: features from pixels, then probabilities from
/// features. With several processes it is a collective call, and the processes share the blocks. Throws
/// Error if there are no images, or if a pixel or a probability is not finite.
ClassifiedImages classified(const Tensor& images, TensorFn features, TensorFn probabilities,
                            Processes& processes = this_process());

/// Statistics of images, with standard errors by bootstrap over the images.
struct SampleStatistics {
  int64_t count = 0;       ///< number of images measured
  Estimate confident;      ///< share of images with max_y p(y|x) > kConfident
  Estimate label_entropy;  ///< entropy of the mean of p(y|x), nats: log(classes) if all classes are equally
                           ///< frequent
  std::vector<int64_t> called = {};  ///< number of images per most probable class: (classes)
  std::optional<Estimate> as_asked;  ///< share of images classified as the requested label
  Estimate diversity;                ///< rms distance between features of two images of one predicted class
  Estimate nearest_mean, nearest_median;  ///< Euclidean distance in pixel space to the nearest training image
};

/// Measures images. `asked` (n) i64 are the requested labels, undefined if there are none. Throws Error if
/// the widths differ from the training images' width.
SampleStatistics sample_statistics(const ClassifiedImages& seen, const Examples& train,
                                   const Tensor& asked = {});

/// Returns for each class the first image that is assigned to it with a probability above kConfident, or a
/// black image if there is none: (classes, pixels).
Tensor first_of_each_class(const ClassifiedImages& seen);

/// Returns the share of images with a probability above kConfident, without an error.
double confident_share(const Tensor& probabilities);
double label_entropy(const Tensor& probabilities);  ///< entropy of the mean probabilities, nats

/// The classifier that measures images.
struct SampleClassifier {
  std::string name;                                    ///< name: "the program's own classifier of digits"
  std::function<Tensor(const Tensor&)> features = {};  ///< pixels (n, pixels) to (n, features)
  std::function<Tensor(const Tensor&)> probabilities_of = {};  ///< features to (n, classes)
  std::string frechet_name = "class-FID";                      ///< name of its Frechet distance

  /// Returns the class probabilities of images (n, pixels).
  Tensor probabilities(const Tensor& images) const { return probabilities_of(features(images)); }
};

/// The quality of a set of samples.
struct SampleQuality {
  SampleStatistics statistics;  ///< statistics of the classifier's predictions
  std::string frechet_name;     ///< name of the Frechet distance
  /// Frechet distance, with its error by bootstrap. It falls with the count: compare only equal counts.
  Estimate frechet;
  std::optional<Estimate> kernel;  ///< kernel distance, unbiased at any count; empty below two blocks of 50
  Tensor one_each;                 ///< (classes, pixels): images of first_of_each_class
};

/// Compares samples with the real images of a set and with the training images, using a classifier.
class SampleMetrics {
 public:
  /// Reads real images in the model's pixel format, for example as binary pixels. The functions are
  /// collective calls of `processes`.
  SampleMetrics(SampleClassifier classifier, const Examples& real, const Examples& train, Pixels pixels,
                Processes& processes = this_process());

  /// Measures images (n, pixels); `asked` as in sample_statistics.
  SampleQuality measure(const Tensor& images, const Tensor& asked = {}) const;
  /// Measures n real images, evenly spread over the set, like the samples of a perfect model.
  SampleQuality measure_real(int64_t n) const;
  SampleQuality measure_training(int64_t n) const;    ///< quality of at most n training images
  ClassifiedImages seen(const Tensor& images) const;  ///< images (n, pixels) with features and probabilities
  /// Returns only the Frechet distance; quick.
  double frechet_of(const ClassifiedImages& images) const;

  const std::string& classifier() const { return classifier_.name; }  ///< classifier's name
  /// Returns the name of the Frechet distance.
  const std::string& frechet_name() const { return classifier_.frechet_name; }
  /// Returns the format of the real images' pixels.
  Pixels pixels() const { return pixels_; }
  const Examples& real_images() const { return real_images_; }  ///< real images of the comparison

 private:
  SampleClassifier classifier_;
  Processes& processes_;
  Examples real_images_, train_;
  Pixels pixels_;
  Tensor real_;  ///< (N, features), in a random order: blocks of a sorted set would differ from each other
  Moments moments_;
};

/// Returns the Euclidean distance in pixel space from each image (n, elements) to the nearest image of a
/// set: (n). Throws Error if the widths differ.
std::vector<double> nearest_distances(const Tensor& images, const Examples& train);
/// The mean and the median of nearest distances, with standard errors by bootstrap.
struct NearestStatistics {
  Estimate mean, median;  ///< mean and median over the images
};
/// Returns the statistics of images (n, elements). Throws Error as nearest_distances does.
NearestStatistics nearest_statistics(const Tensor& images, const Examples& train);

/// Throws Error unless n images can be taken from the set: 1 <= n <= count.
void check_count(const Examples& images, int64_t n);
/// Returns n images of a set, evenly spread over its order: (n, pixels). Throws Error as check_count does.
Tensor evenly_spread(const Examples& images, int64_t n, Pixels pixels = Pixels::grey);

/// Returns 2 E|a - b| - E|a - a2| - E|b - b2| of rows a, a2 (n, d), b, b2 (m, d), unbiased. Its mean is 0 if
/// and only if both have the same distribution (Szekely & Rizzo 2013). Throws Error for fewer than two rows,
/// or for rows of different widths.
double energy_distance(const Tensor& a, const Tensor& b);

/// Returns for each query the nearest image of a set by Euclidean distance of grey pixels: queries (n,
/// elements) in [0,1] -> (n, elements). A sample that equals its neighbour was memorised.
Tensor nearest_images(const Tensor& queries, const Examples& images);

/// Returns the peak signal-to-noise ratio of every image in dB, 10 log10(1 / mean over its pixels of (image
/// - truth)^2), for pixels in [0, 1] with the peak 1. It is infinite if both are equal; for independent
/// noise of standard deviation sigma it tends to -20 log10(sigma) with many pixels. images and truth (n,
/// pixels) -> (n) f64. Throws Error if the shapes differ or are empty.
Tensor psnr(const Tensor& images, const Tensor& truth);

}  // namespace gradzoo
