package dev.tenon.collectives.device;

import dev.tenon.Tensor;
import dev.tenon.spi.BackendStream;
import dev.tenon.spi.StreamEvent;
import java.util.concurrent.CompletableFuture;

/**
 * A message on its way between devices.
 *
 * @param data a vector, which stays until it is taken
 * @param stream in whose order it is ready
 * @param ready from which point on
 * @param taken when it has been read, once somebody has begun to
 */
record Mail(Tensor data, BackendStream stream, StreamEvent ready, CompletableFuture<StreamEvent> taken) {}
