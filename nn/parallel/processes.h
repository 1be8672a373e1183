#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/error.h"

namespace gradzoo {

/// Another process has failed; the message says which, and why.
class RemoteFailure : public Error {
 public:
  using Error::Error;
};

/// The processes that compute one thing together, each with its part of the rows. Collective calls are made
/// by all processes in the same order, each on one thread; each waits for all. Throws RemoteFailure in such
/// a call where another process has called fail(), and Error where another has come to a different call.
class Processes {
 public:
  Processes() = default;
  virtual ~Processes() = default;
  Processes(const Processes&) = delete;
  Processes& operator=(const Processes&) = delete;

  virtual int64_t rank() const = 0;               ///< 0 ... count() - 1
  virtual int64_t count() const = 0;              ///< 1 where the process is alone
  bool is_first() const { return rank() == 0; }   ///< of rank 0, which writes files and speaks
  bool is_alone() const { return count() == 1; }  ///< nobody to wait for
  /// Of this one: "process 3 of 8", and where it runs if that is known.
  std::string name() const;

  /// Every process's bytes, `sizes` of them by rank, one after the other. `mine` are sizes[rank()].
  void all_gather(std::span<const std::byte> mine, std::span<const size_t> sizes, std::span<std::byte> all);
  /// Every process's text, by rank.
  std::vector<std::string> all_gather(std::string_view mine);
  /// Of `out`, one piece a process, sends each its piece; `in` gets what all have for this one, by rank.
  void all_to_all(std::span<const std::byte> out, std::span<const size_t> out_sizes, std::span<std::byte> in,
                  std::span<const size_t> in_sizes);
  /// The bytes of the first process become those of all.
  void broadcast(std::span<std::byte> bytes);
  /// Whether it is so for any process.
  bool any(bool mine);
  /// Once, at the end: so that one that fails late still reaches all.
  void finish() { agree(Call::finish, false); }

  /// In place of the next collective call: the others' throws RemoteFailure. Returns, once all have come
  /// there, what this process is to say of the failure: "" of all but the first, which says it for all. After
  /// a failure, of whichever process, it returns at once, and collective calls throw.
  std::string fail(const std::string& why);

 protected:
  /// What only knows of bytes. Called between processes that have agreed on it.
  virtual void do_all_gather(std::span<const std::byte> mine, std::span<const size_t> sizes,
                             std::span<std::byte> all) = 0;
  /// out_sizes and in_sizes by rank: the bytes that go to each process, and those that come from it.
  virtual void do_all_to_all(std::span<const std::byte> out, std::span<const size_t> out_sizes,
                             std::span<std::byte> in, std::span<const size_t> in_sizes) = 0;
  virtual void do_broadcast(std::span<std::byte> bytes) = 0;  ///< those of rank 0 go to all
  /// Where this process runs: a host's name; "" where that says nothing.
  virtual std::string place() const { return ""; }

 private:
  enum class Call : int32_t { fail, finish, gather, gather_text, exchange, broadcast, any };
  static const char* word_of(Call call);
  bool agree(Call call, bool flag);
  [[noreturn]] void throw_failure();
  std::vector<std::string> texts_of_all(std::string_view mine);

  bool failed_ = false;           ///< here or elsewhere
  std::vector<std::byte> calls_;  ///< of all, of agree()
  std::vector<size_t> call_sizes_;
};

/// A process that computes alone.
class AloneProcess final : public Processes {
 public:
  int64_t rank() const override { return 0; }
  int64_t count() const override { return 1; }

 protected:
  void do_all_gather(std::span<const std::byte> mine, std::span<const size_t> sizes,
                     std::span<std::byte> all) override;
  void do_all_to_all(std::span<const std::byte> out, std::span<const size_t> out_sizes,
                     std::span<std::byte> in, std::span<const size_t> in_sizes) override;
  void do_broadcast(std::span<std::byte>) override {}
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

}  // namespace gradzoo
