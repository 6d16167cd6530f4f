package dev.tenon;

import dev.tenon.error.InvalidArgumentException;
import dev.tenon.op.Copy;
import dev.tenon.op.Inference;
import dev.tenon.profile.Clock;
import dev.tenon.profile.OpEvent;
import dev.tenon.profile.Profiler;
import dev.tenon.spi.OpTimes;
import dev.tenon.spi.OpTiming;

/**
 * Copies between devices. To both it is as an operator in their order of work: it sees what was queued on the source's
 * stream before, later work on the target's stream sees it, and afterwards the source may be overwritten or closed.
 */
final class DeviceCopy {
    private DeviceCopy() {}

    /** A contiguous copy on another device. */
    static Tensor to(Tensor source, Device device) {
        requireNoCapture("to");
        try (Scope scope = Scope.open()) {
            Tensor target = Tensor.empty(device, source.dtype(), source.shape());
            run(source, target);
            return scope.keep(target);
        }
    }

    /** Overwrites {@code target}'s elements with those of a tensor of another device, which broadcast to its shape. */
    static void set(Tensor target, Tensor source) {
        requireNoCapture("set");
        Copy whole = new Copy(source, target);
        Inference.check(whole);
        Aliasing.check(whole);
        if (target.layout().isContiguous() && target.shape().equals(source.shape())) {
            run(source, target);
            return;
        }
        // It takes its place in the target's layout on the target's own device.
        Operands.acquire(whole);
        try (Scope scope = Scope.open()) {
            target.device().execute(new Copy(to(source, target.device()), target));
        } finally {
            Operands.release(whole);
        }
    }

    private static void run(Tensor source, Tensor target) {
        Copy op = new Copy(source, target);
        Inference.check(op);
        Operands.acquire(op);
        OpEvent event = Profiler.begin();
        long start = System.nanoTime();
        try (Scope scope = Scope.open()) {
            target.device().transfers().copy(source.contiguous(), target);
        } catch (RuntimeException | Error e) {
            if (target.device().configuration().poison()) {
                Poison.fill(op);
            }
            throw e;
        } finally {
            Operands.release(op);
        }
        if (event != null) {
            Execution.stream(target.device()).synchronize();
            OpTimes times = new OpTimes(start, System.nanoTime(), Clock.HOST);
            Profiler.end(
                    event, source.device().name() + " to " + target.device().name(), op, OpTiming.of(times));
        }
    }

    private static void requireNoCapture(String call) {
        if (ThreadState.current().recorder != null) {
            throw new InvalidArgumentException(
                    call + ": a copy between devices cannot be captured; a graph belongs to one device");
        }
    }
}
