package dev.tenon.profile;

import dev.tenon.error.InputOutputException;
import dev.tenon.error.InvalidArgumentException;
import dev.tenon.op.Cost;
import java.io.IOException;
import java.io.Writer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.ConcurrentLinkedQueue;

/**
 * A profile of everything that runs while it is open. Durations are those of the operators' work: on a device with a clock of
 * its own they are read from that, and the work stays asynchronous; elsewhere each operator is waited for.
 *
 * <pre>{@code
 * try (Profile profile = Profile.start()) {
 *     model.step();
 *     profile.writeTrace(Path.of("trace.json"));   // open it in ui.perfetto.dev
 * }
 * }</pre>
 */
public final class Profile implements AutoCloseable {
    private final ConcurrentLinkedQueue<Span> spans = new ConcurrentLinkedQueue<>();

    /**
     * One operator's run.
     *
     * @param op its name
     * @param operands types and shapes; where the device says which kernels ran, these too
     * @param thread that called it
     * @param startNanos on {@link System#nanoTime}'s scale
     * @param clock whose clock the times are from
     */
    public record Span(
            String op,
            String operands,
            String device,
            String thread,
            long threadId,
            long startNanos,
            long nanos,
            Clock clock,
            Cost cost) {
        /** Floating-point operations a second, in 10^9. */
        public double gigaflops() {
            return nanos == 0 ? 0 : cost.flops() / nanos;
        }

        /** Bytes a second, in 10^9. */
        public double gigabytes() {
            return nanos == 0 ? 0 : cost.bytes() / nanos;
        }
    }

    private Profile() {}

    /**
     * Starts recording.
     *
     * @throws InvalidArgumentException if another profile is open in this process
     */
    public static Profile start() {
        Profile profile = new Profile();
        if (!Profiler.activate(profile)) {
            throw new InvalidArgumentException("another profile is open");
        }
        return profile;
    }

    void add(Span span) {
        spans.add(span);
    }

    /**
     * What was recorded so far, in order of the calls. Waits for what is still running.
     *
     * @throws dev.tenon.error.TenonException if one of the operators failed on its device
     */
    public List<Span> spans() {
        Profiler.await();
        return List.copyOf(spans);
    }

    /**
     * Stops recording and waits for what is still running; what was recorded stays readable.
     *
     * @throws dev.tenon.error.TenonException if one of the operators failed on its device
     */
    @Override
    public void close() {
        Profiler.deactivate(this);
        Profiler.await();
    }

    /**
     * Writes the spans in the Trace Event Format (JSON), which Perfetto and Chrome open.
     *
     * @throws InputOutputException if the file cannot be written
     */
    public void writeTrace(Path file) {
        try (Writer out = Files.newBufferedWriter(file)) {
            TraceWriter.write(spans(), out);
        } catch (IOException e) {
            throw new InputOutputException(file.toString(), "writing the trace", e);
        }
    }
}
