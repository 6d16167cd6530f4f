package dev.tenon.kernels;

import dev.tenon.Configuration;
import dev.tenon.DType;
import dev.tenon.Device;
import dev.tenon.Scope;
import dev.tenon.Tensor;
import dev.tenon.conformance.reference.ReferenceDevice;
import dev.tenon.error.DTypeException;
import dev.tenon.error.InvalidArgumentException;
import dev.tenon.error.ShapeException;
import dev.tenon.kernels.plan.DeviceTraits;
import dev.tenon.kernels.plan.KernelKey;
import dev.tenon.kernels.plan.Launch;
import dev.tenon.kernels.plan.PortableOps;
import dev.tenon.kernels.plan.PortableSupport;
import dev.tenon.kernels.plan.Work;
import dev.tenon.op.Inference;
import dev.tenon.op.Op;
import dev.tenon.spi.DeviceBuffer;
import java.util.HashSet;
import java.util.Set;
import java.util.SortedMap;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** Plans operators and keeps which programs they come to. */
final class ProgramCollector {
    private final Device host = new Device(new ReferenceDevice(1L << 30), Configuration.DEFAULT);
    private final DeviceTraits traits;
    private final SortedMap<String, SortedSet<String>> programs = new TreeMap<>();
    private final Set<Class<? extends Op>> planned = new HashSet<>();

    ProgramCollector(DeviceTraits traits) {
        this.traits = traits;
    }

    /** Plans an operator if inference and the device admit it; its tensors are gone afterwards. */
    void plan(Supplier<Op> make) {
        try (Scope scope = Scope.open()) {
            Op op;
            try {
                op = make.get();
                Inference.check(op);
            } catch (DTypeException | ShapeException | InvalidArgumentException e) {
                // Not in the space: types or shapes that no device is ever asked for.
                return;
            }
            if (PortableSupport.whyUnsupported(op, traits).isPresent()) {
                return;
            }
            planned.add(op.getClass());
            try (Work work = new Work(traits, NoMemory::new)) {
                PortableOps.bind(op, work);
                work.launches().stream().map(Launch::key).forEach(this::add);
            }
        }
    }

    private void add(KernelKey key) {
        switch (key) {
            case KernelKey.Portable p ->
                programs.computeIfAbsent(p.file(), f -> new TreeSet<>()).add(p.defines());
            case KernelKey.Own _ -> throw new IllegalArgumentException("a user's kernel is not ours to compile");
        }
    }

    /** By source file, the defines that its programs have. */
    SortedMap<String, SortedSet<String>> programs() {
        return programs;
    }

    /** Operators that were planned at least once. */
    Set<Class<? extends Op>> planned() {
        return planned;
    }

    /** A tensor whose elements lie one after another. */
    Tensor dense(DType type, long... sizes) {
        return Tensor.empty(host, type, sizes);
    }

    /** A tensor with gaps along its first axis; its lines begin at an odd element, if elements have places of their own. */
    Tensor gapped(DType type, long... sizes) {
        int last = sizes.length - 1;
        long[] wide = sizes.clone();
        wide[0] *= 2;
        if (type.isQuantized() || last == 0) {
            return Tensor.empty(host, type, wide).slice(0, 0, wide[0], 2);
        }
        wide[last]++;
        return Tensor.empty(host, type, wide).slice(0, 0, wide[0], 2).slice(last, 1, wide[last], 1);
    }

    /** One or the other. */
    Tensor of(boolean gaps, DType type, long... sizes) {
        return gaps ? gapped(type, sizes) : dense(type, sizes);
    }

    /** A tensor or none. */
    @Nullable
    Tensor maybe(boolean there, DType type, long... sizes) {
        return there ? dense(type, sizes) : null;
    }

    /** The type that a float type's statistics are kept in. */
    static DType wide(DType type) {
        return type == DType.F64 ? DType.F64 : DType.F32;
    }

    /** Scratch memory that nobody touches. */
    private record NoMemory(long bytes) implements DeviceBuffer {
        @Override
        public void close() {}
    }
}
