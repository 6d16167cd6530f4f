package dev.tenon.conformance;

import dev.tenon.DType;
import dev.tenon.Device;
import dev.tenon.Graph;
import dev.tenon.Tensor;
import dev.tenon.conformance.BoundCase.Placed;
import dev.tenon.conformance.reference.Expected;
import dev.tenon.conformance.reference.NumberFormat;
import dev.tenon.conformance.reference.Offsets;
import dev.tenon.conformance.reference.Reference;
import dev.tenon.conformance.reference.Values;
import dev.tenon.op.Op;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Runs one case on a device and says what is wrong with it:
 *
 * <ol>
 *   <li>the outputs against the reference, within the tolerance;
 *   <li>every byte that is not an output element, in every operand's storage: unchanged;
 *   <li>a second run, over other garbage: the same bits;
 *   <li>captured and replayed: the same bits.
 * </ol>
 */
public final class CaseRunner {
    private static final byte SECOND_GARBAGE = 0x5A;

    private CaseRunner() {}

    /**
     * Runs the case.
     *
     * @return what is wrong; empty if nothing is
     */
    public static Optional<String> run(OpCase test, Device device, long seed) {
        try (BoundCase bound = test.bind(device, seed);
                Arena arena = Arena.ofConfined()) {
            return new Run(bound, device, arena).all();
        }
    }

    private static final class Run {
        private final BoundCase bound;
        private final Op op;
        private final Device device;
        private final Arena arena;

        Run(BoundCase bound, Device device, Arena arena) {
            this.bound = bound;
            this.op = bound.op();
            this.device = device;
            this.arena = arena;
        }

        Optional<String> all() {
            Optional<String> lacking = device.whyUnsupported(op);
            if (lacking.isPresent()) {
                return Optional.of("it is not supported: " + lacking.get());
            }
            List<Expected> expected = Reference.of(op);
            List<MemorySegment> before = download();
            device.execute(op);
            device.synchronize();
            List<MemorySegment> first = download();
            Optional<String> problem = outputs(expected).or(() -> outside(before, first, "the run"));
            if (problem.isPresent()) {
                return problem;
            }
            List<MemorySegment> other = restore(before);
            device.execute(op);
            device.synchronize();
            List<MemorySegment> second = download();
            problem = outside(other, second, "the second run").or(() -> same(first, second, "a second run"));
            if (problem.isPresent()) {
                return problem;
            }
            restore(before);
            try (Graph graph = device.capture(() -> device.execute(op))) {
                Optional<String> touched =
                        outside(other, download(), "the capture").or(() -> same(other, download(), "capturing"));
                if (touched.isPresent()) {
                    return touched;
                }
                graph.replay();
                device.synchronize();
            }
            List<MemorySegment> replayed = download();
            return outside(other, replayed, "the replay").or(() -> same(first, replayed, "a replayed graph"));
        }

        private Optional<String> outputs(List<Expected> expected) {
            List<Tensor> outputs = op.outputs();
            if (outputs.size() != expected.size()) {
                return Optional.of("the reference gives " + expected.size() + " outputs of " + outputs.size());
            }
            for (int i = 0; i < outputs.size(); i++) {
                Tensor out = outputs.get(i);
                Optional<String> problem = Comparison.of(Values.read(out), expected.get(i), Tolerance.of(op, out));
                if (problem.isPresent()) {
                    return Optional.of("output " + i + " " + out.spec() + " " + out.layout() + ": " + problem.get());
                }
            }
            return Optional.empty();
        }

        private List<MemorySegment> download() {
            List<MemorySegment> all = new ArrayList<>();
            for (Placed placed : bound.placed()) {
                MemorySegment memory = arena.allocate(placed.bytes(), 64);
                device.backend().download(placed.base().buffer(), 0, memory);
                all.add(memory);
            }
            return all;
        }

