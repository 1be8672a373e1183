#pragma once

#include <functional>
#include <initializer_list>
#include <span>
#include <string>
#include <vector>

#include "gradzoo/nn/layers/module.h"
#include "gradzoo/state/state.h"

namespace gradzoo {

/// The parameters of one or more modules as slices of one flat tensor, and their gradients as slices of
/// another. Slices begin on multiples of 64 bytes; the padding between them is 0 in both and stays so.
/// Optimisers, EMA and clipping are then one loop each.
class Parameters {
 public:
  /// Where one parameter lives.
  struct Slice {
    std::string name;  ///< "decoder.hidden.weight"
    Tensor tensor;     ///< the leaf itself, which now lives in flat()
    int64_t offset;    ///< of its first element in flat() and flat_grad()
  };
  /// One of several modules.
  struct NamedModule {
    std::string name;                             ///< prefixes the names of its parameters
    std::reference_wrapper<const Module> module;  ///< it must outlive the Parameters
  };

  /// Moves the parameters; handles to them stay valid. Throws Error if there are none, if dtypes are mixed,
  /// or if a parameter is in other Parameters; where these are gone, all of theirs may come together. A
  /// tensor registered under two names counts once, by its first.
  explicit Parameters(const Module& module);
  /// Several modules, their names prefixed: Parameters{{"encoder", encoder}, {"decoder", decoder}}.
  Parameters(std::initializer_list<NamedModule> modules);
  /// Tensors that belong to no module, or module.parameters(). Each has its tensor's name; where that is ""
  /// or taken, its place among them: "0", "1", ...
  explicit Parameters(std::vector<Tensor> tensors);

  Parameters(const Parameters&) = delete;
  Parameters& operator=(const Parameters&) = delete;

  DType dtype() const { return flat_.dtype(); }  ///< of all of them
  /// Number of parameters, without padding.
  int64_t count() const;
  std::span<const Slice> slices() const { return slices_; }  ///< one for each parameter, in order
  /// The leaves, for grad() and backward().
  std::span<const Tensor> tensors() const { return tensors_; }

  ///@{
  /// All values, (N) with padding. Change them in place only.
  Tensor& flat() { return flat_; }
  const Tensor& flat() const { return flat_; }
  ///@}
  /// All gradients, (N) with padding. A parameter that no backward() has reached since zero_grad() counts as
  /// 0 here.
  Tensor& flat_grad();
  /// All gradients, zeroed and marked as computed, to be written by hand where no tape computes them.
  Tensor& grad_to_write();

  /// Marks every gradient as empty: the next backward() stores instead of adding.
  void zero_grad();
  /// Whether gradients are computed; for example off for a discriminator while its generator learns.
  void requires_grad_(bool wanted);

  /// Moves the parameters' records on this thread's tape into `records`, one each, so that the tape of
  /// another thread can record the parameters.
  void take_records(std::span<Record> records);
  void put_records(std::span<const Record> records);  ///< the same records back

  /// A tensor of flat()'s layout, zeroed, as one view per parameter: for optimiser moments and averages.
  Tensor make_flat() const;
  ///@{
  /// Enters each parameter under its own name; with a prefix, the parts of a tensor of flat()'s layout.
  void add_to(State& state) const;
  void add_to(State& state, const std::string& prefix, const Tensor& flat) const;
  ///@}
  /// The part of a flat tensor that belongs to a slice, in the parameter's shape; storage shared.
  static Tensor part(const Tensor& flat, const Slice& slice);

 private:
  explicit Parameters(std::vector<NamedTensor> named);
  void check_records(size_t count) const;

  std::vector<Slice> slices_;
  std::vector<Tensor> tensors_;
  Tensor flat_;
  Tensor flat_grad_;
};

}  // namespace gradzoo
