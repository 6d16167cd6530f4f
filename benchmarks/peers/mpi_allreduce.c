/* An MPI library's own all-reduce, measured as `tenon bench allreduce` measures: in place, F32, the mean of calls in a row,
   of the slowest rank, the best of three.

     mpicc.openmpi -O2 -o target/mpi_allreduce benchmarks/peers/mpi_allreduce.c
     mpirun.openmpi --oversubscribe -np 2 target/mpi_allreduce [LEAST_BYTES [MOST_BYTES [FACTOR]]] */
#include <mpi.h>
#include <stdio.h>
#include <stdlib.h>

static double timed(float *data, long size, int calls) {
    for (int i = 0; i < calls / 10 + 2; i++)
        MPI_Allreduce(MPI_IN_PLACE, data, (int)(size / 4), MPI_FLOAT, MPI_SUM, MPI_COMM_WORLD);
    MPI_Barrier(MPI_COMM_WORLD);
    double start = MPI_Wtime();
    for (int i = 0; i < calls; i++)
        MPI_Allreduce(MPI_IN_PLACE, data, (int)(size / 4), MPI_FLOAT, MPI_SUM, MPI_COMM_WORLD);
    double mine = (MPI_Wtime() - start) / calls, slowest;
    MPI_Allreduce(&mine, &slowest, 1, MPI_DOUBLE, MPI_MAX, MPI_COMM_WORLD);
    return slowest;
}

int main(int argc, char **argv) {
    long least = argc > 1 ? atol(argv[1]) : 8, most = argc > 2 ? atol(argv[2]) : 64L << 20;
    long factor = argc > 3 ? atol(argv[3]) : 2;
    int rank, ranks;
    MPI_Init(&argc, &argv);
    MPI_Comm_rank(MPI_COMM_WORLD, &rank);
    MPI_Comm_size(MPI_COMM_WORLD, &ranks);
    if (rank == 0)
        printf("%5s %12s %12s %12s %12s\n", "ranks", "bytes", "time us", "algbw GB/s", "busbw GB/s");
    for (long size = least; size <= most; size *= factor) {
        float *data = calloc(size / 4, 4);
        long calls = (1L << 28) / size;
        calls = calls < 20 ? 20 : calls > 5000 ? 5000 : calls;
        double best = 1e9;
        for (int i = 0; i < 3; i++) {
            double time = timed(data, size, (int)calls);
            best = time < best ? time : best;
        }
        if (rank == 0) {
            printf("%5d %12ld %12.2f %12.3f %12.3f\n", ranks, size, best * 1e6, size / best / 1e9,
                   size / best / 1e9 * 2 * (ranks - 1) / ranks);
            fflush(stdout);
        }
        free(data);
    }
    MPI_Finalize();
    return 0;
}
