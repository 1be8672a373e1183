// Trains one net with the processes of mpirun: each process has its rows of a batch, and a Learner's reducer
// averages their gradients.
#include <cstdio>

#include <gradzoo.h>
#include <mpi.h>

using namespace gradzoo;

int main(int argc, char** argv) {
  MPI_Init(&argc, &argv);
  int rank = 0, count = 1;
  MPI_Comm_rank(MPI_COMM_WORLD, &rank);
  MPI_Comm_size(MPI_COMM_WORLD, &count);

  const auto mean_over_processes = [&](Tensor& gradient) {
    MPI_Allreduce(MPI_IN_PLACE, gradient.mutable_data<float>(), static_cast<int>(gradient.size()), MPI_FLOAT,
                  MPI_SUM, MPI_COMM_WORLD);
    gradient *= 1.0 / count;
  };
  Rng init(1), draws(2);  // equal in all processes, so all begin with the same weights
  const Mlp net({2, 64, 1}, init);
  Learner learner(net, {.reducer = mean_over_processes});

  draws.set_window({rank, count});  // each process draws its own rows of one batch of 64
  double held_out = 0;
  for (int step = 0; step < 2000; ++step) {
    const Tape tape;
    const Tensor x = rand({64 / count, 2}, draws);
    learner.step(mean(square(net(x) - sum(square(x), 1, true))), 1e-2 * (1 - step / 2000.0));
  }
  Rng test(3);
  const Tensor x = rand({1000, 2}, test);
  held_out = mean(square(net(x) - sum(square(x), 1, true))).item();

  double lowest = 0, highest = 0;  // equal weights have equal errors
  MPI_Allreduce(&held_out, &lowest, 1, MPI_DOUBLE, MPI_MIN, MPI_COMM_WORLD);
  MPI_Allreduce(&held_out, &highest, 1, MPI_DOUBLE, MPI_MAX, MPI_COMM_WORLD);
  if (rank == 0) std::printf("%d processes, held-out error %.1e in all of them\n", count, held_out);
  MPI_Finalize();
  return held_out < 1e-3 && lowest == highest ? 0 : 1;
}
