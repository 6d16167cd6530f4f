package dev.tenon.spi;

import dev.tenon.comm.CommunicatorOptions;
import java.util.List;

/** A transport between threads of this process, found with {@code ServiceLoader}. */
public interface LocalTransportProvider {
    /** One connected end a rank. */
    List<Transport> connect(int ranks, CommunicatorOptions options);
}
