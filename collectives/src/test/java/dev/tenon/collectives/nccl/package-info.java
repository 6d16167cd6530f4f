/** Tests of the NCCL binding, without a GPU. */
@NullMarked
package dev.tenon.collectives.nccl;

import org.jspecify.annotations.NullMarked;
