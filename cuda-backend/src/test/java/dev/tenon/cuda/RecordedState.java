package dev.tenon.cuda;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.tenon.error.NativeCallException;
import java.lang.foreign.MemorySegment;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * What a {@link RecordingDriver} knows: its devices, their contexts, the objects that are alive, and what is asked of every call.
 */
abstract class RecordedState implements Driver {
    final Faults faults = new Faults();
    final List<SimulatedDevice> devices;
    final Map<Long, Object> objects = new HashMap<>();
    /** 1000 * major + 10 * minor. */
    int version = 12060;

    /** Of each device. */
    int multiprocessors = 132;

    /** Whether devices can reach each other's memory. */
    boolean linked = true;

    final Map<Long, Pinned> host = new HashMap<>();
    private final ThreadLocal<Long> current = ThreadLocal.withInitial(() -> 0L);
    private long nextHandle = 0x2000_0000L;

    /** Pinned memory. */
    record Pinned(SimulatedDevice device, MemorySegment memory) {}

    RecordedState(SimulatedDevice... devices) {
        this.devices = List.of(devices);
    }

    /** A handle that nobody has. */
    final long newHandle() {
        nextHandle += 0x10;
        return nextHandle;
    }

    final synchronized void called(String function) {
        faults.called(function);
    }

    /** A call that concerns the current context. */
    final SimulatedDevice inContext(String function) {
        SimulatedDevice device = devices.stream()
                .filter(d -> d.context == current.get())
                .findFirst()
                .orElse(null);
        assertNotNull(device, function + ": no context is current on this thread");
        assertTrue(device.retained > 0, function + ": the context is released");
        if (device.end != null) {
            throw new NativeCallException(function, device.end.code(), device.end.codeName(), "");
        }
        try {
            called(function);
        } catch (NativeCallException e) {
            if (ErrorCodes.endsContext(e)) {
                device.end = e;
            }
            throw e;
        }
        return device;
    }

    final <T> T get(long handle, Class<T> type, String function) {
        Object object = objects.get(handle);
        assertNotNull(object, function + ": the handle is not alive");
        assertTrue(
                type.isInstance(object),
                function + ": the handle is a " + object.getClass().getSimpleName());
        return type.cast(object);
    }

    final SimulatedStream stream(long handle, SimulatedDevice device, String function) {
        SimulatedStream stream = get(handle, SimulatedStream.class, function);
        assertEquals(device.context, stream.device.context, function + ": a stream of another context");
        return stream;
    }

    final long make(SimulatedDevice device, Object object) {
        long handle = newHandle();
        objects.put(handle, object);
        device.alive.put(handle, object.getClass().getSimpleName());
        return handle;
    }

    final void remove(SimulatedDevice device, long handle, Class<?> type, String function) {
        get(handle, type, function);
        objects.remove(handle);
        assertNotNull(device.alive.remove(handle), function + ": an object of another context");
    }

    /** A call that gives something back does so even where it fails: nothing is to be tried again. */
    final void give(String function, long handle, Class<?> type) {
        SimulatedDevice device = deviceOf();
        if (device.end == null) {
            remove(device, handle, type, function);
        }
        inContext(function);
    }

    final SimulatedDevice deviceOf() {
        return devices.stream()
                .filter(d -> d.context == current.get())
                .findFirst()
                .orElseThrow(() -> new AssertionError("no context is current on this thread"));
    }

    /** What is left of a device, for a test's end. */
    synchronized void assertNothingIsLeft() {
        for (SimulatedDevice device : devices) {
            assertEquals(Map.of(), device.alive, device.name);
            assertEquals(0, device.blocks.size(), device.name + " has memory that was not freed");
            assertEquals(0, device.retained, device.name + "'s context");
        }
        assertEquals(0, host.size(), "pinned memory that was not freed");
    }

    final SimulatedDevice byContext(long context) {
        return devices.stream()
                .filter(d -> d.context == context && d.retained > 0)
                .findFirst()
                .orElseThrow(() -> new AssertionError("a context that is not retained"));
    }

    @Override
    public int version() {
        called("cuDriverGetVersion");
        return version;
    }

    @Override
    public int deviceCount() {
        called("cuDeviceGetCount");
        return devices.size();
    }

    @Override
    public String deviceName(int device) {
        called("cuDeviceGetName");
        return devices.get(device).name;
    }

    @Override
    public long deviceMemory(int device) {
        called("cuDeviceTotalMem");
        return devices.get(device).memory;
    }

    @Override
    public int attribute(int device, int attribute) {
        called("cuDeviceGetAttribute");
        int capability = devices.get(device).capability;
        return switch (attribute) {
            case 16 -> multiprocessors;
            case 38 -> 50 << 20;
            case 75 -> capability / 10;
            case 76 -> capability % 10;
            case 97 -> devices.get(device).optInSharedBytes();
            case 115 -> 1;
            default -> throw new AssertionError("attribute " + attribute);
        };
    }

    @Override
    public boolean canReach(int device, int other) {
        called("cuDeviceCanAccessPeer");
        assertTrue(device != other && device < devices.size() && other < devices.size(), "devices that are not there");
        return linked;
    }

    @Override
    public synchronized long retainContext(int device) {
        called("cuDevicePrimaryCtxRetain");
        devices.get(device).retained++;
        return devices.get(device).context;
    }

    @Override
    public synchronized void releaseContext(int index) {
        SimulatedDevice device = devices.get(index);
        assertTrue(device.retained > 0, "a context that is not retained");
        boolean ended = device.end != null;
        if (--device.retained == 0) {
            if (ended) {
                objects.keySet().removeAll(device.alive.keySet());
                host.values().removeIf(pinned -> pinned.device() == device);
                device.reset();
            }
            assertEquals(Map.of(), device.alive, device.name + " is left with objects");
            assertEquals(0, device.blocks.size(), device.name + " is left with memory");
        }
        called("cuDevicePrimaryCtxRelease");
    }

    @Override
    public void setCurrent(long context) {
        SimulatedDevice device = byContext(context);
        current.set(context);
        try {
            called("cuCtxSetCurrent");
        } catch (NativeCallException e) {
            device.end = e;
            throw e;
        }
    }
}
