#include "tools/mpi/mpi_processes.h"

#include <array>
#include <climits>

#include <mpi.h>

namespace gradzoo {
namespace {

int as_count(size_t bytes) {
  if (bytes > INT_MAX)
    throw Error("{} bytes are more than MPI sends at once. Hint: a smaller network, or more processes",
                bytes);
  return static_cast<int>(bytes);
}

}  // namespace

MpiProcesses::MpiProcesses() {
  int provided = 0, rank = 0, count = 1;
  MPI_Init_thread(nullptr, nullptr, MPI_THREAD_FUNNELED, &provided);
  if (provided < MPI_THREAD_FUNNELED) {
    MPI_Finalize();
    throw Error(
        "this MPI cannot be called by a process that has threads. Hint: an MPI built with "
        "MPI_THREAD_FUNNELED, as Debian's Open MPI is");
  }
  MPI_Comm_rank(MPI_COMM_WORLD, &rank);
  MPI_Comm_size(MPI_COMM_WORLD, &count);
  rank_ = rank;
  count_ = count;
  MPI_Comm here = MPI_COMM_NULL;
  MPI_Comm_split_type(MPI_COMM_WORLD, MPI_COMM_TYPE_SHARED, 0, MPI_INFO_NULL, &here);
  MPI_Comm_rank(here, &rank);
  MPI_Comm_size(here, &count);
  MPI_Comm_free(&here);
  local_rank_ = rank;
  local_count_ = count;
  std::array<char, MPI_MAX_PROCESSOR_NAME> name{};
  int length = 0;
  MPI_Get_processor_name(name.data(), &length);
  host_.assign(name.data(), static_cast<size_t>(length));
}

MpiProcesses::~MpiProcesses() { MPI_Finalize(); }

std::string MpiProcesses::library() {
  std::array<char, MPI_MAX_LIBRARY_VERSION_STRING> text{};
  int length = 0;
  MPI_Get_library_version(text.data(), &length);
  const std::string all(text.data(), static_cast<size_t>(length));
  return all.substr(0, all.find_first_of(",\n"));
}

void MpiProcesses::Pieces::set(std::span<const size_t> of) {
  sizes.resize(of.size());
  begins.resize(of.size());
  size_t begin = 0;
  for (size_t i = 0; i < of.size(); ++i) {
    sizes[i] = as_count(of[i]);
    begins[i] = as_count(begin);
    begin += of[i];
  }
}

void MpiProcesses::do_all_gather(std::span<const std::byte> mine, std::span<const size_t> sizes,
                                 std::span<std::byte> all) {
  in_.set(sizes);
  MPI_Allgatherv(mine.data(), as_count(mine.size()), MPI_BYTE, all.data(), in_.sizes.data(),
                 in_.begins.data(), MPI_BYTE, MPI_COMM_WORLD);
}

void MpiProcesses::do_all_to_all(std::span<const std::byte> out, std::span<const size_t> out_sizes,
                                 std::span<std::byte> in, std::span<const size_t> in_sizes) {
  out_.set(out_sizes);
  in_.set(in_sizes);
  MPI_Alltoallv(out.data(), out_.sizes.data(), out_.begins.data(), MPI_BYTE, in.data(), in_.sizes.data(),
                in_.begins.data(), MPI_BYTE, MPI_COMM_WORLD);
}

void MpiProcesses::do_broadcast(std::span<std::byte> bytes) {
  MPI_Bcast(bytes.data(), as_count(bytes.size()), MPI_BYTE, 0, MPI_COMM_WORLD);
}

}  // namespace gradzoo
