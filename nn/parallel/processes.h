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

/// Another process has failed; the message says which, and why.
class RemoteFailure : public Error {
 public:
  using Error::Error;
};

/// The processes that compute one thing together, each with its part of the rows; as it is, one that computes
/// alone. Collective calls are made by all processes in the same order, each on one thread; each waits for
/// all. Throws RemoteFailure in such a call where another process has called fail(), and Error where another
/// has come to a different call.
class Processes {
 public:
  Processes() = default;
  virtual ~Processes() = default;
  Processes(const Processes&) = delete;
  Processes& operator=(const Processes&) = delete;

  virtual int64_t rank() const { return 0; }      ///< 0 ... count() - 1
  virtual int64_t count() const { return 1; }     ///< 1 where the process is alone
  bool is_first() const { return rank() == 0; }   ///< of rank 0, which writes files and speaks
  bool is_alone() const { return count() == 1; }  ///< nobody to wait for
  /// Where this process runs: a host's name; "" where that says nothing.
  virtual std::string place() const { return ""; }
  /// Of this one: "process 3 of 8", and where it runs if that is known.
  std::string name() const;

  /// Every process's bytes, `sizes` of them by rank, one after the other. `mine` are sizes[rank()]. Throws
  /// Error in the process whose sizes do not fit, before it calls the others.
  void all_gather(std::span<const std::byte> mine, std::span<const size_t> sizes, std::span<std::byte> all);
  /// Every process's text, by rank.
  std::vector<std::string> all_gather(std::string_view mine);
  /// Every process's value, by rank. `T` is plain bytes.
  template <class T>
  std::vector<T> all_gather_values(const T& mine) {
    agree(Call::gather, false);
    return values_of_all(mine);
  }
  /// Of `out`, one piece a process, sends each its piece; `in` gets what all have for this one, by rank.
  void all_to_all(std::span<const std::byte> out, std::span<const size_t> out_sizes, std::span<std::byte> in,
                  std::span<const size_t> in_sizes);
  /// Whether it is so for any process.
  bool any(bool mine) { return agree(Call::any, mine); }
  /// Called once, after the last collective call: the others wait for a process that fails late.
  void finish() { agree(Call::finish, false); }

  /// Tells the other processes that this one has failed, at their next collective call, which throws
  /// RemoteFailure. Returns when all have come there: the sentence to print in the first process, "" in the
  /// others. After a failure of any process it returns at once, and collective calls throw.
  std::string fail(const std::string& why);

 protected:
  /// What only knows of bytes. Called between processes that have agreed on it.
  virtual void do_all_gather(std::span<const std::byte> mine, std::span<const size_t> sizes,
                             std::span<std::byte> all);
  /// out_sizes and in_sizes by rank: the bytes that go to each process, and those that come from it.
  virtual void do_all_to_all(std::span<const std::byte> out, std::span<const size_t> out_sizes,
                             std::span<std::byte> in, std::span<const size_t> in_sizes);

 private:
  enum class Call : int32_t { fail, finish, gather, gather_text, exchange, any };
  /// What each process says before a collective call.
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

  bool failed_ = false;  ///< here or elsewhere
};

/// This one alone.
Processes& this_process();

/// Those that work on what the program was asked for: this one alone, unless main says otherwise.
Processes& all_processes();

/// While it lives, all_processes() are these.
class ProcessesScope {
 public:
  explicit ProcessesScope(Processes& processes);  ///< until it ends, of the whole program
  ~ProcessesScope();
  ProcessesScope(const ProcessesScope&) = delete;
  ProcessesScope& operator=(const ProcessesScope&) = delete;

 private:
  Processes* before_;
};

/// The mean of equal parts' values, added in the order of a binary tree over all parts: neighbours first,
/// then sums of neighbours. Each process has a range of consecutive parts. It sends what it can add up alone,
/// the whole subtrees in its range; so the bytes are the same however many processes there are.
class TreeMean {
 public:
  /// Throws Error where the processes do not divide the parts.
  TreeMean(int64_t parts, Processes& processes);

  int64_t parts() const { return parts_; }  ///< of all processes
  /// Those of this process: first() ... first() + mine() - 1.
  int64_t first() const { return first_; }
  int64_t mine() const { return mine_; }  ///< how many
  /// A collective call. `values`, of this process's parts, are used up; all of one floating dtype and shape.
  Tensor of(std::vector<Tensor>& values);

 private:
  void add_across(std::vector<Tensor>& values);

  struct Pair {
    int64_t into, from;
  };
  int64_t parts_, mine_, first_;
  Processes& processes_;
  std::vector<Pair> here_, across_;             // by the tree: within this process, and between processes
  std::vector<std::vector<int64_t>> subtrees_;  // where those begin that each process adds up alone
};

/// How many parts each process has. Throws Error where they do not divide them.
int64_t parts_of_each(int64_t parts, const Processes& processes);

/// A tensor's values, to write.
std::span<std::byte> bytes_of(Tensor& tensor);

}  // namespace gradzoo
