package dev.tenon.cuda;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.tenon.error.NativeCallException;
import java.lang.foreign.MemorySegment;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A driver without a device. It holds every call to what CUDA asks: handles that are alive and of the context that is current,
 * launches within the device's limits with the parameters that the kernel's PTX has, pointers into memory that is allocated and
 * not freed in the order of the streams, copies within their buffers. A call that breaks a rule is an {@link AssertionError}.
 * Copies move bytes; kernels do nothing but what {@link #execution} or {@link #meanings} give them. {@link Faults} lets any call fail.
 */
final class RecordingDriver extends RecordedMemory {
    private static final int SHARED_BYTES = 48 << 10;

    final List<SimulatedStream.Launch> launches = new ArrayList<>();
    /** What kernels do with their device's memory, by name; most do nothing. */
    final Map<String, Meaning> meanings = new HashMap<>();

    /** What runs kernels, if they are run. */
    @Nullable
    PtxExecution execution;

    private record Module(SimulatedDevice device, String ptx, Map<String, PtxText.Kernel> kernels) {}

    private static final class Function {
        final Module module;
        final PtxText.Kernel kernel;
        int dynamicBytes;

        Function(Module module, PtxText.Kernel kernel) {
            this.module = module;
            this.kernel = kernel;
            this.dynamicBytes = SHARED_BYTES - kernel.sharedBytes();
        }
    }

    private static final class Event {
        SimulatedStream.@Nullable Item recorded;
        boolean asked;
    }

    private record Graph(List<SimulatedStream.Work> work) {}

    private static final class Executable {
        List<SimulatedStream.Work> work;

        Executable(List<SimulatedStream.Work> work) {
            this.work = work;
        }
    }

    RecordingDriver(SimulatedDevice... devices) {
        super(devices);
    }

    /** The name of the kernel that a launch runs. */
    synchronized String kernel(SimulatedStream.Launch launch) {
        return get(launch.function(), Function.class, "a launch").kernel.name();
    }

    /** One device like an A100. */
    static RecordingDriver ampere(long memory) {
        return new RecordingDriver(new SimulatedDevice(0, "Simulated A100", 80, memory));
    }

    /** As many devices like an H100 as asked for. */
    static RecordingDriver hopper(int count, long memory) {
        SimulatedDevice[] devices = new SimulatedDevice[count];
        for (int i = 0; i < count; i++) {
            devices[i] = new SimulatedDevice(i, "Simulated H100 " + i, 90, memory);
        }
        return new RecordingDriver(devices);
    }

    // Modules

    @Override
    public synchronized long loadModule(byte[] image) {
        SimulatedDevice device = inContext("cuModuleLoadDataEx");
        for (Object object : objects.values()) {
            assertFalse(object instanceof SimulatedStream s && s.captured != null, "a module is loaded in a capture");
        }
        String ptx = new String(image, StandardCharsets.UTF_8);
        Map<String, PtxText.Kernel> kernels = PtxText.kernels(ptx);
        if (kernels.isEmpty()) {
            throw new NativeCallException("cuModuleLoadDataEx", 218, "CUDA_ERROR_INVALID_PTX", "no entry");
        }
        assertTrue(
                PtxText.isFor(ptx, device.capability), "PTX that is not for compute capability " + device.capability);
        return make(device, new Module(device, ptx, kernels));
    }

    @Override
    public synchronized void unloadModule(long module) {
        give("cuModuleUnload", module, Module.class);
    }

    @Override
    public synchronized long function(long module, String name) {
        inContext("cuModuleGetFunction");
        Module loaded = get(module, Module.class, "cuModuleGetFunction");
        PtxText.Kernel kernel = loaded.kernels.get(name);
        if (kernel == null) {
            throw new NativeCallException("cuModuleGetFunction", 500, "CUDA_ERROR_NOT_FOUND", "");
        }
        long handle = newHandle();
        objects.put(handle, new Function(loaded, kernel));
        return handle;
    }

    @Override
    public synchronized int functionAttribute(long function, int attribute) {
        inContext("cuFuncGetAttribute");
        Function of = get(function, Function.class, "cuFuncGetAttribute");
        return switch (attribute) {
            case 0 -> of.kernel.mostThreads();
            case 1 -> of.kernel.sharedBytes();
            default -> throw new AssertionError("attribute " + attribute);
        };
    }

    @Override
    public synchronized void setFunctionAttribute(long function, int attribute, int value) {
        SimulatedDevice device = inContext("cuFuncSetAttribute");
        Function of = get(function, Function.class, "cuFuncSetAttribute");
        assertEquals(8, attribute, "an attribute that is not set here");
        assertTrue(
                value >= 0 && of.kernel.sharedBytes() + value <= device.optInSharedBytes(),
                of.kernel.name() + ": more shared memory than the device has");
        of.dynamicBytes = value;
    }

    // Streams and events

    @Override
    public synchronized long createStream() {
        SimulatedDevice device = inContext("cuStreamCreate");
        long handle = make(device, "");
        objects.put(handle, new SimulatedStream(handle, device));
        device.alive.put(handle, "Stream");
        return handle;
    }

    @Override
    public synchronized void destroyStream(long stream) {
        SimulatedDevice device = deviceOf();
        if (device.end == null) {
            SimulatedStream ended = stream(stream, device, "cuStreamDestroy");
            assertTrue(ended.captured == null, "a stream is destroyed in a capture");
            // Where waiting for it failed, nobody can do better.
            assertTrue(ended.isIdle() || faults.happened(), "a stream is destroyed with work on it");
            ended.finish();
        }
        give("cuStreamDestroy", stream, SimulatedStream.class);
    }

    @Override
    public synchronized void synchronizeStream(long stream) {
        SimulatedDevice device = inContext("cuStreamSynchronize");
        SimulatedStream waited = stream(stream, device, "cuStreamSynchronize");
        assertTrue(waited.captured == null, "a stream is waited for in a capture");
        waited.finish();
    }

    @Override
    public synchronized void waitEvent(long stream, long event) {
        SimulatedDevice device = inContext("cuStreamWaitEvent");
        SimulatedStream waiting = stream(stream, device, "cuStreamWaitEvent");
        SimulatedStream.Item point = get(event, Event.class, "cuStreamWaitEvent").recorded;
        if (point != null && point.stream != waiting) {
            waiting.add(() -> point.stream.until(point));
        }
    }

    @Override
    public synchronized long createEvent(boolean timed) {
        return make(inContext("cuEventCreate"), new Event());
    }

    @Override
    public synchronized void destroyEvent(long event) {
        give("cuEventDestroy", event, Event.class);
    }

    @Override
    public synchronized void recordEvent(long event, long stream) {
        SimulatedDevice device = inContext("cuEventRecord");
        SimulatedStream on = stream(stream, device, "cuEventRecord");
        Event recorded = get(event, Event.class, "cuEventRecord");
        recorded.recorded = on.add(() -> {});
        recorded.asked = false;
    }

    @Override
    public synchronized boolean isPassed(long event) {
        inContext("cuEventQuery");
        Event asked = get(event, Event.class, "cuEventQuery");
        SimulatedStream.Item point = asked.recorded;
        if (point == null || point.done) {
            return true;
        }
        if (asked.asked) {
            point.stream.until(point);
        }
        boolean done = asked.asked;
        asked.asked = true;
        return done;
    }

    @Override
    public synchronized void synchronizeEvent(long event) {
        inContext("cuEventSynchronize");
        SimulatedStream.Item point = get(event, Event.class, "cuEventSynchronize").recorded;
        if (point != null) {
            point.stream.until(point);
        }
    }

    @Override
    public synchronized float elapsed(long from, long to) {
        inContext("cuEventElapsedTime");
        Event begin = get(from, Event.class, "cuEventElapsedTime");
        Event end = get(to, Event.class, "cuEventElapsedTime");
        assertTrue(
                begin.recorded != null && begin.recorded.done && end.recorded != null && end.recorded.done,
                "the time between events that are not passed");
        return 0.5f;
    }

    // Launches and graphs

    @Override
    public synchronized void launch(long function, Grid grid, long stream, MemorySegment parameters) {
        SimulatedDevice device = inContext("cuLaunchKernel");
        SimulatedStream on = stream(stream, device, "cuLaunchKernel");
        Function of = get(function, Function.class, "cuLaunchKernel");
        assertEquals(device, of.module.device, "a kernel of another context");
        assertTrue(objects.containsValue(of.module), "a kernel whose module is unloaded");
        checkGrid(of, grid);
        List<byte[]> values = LaunchValues.read(of.kernel, parameters);
        LaunchValues.check(device, of.kernel, values);
        SimulatedStream.Launch launch =
                new SimulatedStream.Launch(function, grid, values, () -> run(device, of, grid, values));
        if (on.captured != null) {
            on.captured.add(launch);
        } else {
            launches.add(launch);
            on.add(launch.work());
        }
    }

    private static void checkGrid(Function of, Grid grid) {
        String kernel = of.kernel.name();
        assertTrue(grid.x() > 0 && grid.y() > 0 && grid.z() > 0, kernel + ": a grid without blocks");
        assertTrue(of.kernel.hasWholeClusters(grid), kernel + ": not whole clusters of " + of.kernel.cluster());
        assertTrue(grid.y() <= 65535 && grid.z() <= 65535, kernel + ": more blocks than an axis has");
        assertTrue(grid.threadsX() > 0 && grid.threadsY() > 0 && grid.threadsZ() > 0, kernel + ": no threads");
        assertTrue(
                (long) grid.threadsX() * grid.threadsY() * grid.threadsZ() <= of.kernel.mostThreads()
                        && grid.threadsZ() <= 64,
                kernel + ": more threads than a block has");
        assertTrue(
                grid.sharedBytes() >= 0 && grid.sharedBytes() <= of.dynamicBytes,
                kernel + ": more shared memory than a block has");
    }

    private void run(SimulatedDevice device, Function of, Grid grid, List<byte[]> values) {
        LaunchValues.follow(device, of.kernel, values);
        Meaning meaning = meanings.get(of.kernel.name());
        if (meaning != null) {
            meaning.run(device, values);
        } else if (execution != null) {
            execution.run(device, of.module.ptx, of.kernel.name(), grid, values);
        }
    }

    @Override
    public synchronized void beginCapture(long stream) {
        SimulatedDevice device = inContext("cuStreamBeginCapture");
        SimulatedStream on = stream(stream, device, "cuStreamBeginCapture");
        assertTrue(on.captured == null, "a capture within a capture");
        on.beginCapture();
    }

    @Override
    public synchronized long endCapture(long stream) {
        SimulatedStream on = get(stream, SimulatedStream.class, "cuStreamEndCapture");
        List<SimulatedStream.Work> captured = on.captured;
        assertNotNull(captured, "no capture to end");
        on.captured = null;
        SimulatedDevice device = inContext("cuStreamEndCapture");
        return make(device, new Graph(captured));
    }

    @Override
    public synchronized long instantiate(long graph) {
        SimulatedDevice device = inContext("cuGraphInstantiate");
        return make(device, new Executable(get(graph, Graph.class, "cuGraphInstantiate").work));
    }

    @Override
    public synchronized boolean update(long executable, long graph) {
        inContext("cuGraphExecUpdate");
        Executable updated = get(executable, Executable.class, "cuGraphExecUpdate");
        List<SimulatedStream.Work> to = get(graph, Graph.class, "cuGraphExecUpdate").work;
        boolean fits = updated.work.size() == to.size();
        for (int i = 0; fits && i < to.size(); i++) {
            fits = isAlike(updated.work.get(i), to.get(i));
        }
        if (fits) {
            updated.work = to;
        }
        return fits;
    }

    private static boolean isAlike(SimulatedStream.Work from, SimulatedStream.Work to) {
        return switch (from) {
            case SimulatedStream.Launch launch ->
                to instanceof SimulatedStream.Launch other && launch.function() == other.function();
            case SimulatedStream.Zeros _ -> to instanceof SimulatedStream.Zeros;
            case SimulatedStream.Library library ->
                to instanceof SimulatedStream.Library other
                        && library.function().equals(other.function());
        };
    }

    @Override
    public synchronized void launchGraph(long executable, long stream) {
        SimulatedDevice device = inContext("cuGraphLaunch");
        SimulatedStream on = stream(stream, device, "cuGraphLaunch");
        for (SimulatedStream.Work work : get(executable, Executable.class, "cuGraphLaunch").work) {
            if (work instanceof SimulatedStream.Launch launch) {
                launches.add(launch);
            }
            on.add(work.work());
        }
    }

    @Override
    public synchronized void destroyExecutable(long executable) {
        give("cuGraphExecDestroy", executable, Executable.class);
    }

    @Override
    public synchronized void destroyGraph(long graph) {
        give("cuGraphDestroy", graph, Graph.class);
    }
}
