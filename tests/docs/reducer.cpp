// The reducer of docs/parallel.md: two processes with different gradients take the same step.
#include <gradzoo.h>
#include <mpi.h>

using namespace gradzoo;

int main(int argc, char** argv) {
  MPI_Init(&argc, &argv);
  int rank = 0, count = 1;
  MPI_Comm_rank(MPI_COMM_WORLD, &rank);
  MPI_Comm_size(MPI_COMM_WORLD, &count);
  Rng rng(1), draws(2);
  const Mlp net({2, 1}, rng);
  double weight = 0;
  {
    //! block
    const Tape tape;
    learner.step(mean(net(randn({4, 2}, draws))), 0.1);
    weight = net.parameters()[0].to_vector()[0];
  }
  double other = weight;
  MPI_Bcast(&other, 1, MPI_DOUBLE, 0, MPI_COMM_WORLD);
  MPI_Finalize();
  return other == weight ? 0 : 1;
}
