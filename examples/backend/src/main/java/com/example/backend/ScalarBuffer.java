package com.example.backend;

import dev.tenon.Tensor;
import dev.tenon.memory.HostBuffer;
import dev.tenon.spi.DeviceBuffer;
import java.lang.foreign.MemorySegment;
import java.util.concurrent.atomic.AtomicInteger;

/** Memory that its owner and queued work hold together: it goes back to the pool when the last of them lets go. */
final class ScalarBuffer implements DeviceBuffer {
    private final HostBuffer memory;
    private final AtomicInteger holders = new AtomicInteger(1);

    ScalarBuffer(HostBuffer memory) {
        this.memory = memory;
    }

    static ScalarBuffer of(Tensor tensor) {
        return (ScalarBuffer) tensor.buffer();
    }

    MemorySegment memory() {
        return memory.segment();
    }

    void hold() {
        holders.incrementAndGet();
    }

    void letGo() {
        if (holders.decrementAndGet() == 0) {
            memory.close();
        }
    }

    @Override
    public long bytes() {
        return memory.bytes();
    }

    @Override
    public void close() {
        letGo();
    }
}
