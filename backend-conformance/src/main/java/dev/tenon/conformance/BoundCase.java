package dev.tenon.conformance;

import dev.tenon.DType;
import dev.tenon.Device;
import dev.tenon.Layout;
import dev.tenon.Shape;
import dev.tenon.Tensor;
import dev.tenon.conformance.reference.Values;
import dev.tenon.op.Cost;
import dev.tenon.op.Op;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;

/** A case with its operands on a device. Close it to free them. */
public final class BoundCase implements AutoCloseable {
    /** What outputs, and the gaps of inputs, hold at first: NaN in every float type. */
    static final byte FIRST_GARBAGE = (byte) 0xFF;

    private final OpCase source;
    private final Op op;
    private final List<Placed> placed;

    /**
     * An operand in its storage.
     *
     * @param base the whole storage as one vector
     * @param view the operand
     */
    record Placed(Operand operand, Tensor base, Tensor view) {
        long bytes() {
            return base.dtype().bytes(base.shape().elements());
        }
    }

    private BoundCase(OpCase source, Op op, List<Placed> placed) {
        this.source = source;
        this.op = op;
        this.placed = placed;
    }

    static BoundCase of(OpCase source, Device device, long seed) {
        SplittableRandom random =
                new SplittableRandom(seed ^ ((long) source.toString().hashCode() << 32));
        List<Placed> placed = new ArrayList<>();
        Map<String, Tensor> tensors = new HashMap<>();
        Map<String, Values> earlier = new HashMap<>();
        try (Arena arena = Arena.ofConfined()) {
            boolean refers = source.operands().size() > 1;
            for (Operand operand : source.operands()) {
                DType dtype = operand.dtype();
                Layout layout = operand.placement().layout(dtype, operand.shape());
                long elements = operand.placement().elements(dtype, layout);
                Tensor base = Tensor.empty(device, dtype, Shape.of(elements));
                Tensor view = base.withLayout(layout);
                placed.add(new Placed(operand, base, view));
                tensors.put(operand.name(), view);
                MemorySegment memory = arena.allocate(dtype.bytes(elements), 64).fill(FIRST_GARBAGE);
                operand.content().fill(new Target(dtype, layout, memory, random.split(), earlier));
                // Large operands are a benchmark's: nothing is derived from them.
                if (refers && !operand.isOutput() && elements < 1 << 20) {
                    earlier.put(operand.name(), Values.of(dtype, layout, memory, 0));
                }
                device.backend().upload(memory, base.buffer(), 0);
            }
            return new BoundCase(source, source.build().apply(new Bindings(tensors)), placed);
        } catch (RuntimeException | Error e) {
            placed.forEach(p -> p.base().close());
            throw e;
        }
    }

    static BoundCase unfilled(OpCase source, Device device) {
        List<Placed> placed = new ArrayList<>();
        Map<String, Tensor> tensors = new HashMap<>();
        try {
            for (Operand operand : source.operands()) {
                Layout layout = operand.placement().layout(operand.dtype(), operand.shape());
                long elements = operand.placement().elements(operand.dtype(), layout);
                Tensor base = Tensor.empty(device, operand.dtype(), Shape.of(elements));
                placed.add(new Placed(operand, base, base.withLayout(layout)));
                tensors.put(operand.name(), placed.getLast().view());
            }
            return new BoundCase(source, source.build().apply(new Bindings(tensors)), placed);
        } catch (RuntimeException | Error e) {
            placed.forEach(p -> p.base().close());
            throw e;
        }
    }

    public OpCase source() {
        return source;
    }

    public Op op() {
        return op;
    }

    /** The operator's floating-point operations and bytes. */
    public Cost cost() {
        return Cost.of(op);
    }

    List<Placed> placed() {
        return placed;
    }

    @Override
    public void close() {
        placed.forEach(p -> p.base().close());
    }
}
