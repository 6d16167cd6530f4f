/**
 * Collectives between ranks: {@link dev.tenon.comm.Communicator} is what programs use, {@link dev.tenon.comm.Communicators}
 * opens one from what launched the process, {@link dev.tenon.comm.World}.
 */
@NullMarked
package dev.tenon.comm;

import org.jspecify.annotations.NullMarked;
