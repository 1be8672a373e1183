#pragma once

#include <string>

#include "gradzoo/nn/parallel/processes.h"

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
  std::string place() const override;
  /// "Open MPI v4.1.4"
  static std::string library();

 protected:
  void do_all_gather(std::span<const std::byte> mine, std::span<const size_t> sizes,
                     std::span<std::byte> all) override;
  void do_all_to_all(std::span<const std::byte> out, std::span<const size_t> out_sizes,
                     std::span<std::byte> in, std::span<const size_t> in_sizes) override;

 private:
  int rank_ = 0, count_ = 1;
};

}  // namespace gradzoo
