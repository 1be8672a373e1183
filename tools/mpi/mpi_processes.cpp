#include <array>
#include <climits>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include <mpi.h>

#include "gradzoo/base/error.h"
#include "gradzoo/commands/shared_commands.h"

/// MpiProcesses joins the processes of mpirun. The file is compiled into gradzoo-mpi and into programs that
/// are linked with gradzoo::mpi. It needs no header, because it registers itself with set_processes().
namespace gradzoo {

/// The name and version of the MPI library.
std::string mpi_library();

namespace {

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

 protected:
  void do_all_gather(std::span<const std::byte> mine, std::span<const size_t> sizes,
                     std::span<std::byte> all) override;
  void do_all_to_all(std::span<const std::byte> out, std::span<const size_t> out_sizes,
                     std::span<std::byte> in, std::span<const size_t> in_sizes) override;

 private:
  int rank_ = 0, count_ = 1;
};

int as_count(size_t bytes) {
  if (bytes > INT_MAX)
    throw Error("{} bytes are more than MPI sends at once. Hint: take a smaller network, or more processes",
                bytes);
  return static_cast<int>(bytes);
}

/// Sizes of pieces and where they begin, as MPI takes them.
struct Pieces {
  explicit Pieces(std::span<const size_t> of) {
    for (size_t begin = 0; const size_t size : of) {
      sizes.push_back(as_count(size));
      begins.push_back(as_count(begin));
      begin += size;
    }
  }
  std::vector<int> sizes, begins;
};

MpiProcesses::MpiProcesses() {
  int provided = 0;
  MPI_Init_thread(nullptr, nullptr, MPI_THREAD_FUNNELED, &provided);
  if (provided < MPI_THREAD_FUNNELED) {
    MPI_Finalize();
    throw Error(
        "this MPI cannot be called by a process that has threads. Hint: use an MPI built with "
        "MPI_THREAD_FUNNELED, such as Debian's Open MPI");
  }
  MPI_Comm_rank(MPI_COMM_WORLD, &rank_);
  MPI_Comm_size(MPI_COMM_WORLD, &count_);
}

MpiProcesses::~MpiProcesses() { MPI_Finalize(); }

std::string MpiProcesses::place() const {
  std::array<char, MPI_MAX_PROCESSOR_NAME> name{};
  int length = 0;
  MPI_Get_processor_name(name.data(), &length);
  return {name.data(), static_cast<size_t>(length)};
}

void MpiProcesses::do_all_gather(std::span<const std::byte> mine, std::span<const size_t> sizes,
                                 std::span<std::byte> all) {
  const Pieces pieces(sizes);
  MPI_Allgatherv(mine.data(), as_count(mine.size()), MPI_BYTE, all.data(), pieces.sizes.data(),
                 pieces.begins.data(), MPI_BYTE, MPI_COMM_WORLD);
}

void MpiProcesses::do_all_to_all(std::span<const std::byte> out, std::span<const size_t> out_sizes,
                                 std::span<std::byte> in, std::span<const size_t> in_sizes) {
  const Pieces sent(out_sizes), received(in_sizes);
  MPI_Alltoallv(out.data(), sent.sizes.data(), sent.begins.data(), MPI_BYTE, in.data(), received.sizes.data(),
                received.begins.data(), MPI_BYTE, MPI_COMM_WORLD);
}

[[maybe_unused]] const bool kIsSet =
    set_processes([]() -> std::unique_ptr<Processes> { return std::make_unique<MpiProcesses>(); });

}  // namespace

std::string mpi_library() {
  std::array<char, MPI_MAX_LIBRARY_VERSION_STRING> text{};
  int length = 0;
  MPI_Get_library_version(text.data(), &length);
  const std::string all(text.data(), static_cast<size_t>(length));
  return all.substr(0, all.find_first_of(",\n"));
}

}  // namespace gradzoo
