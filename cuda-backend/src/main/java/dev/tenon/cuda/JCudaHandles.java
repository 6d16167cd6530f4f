package dev.tenon.cuda;

import dev.tenon.error.InvalidArgumentException;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import jcuda.driver.CUcontext;
import jcuda.driver.CUevent;
import jcuda.driver.CUgraph;
import jcuda.driver.CUgraphExec;
import jcuda.driver.CUmemoryPool;
import jcuda.driver.CUstream;

/**
 * JCuda's objects and the addresses that they hold. JCuda shows an address to subclasses only, and takes objects only, so each
 * kind has a subclass here, and what was made is kept by its address until it is destroyed.
 */
final class JCudaHandles<T> {
    private final Map<Long, T> byAddress = new ConcurrentHashMap<>();

    long put(long address, T handle) {
        byAddress.put(address, handle);
        return address;
    }

    /** @throws InvalidArgumentException for a handle that is not alive, which the driver would follow into nowhere */
    T get(long address) {
        T handle = byAddress.get(address);
        if (handle == null) {
            throw new InvalidArgumentException("no live CUDA object has the address " + Long.toHexString(address));
        }
        return handle;
    }

    T remove(long address) {
        T handle = get(address);
        byAddress.remove(address);
        return handle;
    }

    static final class Context extends CUcontext {
        long address() {
            return getNativePointer();
        }
    }

    static final class Stream extends CUstream {
        long address() {
            return getNativePointer();
        }
    }

    static final class Event extends CUevent {
        long address() {
            return getNativePointer();
        }
    }

    static final class Pool extends CUmemoryPool {
        long address() {
            return getNativePointer();
        }
    }

    static final class Graph extends CUgraph {
        long address() {
            return getNativePointer();
        }
    }

    static final class Executable extends CUgraphExec {
        long address() {
            return getNativePointer();
        }
    }
}
