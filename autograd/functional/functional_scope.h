#pragma once

#include <optional>
#include <span>

#include "gradzoo/autograd/tape.h"

namespace gradzoo {

inline bool is_tracked(const Tensor& t) { return t.requires_grad(); }

/// Stops recording for the life of the result, unless `create_graph`.
inline std::optional<NoGrad> quiet_unless(bool create_graph) {
  return create_graph ? std::nullopt : std::optional<NoGrad>(std::in_place);
}

/// A scope in which a library function records: into its own tape, or with create_graph into the caller's.
class FunctionalScope {
 public:
  explicit FunctionalScope(bool create_graph, TapeOptions options = {}) : create_graph_(create_graph) {
    if (!create_graph) {
      tape_.emplace(options);
    } else if (!is_recording()) {
      throw Error("create_graph needs a live tape to record into. Hint: declare a Tape before the call");
    }
  }

  /// Returns x as the function's input: a new node on the same values. Derivatives with respect to it count
  /// only the dependence through the argument, whatever else f captured; with create_graph they depend on x
  /// and on everything that f captured.
  Tensor input(const Tensor& x) const;
  Tensors inputs(std::span<const Tensor> xs) const;

  /// Returns a result that the caller may keep: without a record on a tape that ends here.
  Tensor result(const Tensor& y) const { return create_graph_ ? y : y.detach(); }

 private:
  bool create_graph_;
  std::optional<Tape> tape_;
};

}  // namespace gradzoo