        /** Puts the operands back, with other garbage in the outputs' storages. */
        private List<MemorySegment> restore(List<MemorySegment> before) {
            List<MemorySegment> restored = new ArrayList<>();
            for (int i = 0; i < before.size(); i++) {
                Placed placed = bound.placed().get(i);
                MemorySegment memory = arena.allocate(placed.bytes(), 64).copyFrom(before.get(i));
                if (placed.operand().isOutput()) {
                    memory.fill(SECOND_GARBAGE);
                }
                device.backend().upload(memory, placed.base().buffer(), 0);
                restored.add(memory);
            }
            return restored;
        }

        private boolean[] written(Placed placed) {
            boolean[] written =
                    new boolean[Math.toIntExact(placed.base().shape().elements())];
            for (Tensor out : op.outputs()) {
                if (out.buffer() == placed.base().buffer()) {
                    for (long place : Offsets.of(out.layout())) {
                        written[(int) place] = true;
                    }
                }
            }
            return written;
        }

        private Optional<String> outside(List<MemorySegment> before, List<MemorySegment> after, String when) {
            for (int i = 0; i < before.size(); i++) {
                if (before.get(i).mismatch(after.get(i)) < 0) {
                    continue;
                }
                Placed placed = bound.placed().get(i);
                boolean[] written = written(placed);
                int block = placed.base().dtype().blockSize();
                int bytes = placed.base().dtype().blockBytes();
                for (int element = 0; element < written.length; element += block) {
                    long at = (long) element / block * bytes;
                    if (!written[element]
                            && before.get(i)
                                            .asSlice(at, bytes)
                                            .mismatch(after.get(i).asSlice(at, bytes))
                                    >= 0) {
                        return Optional.of("%s wrote outside the outputs: %s (%s), element %d of its storage of %d"
                                .formatted(
                                        when,
                                        placed.operand().name(),
                                        placed.view().layout(),
                                        element,
                                        written.length));
                    }
                }
            }
            return Optional.empty();
        }

        /** Compares the output elements' bits; what lies outside has been checked. */
        private Optional<String> same(List<MemorySegment> one, List<MemorySegment> other, String what) {
            for (int i = 0; i < one.size(); i++) {
                Placed placed = bound.placed().get(i);
                if (one.get(i).mismatch(other.get(i)) < 0) {
                    continue;
                }
                boolean[] written = written(placed);
                int block = placed.base().dtype().blockSize();
                int bytes = placed.base().dtype().blockBytes();
                for (int element = 0; element < written.length; element += block) {
                    long at = (long) element / block * bytes;
                    if (written[element]
                            && one.get(i)
                                            .asSlice(at, bytes)
                                            .mismatch(other.get(i).asSlice(at, bytes))
                                    >= 0
                            && !areNaN(placed.base().dtype(), one.get(i), other.get(i), at)) {
                        return Optional.of("%s gave other bits: %s, element %d of its storage%s"
                                .formatted(what, placed.operand().name(), element, values(placed, one, other, i, at)));
                    }
                }
            }
            return Optional.empty();
        }

        /** A NaN's sign and payload are left open: even one JVM's interpreted and compiled code give different ones. */
        private static boolean areNaN(DType dtype, MemorySegment one, MemorySegment other, long at) {
            return dtype.isFloat()
                    && Double.isNaN(NumberFormat.real(dtype, NumberFormat.read(dtype, one, at)))
                    && Double.isNaN(NumberFormat.real(dtype, NumberFormat.read(dtype, other, at)));
        }

        private static String values(
                Placed placed, List<MemorySegment> one, List<MemorySegment> other, int i, long at) {
            if (placed.base().dtype().isQuantized()) {
                return "";
            }
            return ", %s and %s"
                    .formatted(
                            NumberFormat.real(
                                    placed.base().dtype(),
                                    NumberFormat.read(placed.base().dtype(), one.get(i), at)),
                            NumberFormat.real(
                                    placed.base().dtype(),
                                    NumberFormat.read(placed.base().dtype(), other.get(i), at)));
        }
    }
}
