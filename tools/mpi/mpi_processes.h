#pragma once

#include <string>
#include <vector>

#include "nn/parallel/processes.h"

namespace gradzoo {

/// The processes of one mpirun or srun: MPI_COMM_WORLD. MPI is called by the thread alone that made it.
class MpiProcesses final : public Processes {
 public:
  /// Starts MPI. Throws Error where it cannot live beside threads.
  MpiProcesses();
  /// Ends MPI. All processes must come here.
  ~MpiProcesses() override;

  int64_t rank() const override { return rank_; }
  int64_t count() const override { return count_; }
  /// The processes on this machine, this one among them, and which of them it is.
  int64_t local_count() const { return local_count_; }
  int64_t local_rank() const { return local_rank_; }
  std::string place() const override { return host_; }
  /// "Open MPI v4.1.4"
  static std::string library();

 protected:
  void do_all_gather(std::span<const std::byte> mine, std::span<const size_t> sizes,
                     std::span<std::byte> all) override;
  void do_all_to_all(std::span<const std::byte> out, std::span<const size_t> out_sizes,
                     std::span<std::byte> in, std::span<const size_t> in_sizes) override;
  void do_broadcast(std::span<std::byte> bytes) override;

 private:
  /// Sizes and where the pieces begin, as MPI takes them.
  struct Pieces {
    std::vector<int> sizes, begins;
    void set(std::span<const size_t> of);
  };

  int64_t rank_ = 0, count_ = 1, local_rank_ = 0, local_count_ = 1;
  std::string host_;
  Pieces out_, in_;
};

}  // namespace gradzoo
