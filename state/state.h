#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <variant>
#include <vector>

#include "gradzoo/autograd/random.h"

namespace gradzoo {

/// The persistent state of a run: an ordered list of named entries that are bound to live objects, which must
/// outlive the State. It has weights, optimiser moments, averages, draw numbers and the step. A checkpoint
/// saves exactly these entries, and a resumed run restores them.
class State {
 public:
  /// A name and the object that is bound to it.
  struct Entry {
    std::string name;                                      ///< name, unique in the State
    std::variant<Tensor, int64_t*, double*, Rng*> target;  ///< live object
    bool by_rows = false;                                  ///< true if row i belongs to row i of a batch
    bool optional = false;                                 ///< true: unchanged if a file lacks the entry

    /// Returns the stored dtype. Numbers are scalars; an Rng is i64 (3): seed, key of seed and stream, draw.
    DType dtype() const;
    Shape shape() const;        ///< stored shape
    size_t size_bytes() const;  ///< stored size in bytes
    /// Returns the current value.
    std::vector<std::byte> bytes() const;
    /// Copies the value to `out`. copy_to() and restore() throw Error unless the span has size_bytes() bytes.
    void copy_to(std::span<std::byte> out) const;
    /// Returns a sentence why `bytes` cannot be restored (another size, seed or stream, or a count below 0 or
    /// above 2^53), or "" if they can.
    std::string refusal(std::span<const std::byte> bytes) const;
    /// Writes `bytes` to the live object.
    void restore(std::span<const std::byte> bytes) const;

   private:
    void check_size(size_t size) const;
  };

  ///@{
  /// Adds an entry. Throws Error if the name is empty or taken. Restoring changes a tensor in place, so
  /// assign to the tensor's values and not to the handle.
  void add(std::string name, const Tensor& tensor);
  void add(std::string name, int64_t& value);
  void add(std::string name, double& value);
  void add(std::string name, Rng& rng);
  ///@}
  /// Adds an entry of another State.
  void add(Entry entry);
  /// Adds a tensor that files from older versions lack.
  void add_optional(std::string name, const Tensor& tensor);
  /// Adds a tensor whose rows are divided equally among the parts of a batch, such as chains.
  void add_rows(std::string name, const Tensor& tensor);

  const std::vector<Entry>& entries() const { return entries_; }  ///< entries, in the order of addition
  const Entry* find(std::string_view name) const;                 ///< entry of this name, or nullptr

  /// Returns names, dtypes, shapes and values as one byte string. Equal strings mean equal States.
  std::vector<std::byte> bytes() const;

 private:
  std::vector<Entry> entries_;
};

/// A copy of a State's values, which can be restored. Only the constructor allocates memory.
class StateCopy {
 public:
  /// The live objects of `state` must outlive the copy.
  explicit StateCopy(State state);
  void take();  ///< copies the current values
  /// Restores the values of the last take().
  void restore() const;
  /// Returns the name of the first entry that differs between two copies of one State, or "" if all agree.
  /// Throws Error if the States have different sizes.
  std::string first_difference(const StateCopy& other) const;

 private:
  State state_;
  std::vector<std::byte> bytes_;
};

}  // namespace gradzoo
