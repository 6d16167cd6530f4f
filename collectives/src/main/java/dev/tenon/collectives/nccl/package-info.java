/**
 * Collectives between CUDA devices by NVIDIA's NCCL, version 2, through Panama: {@link dev.tenon.collectives.nccl.NcclLibrary}
 * finds it, {@link dev.tenon.collectives.nccl.NcclComm} is one rank's communicator of NCCL's, {@link
 * dev.tenon.collectives.nccl.NcclQueue} one with a stream of its own, and {@link dev.tenon.collectives.nccl.NcclTransport} what a
 * rank does with these.
 */
@NullMarked
package dev.tenon.collectives.nccl;

import org.jspecify.annotations.NullMarked;
