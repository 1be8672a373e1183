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
/// another. Slices begin at multiples of 64 bytes, with constant padding of 0 between them. Optimisers, EMA
/// and clipping are therefore one loop each.
class Parameters {
 public:
  /// The place of one parameter.
  struct Slice {
    std::string name;  ///< name: "decoder.hidden.weight"
    Tensor tensor;     ///< leaf whose storage is a part of flat()
    int64_t offset;    ///< index of its first element in flat() and flat_grad()
  };
  /// A module with a name.
  struct NamedModule {
    std::string name;                             ///< prefix of the parameters' names
    std::reference_wrapper<const Module> module;  ///< module, which must outlive the Parameters
  };

  /// Moves the parameters into flat(); handles to them stay valid. Throws Error if there are no parameters,
  /// if dtypes are mixed, or if a parameter is in other Parameters. Parameters of destroyed Parameters can
  /// only be moved together. A tensor with two names is taken once, with its first name.
  explicit Parameters(const Module& module);
  /// Takes several modules, with prefixes: Parameters{{"encoder", encoder}, {"decoder", decoder}}.
  Parameters(std::initializer_list<NamedModule> modules);
  /// Takes tensors without a module, or module.parameters(). A parameter has its tensor's name; if this is ""
  /// or taken, its name is its index: "0", "1", ...
  explicit Parameters(std::vector<Tensor> tensors);

  Parameters(const Parameters&) = delete;
  Parameters& operator=(const Parameters&) = delete;

  DType dtype() const { return flat_.dtype(); }  ///< common dtype
  /// Returns the number of elements of all parameters, without padding.
  int64_t count() const;
  std::span<const Slice> slices() const { return slices_; }  ///< one slice per parameter, in order
  /// Returns the leaves, for grad() and backward().
  std::span<const Tensor> tensors() const { return tensors_; }
  ///@{
  /// Returns all values, (N) with padding. Change them only in place.
  Tensor& flat() { return flat_; }
  const Tensor& flat() const { return flat_; }
  ///@}
  /// Returns all gradients, (N) with padding. They are 0 for parameters that no backward() has reached since
  /// zero_grad().
  Tensor& flat_grad();
  /// Returns all gradients, zeroed and marked as computed, so that you can write gradients without a tape.
  Tensor& grad_to_write();
  /// Marks every gradient as empty: the next backward() stores instead of adding.
  void zero_grad();
  /// Switches gradients on or off, for example off for a discriminator while its generator learns.
  void requires_grad_(bool wanted);
  /// Moves the parameters' records on this thread's tape into `records`, one per parameter, so that another
  /// thread's tape can record the parameters.
  void take_records(std::span<Record> records);
  void put_records(std::span<const Record> records);  ///< restores the records of take_records()

  /// Returns a zeroed tensor in flat()'s layout, for optimiser moments and averages.
  Tensor make_flat() const;
  ///@{
  /// Adds each parameter with its name to a State; with a prefix, the parts of a tensor in flat()'s layout.
  void add_to(State& state) const;
  void add_to(State& state, const std::string& prefix, const Tensor& flat) const;
  ///@}
  /// Returns a slice's part of a flat tensor in the parameter's shape; storage shared.
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
