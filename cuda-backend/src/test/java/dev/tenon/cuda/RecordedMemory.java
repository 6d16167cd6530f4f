package dev.tenon.cuda;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.tenon.error.NativeCallException;
import dev.tenon.kernels.cuda.TensorMap;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Memory of the devices and of the host, and copies, which move bytes in the order of the streams. */
abstract class RecordedMemory extends RecordedState {
    private static final int OUT_OF_MEMORY = 2;

    /** A pool. */
    record Pool(SimulatedDevice device) {}

    /** How copies from one device to another went. */
    final List<String> peerCopies = new ArrayList<>();

    RecordedMemory(SimulatedDevice... devices) {
        super(devices);
    }

    @Override
    public synchronized long createPool(int device) {
        SimulatedDevice in = inContext("cuMemPoolCreate");
        assertEquals(device, in.index, "the pool's device");
        return make(in, new Pool(in));
    }

    @Override
    public synchronized void destroyPool(long pool) {
        give("cuMemPoolDestroy", pool, Pool.class);
    }

    @Override
    public synchronized void keepInPool(long pool, long bytes) {
        inContext("cuMemPoolSetAttribute");
        assertTrue(bytes >= 0, "a threshold below 0");
        get(pool, Pool.class, "cuMemPoolSetAttribute");
    }

    @Override
    public synchronized long reserved(long pool) {
        inContext("cuMemPoolGetAttribute");
        return get(pool, Pool.class, "cuMemPoolGetAttribute").device.used;
    }

    @Override
    public synchronized void trimPool(long pool, long keep) {
        inContext("cuMemPoolTrimTo");
        get(pool, Pool.class, "cuMemPoolTrimTo");
    }

    @Override
    public synchronized void letReach(long pool, int device) {
        SimulatedDevice owner = inContext("cuMemPoolSetAccess");
        assertEquals(owner, get(pool, Pool.class, "cuMemPoolSetAccess").device, "the pool's context");
        assertTrue(linked && device != owner.index && device < devices.size(), "a device that cannot reach the pool");
        owner.reachedBy.add(device);
    }

    @Override
    public synchronized long allocate(long pool, long bytes, long stream) {
        SimulatedDevice device = inContext("cuMemAllocFromPoolAsync");
        assertTrue(bytes > 0, "an allocation of nothing");
        assertEquals(device, get(pool, Pool.class, "cuMemAllocFromPoolAsync").device, "the pool's context");
        SimulatedStream on = stream(stream, device, "cuMemAllocFromPoolAsync");
        if (device.used + bytes > device.memory) {
            throw new NativeCallException("cuMemAllocFromPoolAsync", OUT_OF_MEMORY, "CUDA_ERROR_OUT_OF_MEMORY", "");
        }
        SimulatedDevice.Block block = device.allocate(bytes);
        on.add(() -> block.allocated = true);
        return block.address;
    }

    @Override
    public synchronized void free(long pointer, long stream) {
        SimulatedDevice device = deviceOf();
        if (device.end == null) {
            SimulatedStream on = stream(stream, device, "cuMemFreeAsync");
            SimulatedDevice.Block block = device.blocks.get(pointer);
            assertNotNull(block, "memory is freed that is none");
            assertFalse(block.freeing, "memory is freed twice");
            block.freeing = true;
            on.add(() -> {
                assertTrue(block.allocated, "memory is freed before it is there");
                device.remove(block);
            });
        }
        inContext("cuMemFreeAsync");
    }

    @Override
    public synchronized long allocateHost(long bytes) {
        SimulatedDevice device = inContext("cuMemHostAlloc");
        MemorySegment memory = Arena.ofAuto().allocate(bytes, 64);
        host.put(memory.address(), new Pinned(device, memory));
        return memory.address();
    }

    @Override
    public synchronized void freeHost(long pointer) {
        if (deviceOf().end == null) {
            assertNotNull(host.remove(pointer), "pinned memory is freed that is none");
        }
        inContext("cuMemFreeHost");
    }

    /** The bytes behind an address of a device, where there are any; what is asked must be allocated by then. */
    static @Nullable MemorySegment bytes(SimulatedDevice device, long address, long bytes, String function) {
        SimulatedDevice.Block block = device.at(address);
        assertNotNull(block, function + ": an address where nothing is allocated");
        assertTrue(block.allocated && !block.freed, function + ": memory that is not there in the stream's order");
        return block.content == null ? null : block.content.asSlice(address - block.address, bytes);
    }

