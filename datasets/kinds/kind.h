#pragma once

#include <cmath>
#include <deque>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "gradzoo/datasets/data_shape.h"

/// Kinds of data. A kind is an object with a source file in this folder and a line in the list of kind.cpp.
/// Its properties determine how models, uses and pictures treat examples.
namespace gradzoo {

/// A toy of a kind.
struct ToyEntry {
  ToyInfo info;                                      ///< name and description
  double noise = 0;                                  ///< default noise; 0: the toy has no noise
  double least = 0;                                  ///< exclusive lower bound of the noise
  std::shared_ptr<const Toy> (*make)(double noise);  ///< maker of the toy at scale 1
};

///@{
/// Default functions of a kind. They return "points of 2 numbers"; the toy's tile; N(0, I), moved to the
/// middle of the toy's box.
std::string size_of_points(const Shape& example);
Shape tile_of_toy(const Shape& example, const Toy* toy);
Tensor gaussian_noise(const DataShape& shape, int64_t n, Rng& rng);
///@}

/// A kind of data.
struct DataKind {
  std::string name;  ///< unique name: "images"
  std::string data;  ///< example of a name for `--data`, for hints; "": none
  /// Returns true if examples with this shape and toy (null: none) are of this kind.
  bool (*holds)(const Shape& example, const Toy* toy);
  DataShape (*small)();         ///< small shape of this kind, to query what models support
  std::string word = "points";  ///< word for examples in messages
  std::string (*size)(const Shape& example) = size_of_points;  ///< the word with the examples' size
  std::string defaults = "toys";                               ///< data for which defaults were chosen
  /// True if examples are rows and columns of bytes, which convolutions and classifiers accept and which
  /// people can look at; false if they are vectors of numbers.
  bool pixels = false;
  bool bits = false;  ///< true if each element is 0 or 1
  ///@{
  /// Bounds of the elements. Samples from a network are within them.
  double low = -HUGE_VAL;
  double high = HUGE_VAL;
  ///@}
  /// Returns n rows (n, elements) where chains start that do not depend on a model.
  Tensor (*noise)(const DataShape& shape, int64_t n, Rng& rng) = gaussian_noise;
  Shape (*tile)(const Shape& example, const Toy* toy) = tile_of_toy;  ///< shape in pictures; rank 0: dots
  int64_t shown = 1000;                                               ///< number of samples in a picture
  int64_t at_once = 20'000;                                           ///< batch size of a network's samples
  std::string nats = "nats";                                          ///< unit of -log p(x)
  std::string nats_meaning = "natural logarithms of probability; 1 nat is 1.44 bits";  ///< explanation of it
  std::vector<ToyEntry> toys = {};                                                     ///< toys for `--data`

  /// Returns true if both bounds are finite.
  bool is_bounded() const { return std::isfinite(high - low); }
};

/// Returns all kinds. If several kinds accept some examples, the last of these is the examples' kind.
const std::deque<DataKind>& data_kinds();
/// Adds a program's own kind. Call it before data are loaded.
void add_data_kind(DataKind kind);
/// Returns the kind of examples with this shape. Throws Error if no kind accepts them.
const DataKind& kind_of(const Shape& example, const Toy* toy);
/// Returns the kind with this name. Throws Error if there is none.
const DataKind& find_kind(std::string_view name);

/// A predicate for the kinds that a model or use accepts, with its texts.
struct TakenKinds {
  bool (*holds)(const DataKind& kind);  ///< true if the kind is accepted
  std::string_view listed;              ///< text for tables: "images, points"
  std::string_view named;               ///< text for messages: "patterns of 0 and 1"
  std::string_view data;                ///< name of data for hints: "mnist"
  bool operator()(const DataKind& kind) const { return holds(kind); }  ///< Returns holds(kind).
};
///@{
/// All kinds; images; points; binary data, which are binarised images and arrays of zeros and ones.
inline constexpr TakenKinds kAnyData{[](const DataKind&) { return true; }, "images, points", "all", "mnist"},
    kImageData{[](const DataKind&kind) { return kind.pixels; }, "images", "images", "mnist"},
    kPointData{[](const DataKind&kind) { return !kind.pixels; }, "points", "points", "ring8"},
    kBitData{[](const DataKind&kind) { return kind.pixels || kind.bits; }, "images, 0 and 1",
             "patterns of 0 and 1", "bars-and-stripes"};
///@}

/// Reshapes rows (n, elements) to examples (n, H, W), (n, H, W, 3) or (n, d), and clips them to the bounds.
Tensor as_examples(const Tensor& rows, const DataShape& shape);

}  // namespace gradzoo
