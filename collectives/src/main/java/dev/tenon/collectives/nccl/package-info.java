/**
 * A binding of NVIDIA's NCCL, version 2, through Panama: {@link dev.tenon.collectives.nccl.NcclLibrary} finds it, {@link
 * dev.tenon.collectives.nccl.NcclRank} is one rank's communicator over memory of its device.
 */
@NullMarked
package dev.tenon.collectives.nccl;

import org.jspecify.annotations.NullMarked;
