#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "base/options.h"
#include "datasets/examples.h"

namespace gradzoo {

/// The ink of an image: which quarter of the training images it is in by mean grey.
enum class Ink { any, thin, thick };
/// Their names in options.
inline constexpr Choice<Ink> kInks[] = {{"any", Ink::any}, {"thin", Ink::thin}, {"thick", Ink::thick}};

/// Which images of a set to use.
struct SubsetOptions {
  std::string only = "all", exclude = "none";  ///< labels as "7" or "0,1"
  Ink ink = Ink::any;                          ///< by mean grey

  void describe(OptionTable& options);
  /// Nothing is left out.
  bool is_all() const { return only == "all" && exclude == "none" && ink == Ink::any; }
  /// The labels below `classes` to use. Throws Error if one is not a class or if none is left.
  std::vector<int64_t> labels(int64_t classes) const;
  /// "only=7 ink=thick"; "" for all images.
  std::string description() const;
};

/// The selected examples. The quartiles of ink are those of `training`, among the selected labels: an image
/// is thick if its mean grey is at or above the upper quartile, thin if at or below the lower. Throws Error
/// for a label outside 0 to classes - 1, and if nothing is left.
Examples subset_of(const Examples& examples, const Examples& training, const SubsetOptions& options,
                   int64_t classes);

/// Mean grey of each of the examples, in [0, 1].
std::vector<double> mean_grey(const Examples& images);

}  // namespace gradzoo
