#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "base/options.h"
#include "datasets/examples.h"

namespace gradzoo {

/// How much of an image is bright: its mean grey in a quarter of the training images.
enum class Ink { any, thin, thick };
inline constexpr Choice<Ink> kInks[] = {{"any", Ink::any}, {"thin", Ink::thin}, {"thick", Ink::thick}};

/// Which images of a set are meant.
struct SubsetOptions {
  std::string only = "all", exclude = "none";  // labels as "7" or "0,1"
  Ink ink = Ink::any;

  void describe(OptionTable& options);
  bool is_all() const { return only == "all" && exclude == "none" && ink == Ink::any; }
  /// The labels below `classes` that are meant. Throws Error where one is no class or none is left.
  std::vector<int64_t> labels(int64_t classes) const;
  /// "only=7 ink=thick", "" of all.
  std::string description() const;
};

/// Those of the examples that are meant. The quarters of ink are those of `training`, of the labels that are
/// meant: an image is thick where its mean grey is at or above their upper quartile, thin where at or below
/// the lower. Throws Error for a label that is none of 0 to classes - 1, and where nothing is left.
Examples subset_of(const Examples& examples, const Examples& training, const SubsetOptions& options,
                   int64_t classes);

/// Mean grey of each of the examples, in [0, 1].
std::vector<double> mean_grey(const Examples& images);

}  // namespace gradzoo
