#pragma once

#include <cmath>
#include <deque>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "gradzoo/datasets/data_shape.h"

/// Kinds of data. A kind is an object: a file here and a line in the list (kind.cpp). What a model, a use or
/// a picture does with examples follows from its properties.
namespace gradzoo {

/// A toy of a kind.
struct ToyEntry {
  ToyInfo info;      ///< its name and what it is
  double noise = 0;  ///< the default; 0: the toy has none
  double least = 0;  ///< the smallest noise that it can be made with is above this
  std::shared_ptr<const Toy> (*make)(double noise);  ///< at scale 1
};

///@{
/// The usual answers of a kind: "points of 2 numbers"; the toy's tile; N(0, I), moved to the middle of the
/// toy's box.
std::string size_of_points(const Shape& example);
Shape tile_of_toy(const Shape& example, const Toy* toy);
Tensor gaussian_noise(const DataShape& shape, int64_t n, Rng& rng);
///@}

/// A kind of data.
struct DataKind {
  std::string name;  ///< "images": what tells it from the other kinds
  std::string data;  ///< data of it that `--data` knows, for hints; "": there are none
  /// Whether examples of this shape, with this toy (null: none), are of it.
  bool (*holds)(const Shape& example, const Toy* toy);
  DataShape (*small)();         ///< a small one, of which models are asked what they can
  std::string word = "points";  ///< what a message calls examples
  std::string (*size)(const Shape& example) = size_of_points;  ///< the same with their size
  std::string defaults = "toys";                               ///< what a default of theirs is chosen for
  /// Rows and columns of bytes, which convolutions take and classifiers know, and a look at which tells
  /// something; else numbers as they are, one after the other.
  bool pixels = false;
  bool bits = false;  ///< each number is 0 or 1
  ///@{
  /// The ends of the interval where numbers lie. A network draws within them.
  double low = -HUGE_VAL;
  double high = HUGE_VAL;
  ///@}
  /// n rows (n, numbers) where chains start that know nothing of a model.
  Tensor (*noise)(const DataShape& shape, int64_t n, Rng& rng) = gaussian_noise;
  Shape (*tile)(const Shape& example, const Toy* toy) = tile_of_toy;  ///< one as a picture; rank 0: as dots
  int64_t shown = 1000;                                               ///< samples in a picture
  int64_t at_once = 20'000;                                           ///< that a network draws together
  std::string nats = "nats";                                          ///< the unit of -log p(x)
  std::string nats_meaning = "natural logarithms of probability; 1 nat is 1.44 bits";  ///< of that unit
  std::vector<ToyEntry> toys = {};  ///< what `--data` makes

  /// Whether numbers lie between two ends.
  bool is_bounded() const { return std::isfinite(high - low); }
};

/// All of them. Of several that hold some examples the last is their kind.
const std::deque<DataKind>& data_kinds();
/// Adds a program's own, before it asks for data.
void add_data_kind(DataKind kind);
/// The kind of examples of this shape. Throws Error where no kind holds them.
const DataKind& kind_of(const Shape& example, const Toy* toy);
/// By its name. Throws Error where there is none.
const DataKind& find_kind(std::string_view name);

/// The kinds that something takes, a predicate, and how it says so.
struct TakenKinds {
  bool (*holds)(const DataKind& kind);  ///< whether this one is among them
  std::string_view listed;              ///< in a table: "images, points"
  std::string_view named;               ///< in a message: "patterns of 0 and 1"
  std::string_view data;                ///< of a hint: "mnist"

  bool operator()(const DataKind& kind) const { return holds(kind); }  ///< whether it takes this one
};
///@{
/// Any; images; numbers as they are; images, which are binarised, and numbers that are 0 or 1.
inline constexpr TakenKinds kAnyData{[](const DataKind&) { return true; }, "images, points", "all", "mnist"},
    kImageData{[](const DataKind&kind) { return kind.pixels; }, "images", "images", "mnist"},
    kPointData{[](const DataKind&kind) { return !kind.pixels; }, "points", "points", "ring8"},
    kBitData{[](const DataKind&kind) { return kind.pixels || kind.bits; }, "images, 0 and 1",
             "patterns of 0 and 1", "bars-and-stripes"};
///@}

/// Rows (n, numbers) as examples of this shape, (n, H, W), (n, H, W, 3) or (n, d), within their ends.
Tensor as_examples(const Tensor& rows, const DataShape& shape);

}  // namespace gradzoo
