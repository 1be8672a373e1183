#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "gradzoo/autograd/tensor.h"
#include "gradzoo/base/error.h"

namespace gradzoo {

/// The error if another process has failed; the message names the process and the reason.
class RemoteFailure : public Error {
 public:
  using Error::Error;
};

/// A group of processes that share a computation, each with a part of the rows. This base class is a group of
/// one process. All processes make the same collective calls in the same order, each on one thread, and each
/// call waits for all processes. A collective call throws RemoteFailure if another process has called fail(),
/// and Error if another process makes a different call.
class Processes {
 public:
  Processes() = default;
  virtual ~Processes() = default;
  Processes(const Processes&) = delete;
  Processes& operator=(const Processes&) = delete;

  virtual int64_t rank() const { return 0; }      ///< index of this process, 0 ... count() - 1
  virtual int64_t count() const { return 1; }     ///< number of processes
  bool is_first() const { return rank() == 0; }   ///< true in rank 0, which writes files and prints
  bool is_alone() const { return count() == 1; }  ///< true in a group of one process
  /// Returns the name of this process's host, or "" if it is the same for all.
  virtual std::string place() const { return ""; }
  /// Returns this process's name, "process 3 of 8", with its host if that is known.
  std::string name() const;

  /// Concatenates the bytes of all processes by rank into `all`. `mine` has sizes[rank()] bytes. Throws Error
  /// in the process whose sizes do not match, before it waits for the others.
  void all_gather(std::span<const std::byte> mine, std::span<const size_t> sizes, std::span<std::byte> all);
  /// Returns the texts of all processes, by rank.
  std::vector<std::string> all_gather(std::string_view mine);
  /// Returns the values of all processes, by rank. `T` must be trivially copyable.
  template <class T>
  std::vector<T> all_gather_values(const T& mine) {
    agree(Call::gather, false);
    return values_of_all(mine);
  }
  /// Sends one piece of `out` to each process, by rank; `in` receives the pieces for this process.
  void all_to_all(std::span<const std::byte> out, std::span<const size_t> out_sizes, std::span<std::byte> in,
                  std::span<const size_t> in_sizes);
  /// Returns true if `mine` is true in any process.
  bool any(bool mine) { return agree(Call::any, mine); }
  /// Ends the collective calls. Call it once, after the last one, so that others notice a late failure.
  void finish() { agree(Call::finish, false); }
  /// Makes the next collective call of the other processes throw RemoteFailure, because this process has
  /// failed. When all processes have reached that call, it returns the sentence to print in the first
  /// process, and "" in the others. After a failure of any process it returns at once, and collective calls
  /// throw.
  std::string fail(const std::string& why);

 protected:
  /// Exchanges bytes. It is called after all processes have agreed on the call.
  virtual void do_all_gather(std::span<const std::byte> mine, std::span<const size_t> sizes,
                             std::span<std::byte> all);
  /// out_sizes and in_sizes are the numbers of bytes that go to and come from each process, by rank.
  virtual void do_all_to_all(std::span<const std::byte> out, std::span<const size_t> out_sizes,
                             std::span<std::byte> in, std::span<const size_t> in_sizes);

 private:
  enum class Call : int32_t { fail, finish, gather, gather_text, exchange, any };
  /// Message of each process before a collective call.
  struct Intent {
    Call call;
    int32_t flag;
  };
  bool agree(Call call, bool flag);
  std::vector<std::string> texts_of_all(std::string_view mine);
  template <class T>
  std::vector<T> values_of_all(const T& mine) {
    std::vector<T> all(static_cast<size_t>(count()));
    do_all_gather(std::as_bytes(std::span(&mine, 1)), std::vector<size_t>(all.size(), sizeof(T)),
                  std::as_writable_bytes(std::span(all)));
    return all;
  }

  bool failed_ = false;  ///< true after a failure of any process
};

/// Returns the group of only this process.
Processes& this_process();
/// Returns the group of a ProcessesScope, or this_process() without a scope.
Processes& all_processes();
/// A scope in which all_processes() returns these processes, in the whole program.
class ProcessesScope {
 public:
  explicit ProcessesScope(Processes& processes);  ///< installs them for the whole program
  ~ProcessesScope();
  ProcessesScope(const ProcessesScope&) = delete;
  ProcessesScope& operator=(const ProcessesScope&) = delete;

 private:
  Processes* before_;
};

/// The mean of values from equal parts, which are added in the order of a binary tree over all parts: first
/// neighbours, then sums of neighbours. Each process has a range of consecutive parts, adds the complete
/// subtrees in its range, and sends their sums. The mean is therefore bit-identical for any number of
/// processes.
class TreeMean {
 public:
  /// Throws Error unless the number of parts is a multiple of the number of processes.
  TreeMean(int64_t parts, Processes& processes);

  int64_t parts() const { return parts_; }  ///< number of parts of all processes
  /// The parts of this process are first() ... first() + mine() - 1.
  int64_t first() const { return first_; }
  int64_t mine() const { return mine_; }  ///< number of parts of this process
  /// Returns the mean in a collective call. `values` are this process's parts, with one floating dtype and
  /// shape; the call changes them.
  Tensor of(std::vector<Tensor>& values);

 private:
  void add_across(std::vector<Tensor>& values);

  struct Pair {
    int64_t into, from;
  };
  int64_t parts_, mine_, first_;
  Processes& processes_;
  std::vector<Pair> here_, across_;             // additions within this process, and between processes
  std::vector<std::vector<int64_t>> subtrees_;  // first parts of each process's complete subtrees
};

/// Returns the number of parts per process. Throws Error unless `parts` is a multiple of the number of
/// processes.
int64_t parts_of_each(int64_t parts, const Processes& processes);

/// Returns a tensor's values as writable bytes.
std::span<std::byte> bytes_of(Tensor& tensor);

}  // namespace gradzoo