    static void inRange(SimulatedDevice device, long address, long bytes, String function) {
        SimulatedDevice.Block block = device.at(address);
        assertNotNull(block, function + ": an address where nothing is allocated");
        assertFalse(block.freeing, function + ": memory that was freed");
        assertTrue(address + bytes <= block.address + block.bytes, function + ": past the end of the memory");
    }

    private void inHost(long address, long bytes, String function) {
        assertTrue(host.containsKey(address), function + ": host memory that is not pinned");
        assertTrue(bytes <= Staging.PIECE, function + ": past the end of the pinned memory");
    }

    static MemorySegment hostBytes(long address, long bytes) {
        return MemorySegment.ofAddress(address).reinterpret(bytes);
    }

    @Override
    public synchronized void copyToDevice(long to, long fromHost, long bytes, long stream) {
        SimulatedDevice device = inContext("cuMemcpyHtoDAsync");
        inHost(fromHost, bytes, "cuMemcpyHtoDAsync");
        inRange(device, to, bytes, "cuMemcpyHtoDAsync");
        stream(stream, device, "cuMemcpyHtoDAsync").add(() -> {
            MemorySegment target = bytes(device, to, bytes, "cuMemcpyHtoDAsync");
            if (target != null) {
                target.copyFrom(hostBytes(fromHost, bytes));
            }
        });
    }

    @Override
    public synchronized void copyToHost(long toHost, long from, long bytes, long stream) {
        SimulatedDevice device = inContext("cuMemcpyDtoHAsync");
        inHost(toHost, bytes, "cuMemcpyDtoHAsync");
        inRange(device, from, bytes, "cuMemcpyDtoHAsync");
        stream(stream, device, "cuMemcpyDtoHAsync").add(() -> {
            MemorySegment source = bytes(device, from, bytes, "cuMemcpyDtoHAsync");
            if (source != null) {
                hostBytes(toHost, bytes).copyFrom(source);
            }
        });
    }

    @Override
    public synchronized void zero(long pointer, long bytes, long stream) {
        SimulatedDevice device = inContext("cuMemsetD8Async");
        assertTrue(bytes > 0, "zeros for nothing");
        inRange(device, pointer, bytes, "cuMemsetD8Async");
        SimulatedStream on = stream(stream, device, "cuMemsetD8Async");
        SimulatedStream.Zeros zeros = new SimulatedStream.Zeros(() -> {
            MemorySegment target = bytes(device, pointer, bytes, "cuMemsetD8Async");
            if (target != null) {
                target.fill((byte) 0);
            }
        });
        if (on.captured != null) {
            on.captured.add(zeros);
        } else {
            on.add(zeros.work());
        }
    }

    @Override
    public synchronized void encodeTensorMap(long to, TensorMap map, long pointer) {
        SimulatedDevice device = inContext("cuTensorMapEncodeTiled");
        RecordedTensorMap.check(to, map, pointer);
        inRange(device, pointer, RecordedTensorMap.extent(map), "cuTensorMapEncodeTiled");
        RecordedTensorMap.write(hostBytes(to, RecordedTensorMap.BYTES), map, pointer);
    }

    @Override
    public synchronized void copyToPeer(long to, long toContext, long from, long fromContext, long bytes, long stream) {
        SimulatedDevice device = inContext("cuMemcpyPeerAsync");
        SimulatedDevice target = byContext(toContext);
        SimulatedDevice source = byContext(fromContext);
        peerCopies.add(source.reachedBy.contains(device.index) ? "direct" : "by the host");
        move(target, to, source, from, bytes, stream(stream, device, "cuMemcpyPeerAsync"), "cuMemcpyPeerAsync");
    }

    private static void move(
            SimulatedDevice target,
            long to,
            SimulatedDevice source,
            long from,
            long bytes,
            SimulatedStream stream,
            String function) {
        inRange(target, to, bytes, function);
        inRange(source, from, bytes, function);
        stream.add(() -> {
            MemorySegment into = bytes(target, to, bytes, function);
            MemorySegment of = bytes(source, from, bytes, function);
            if (into != null && of != null) {
                into.copyFrom(of);
            }
        });
    }
}
