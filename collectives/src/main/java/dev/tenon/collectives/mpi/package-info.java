/** Ranks that MPI connects, on one host or many: Open MPI, MPICH and its relatives, or any library with the standard ABI. */
@NullMarked
package dev.tenon.collectives.mpi;

import org.jspecify.annotations.NullMarked;
