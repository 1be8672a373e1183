#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <variant>
#include <vector>

#include "gradzoo/autograd/random.h"

namespace gradzoo {

/// Everything of a run that outlives a step, as an ordered list of named entries bound to live objects, which
/// must outlive the State: weights, optimiser moments, averages, draw numbers, the step. Training, checkpoint
/// and resume walk it; what is not in it is lost.
class State {
 public:
  /// One name, and the object that it is bound to.
  struct Entry {
    std::string name;                                      ///< unique in the State
    std::variant<Tensor, int64_t*, double*, Rng*> target;  ///< the live object
    bool by_rows = false;                                  ///< its rows belong to the rows of a batch
    bool optional = false;                                 ///< a file may lack it: then it stays as it is

    /// How the entry is stored. Numbers are scalars; an Rng is i64 (3): seed, key of seed and stream, draw.
    DType dtype() const;
    Shape shape() const;        ///< of what is stored
    size_t size_bytes() const;  ///< of what is stored
    /// The value now.
    std::vector<std::byte> bytes() const;
    /// Copies the value to `out`, of size_bytes(); throws Error for any other size, as restore() does.
    void copy_to(std::span<std::byte> out) const;
    /// Why `bytes` cannot be restored (another size, seed or stream, a count below 0 or above 2^53), as a
    /// sentence; "" if they can.
    std::string refusal(std::span<const std::byte> bytes) const;
    /// Writes `bytes`, of size_bytes(), to the live object.
    void restore(std::span<const std::byte> bytes) const;

   private:
    void check_size(size_t size) const;
  };

  ///@{
  /// Each throws Error where the name is empty or taken. A tensor is changed in place when it is restored:
  /// assign to its values, not to the handle.
  void add(std::string name, const Tensor& tensor);
  void add(std::string name, int64_t& value);
  void add(std::string name, double& value);
  void add(std::string name, Rng& rng);
  ///@}
  /// One of another State.
  void add(Entry entry);
  /// A tensor that files of before know nothing of.
  void add_optional(std::string name, const Tensor& tensor);
  /// A tensor of which each part of a batch has its own equal share of rows: chains, say.
  void add_rows(std::string name, const Tensor& tensor);

  const std::vector<Entry>& entries() const { return entries_; }  ///< in the order of addition
  const Entry* find(std::string_view name) const;                 ///< nullptr where there is none

  /// Names, dtypes, shapes and values as one byte string: two States agree bit for bit iff theirs are equal.
  std::vector<std::byte> bytes() const;

 private:
  std::vector<Entry> entries_;
};

/// A copy of a State's values, to go back to. Nothing is allocated after it is made.
class StateCopy {
 public:
  /// The objects that `state` names must outlive it.
  explicit StateCopy(State state);
  void take();  ///< copies the values as they are now
  /// Back to what the last take() found.
  void restore() const;
  /// The first entry whose values differ from those of another copy of the same State; "" where all agree.
  /// Throws Error if the other's State has other sizes.
  std::string first_difference(const StateCopy& other) const;

 private:
  State state_;
  std::vector<std::byte> bytes_;
};

}  // namespace gradzoo
