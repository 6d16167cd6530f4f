package dev.tenon.kernels.cuda;

import dev.tenon.DType;
import dev.tenon.error.DeviceException;
import dev.tenon.kernels.plan.ProbeChains;
import dev.tenon.kernels.plan.ProbeRounds;
import dev.tenon.spi.BackendDevice;
import dev.tenon.spi.DeviceBuffer;
import dev.tenon.spi.DeviceLimits;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalDouble;
import java.util.function.Consumer;

/**
 * An NVIDIA device's limits, by kernels of its own: F32 multiply-adds, tensor cores' products, reads and copies of memory. What the
 * kernels compute is checked, so none of their work was left out. See probe.cu and probe_hopper.cu.
 */
public final class CudaLimitProbe {
    private static final int THREADS = 256;
    private static final int CHAINS = 16;

    /** Far larger than any device's cache. */
    private static final long DATA_BYTES = 1L << 30;
    /** What a block reads or copies. */
    private static final long PIECE_BYTES = 256L << 10;

    private final BackendDevice device;
    private final CudaTraits traits;
    private final Consumer<CudaLaunch> stream;

    /**
     * Products of one instruction.
     *
     * @param together threads whose results add up to those of a matrix of {@code rows} by {@code columns}
     * @param pairs of products that are added up one after another; so many that sums stay exact in F32
     * @param blocks for each multiprocessor
     */
    private record Product(
            CudaKernel kernel, int together, int rows, int columns, int terms, int pairs, int blocks, int sharedBytes) {
        static Product warps(String kernel, int terms) {
            return new Product(CudaKernel.ampere("probe", kernel), 32, 32, 32, terms, 2048, 8, 0);
        }

        /** Two warpgroups; the left operand's tiles, both right operands', and what aligns them. */
        static Product warpgroups(String kernel) {
            int shared = (128 + 2 * 256) * 128 + 1024;
            return new Product(CudaKernel.hopper("probe_hopper", kernel), 256, 128, 256, 64, 1024, 2, shared);
        }

        /** What a matrix's sums add up to. */
        long sum() {
            long sum = 0;
            for (int term = 0; term < terms; term++) {
                long left = 0;
                for (int row = 0; row < rows; row++) {
                    left += number(row * 64 + term);
                }
                long ones = 0;
                for (int column = 0; column < columns; column++) {
                    ones += (term + column) % 3 == 0 ? 1 : 0;
                }
                sum += left * ones;
            }
            return sum * pairs;
        }

        /** The kernel's operands: as in probe.h. */
        private static int number(int i) {
            return (i * 0x9E3779B1 >>> 25) - 64;
        }

        double operations(long threads) {
            return 2.0 * rows * columns * terms * 2 * pairs * (threads / together);
        }
    }

    private CudaLimitProbe(BackendDevice device, CudaTraits traits, Consumer<CudaLaunch> stream) {
        this.device = device;
        this.traits = traits;
        this.stream = stream;
    }

    /**
     * Takes some two seconds, and twice 1 GiB of the device's memory or a quarter of it.
     *
     * @param stream enqueues launches on the device's default stream
     * @throws DeviceException if a kernel computed anything but what it must
     */
    public static DeviceLimits measure(BackendDevice device, CudaTraits traits, Consumer<CudaLaunch> stream) {
        CudaLimitProbe probe = new CudaLimitProbe(device, traits, stream);
        double flops = probe.multiplyAdds();
        Map<DType, Double> products = probe.products();
        long pieces = Math.clamp(device.memory().limit() / 8, PIECE_BYTES, DATA_BYTES) / PIECE_BYTES;
        try (DeviceBuffer data = device.allocate(pieces * PIECE_BYTES);
                DeviceBuffer copy = device.allocate(pieces * PIECE_BYTES)) {
            double readBytes = probe.readBytes(data, pieces);
            return new DeviceLimits(flops, readBytes, OptionalDouble.of(probe.copyBytes(data, copy, pieces)), products);
        }
    }

    private double multiplyAdds() {
        long blocks = 32L * traits.multiprocessors();
        try (DeviceBuffer out = device.allocate(blocks * THREADS * Float.BYTES);
                Arena arena = Arena.ofConfined()) {
            CudaLaunch launch = launch(
                    CudaKernel.ampere("probe", "probe_multiply_add"),
                    blocks,
                    0,
                    new CudaArgument.Memory(out),
                    CudaArgument.of(ProbeChains.FACTOR),
                    CudaArgument.of(ProbeChains.ADDEND),
                    CudaArgument.of(ProbeChains.STEPS));
            double seconds = ProbeRounds.best(device, () -> stream.accept(launch));
            float expected = ProbeChains.sum(CHAINS);
            MemorySegment results = download(out, arena);
            for (long i = 0; i < blocks * THREADS; i++) {
                float result = results.getAtIndex(ValueLayout.JAVA_FLOAT, i);
                if (!ProbeChains.isSum(result, expected)) {
                    throw wrong("multiply-adds", result, expected);
                }
            }
            return 2.0 * CHAINS * ProbeChains.STEPS * blocks * THREADS / seconds;
        }
    }

    /** Quantized weights are multiplied as BF16 or F16, whose rates are the same. */
    private Map<DType, Double> products() {
        Map<DType, Double> rates = new EnumMap<>(DType.class);
        boolean hopper = traits.isHopper();
        double bf16 = rate(hopper ? Product.warpgroups("probe_wgmma_bf16") : Product.warps("probe_mma_bf16", 16));
        for (DType type : DType.values()) {
            if (type.isQuantized() || type == DType.BF16) {
                rates.put(type, bf16);
            }
        }
        rates.put(DType.F16, rate(hopper ? Product.warpgroups("probe_wgmma_f16") : Product.warps("probe_mma_f16", 16)));
        if (traits.tf32() || traits.hasFastTf32()) {
            // Three products to F32's precision, or one of rounded operands.
            rates.put(DType.F32, rate(Product.warps("probe_mma_tf32", 8)) / (traits.tf32() ? 1 : 3));
        }
        return rates;
    }

    private double rate(Product product) {
        long blocks = (long) product.blocks() * traits.multiprocessors();
        try (DeviceBuffer out = device.allocate(blocks * THREADS * Integer.BYTES);
                Arena arena = Arena.ofConfined()) {
            CudaLaunch launch = launch(
                    product.kernel(),
                    blocks,
                    product.sharedBytes(),
                    new CudaArgument.Memory(out),
                    CudaArgument.of(product.pairs()));
            double seconds = ProbeRounds.best(device, () -> stream.accept(launch));
            MemorySegment results = download(out, arena);
            long expected = product.sum();
            for (long from = 0; from < blocks * THREADS; from += product.together()) {
                long sum = 0;
                for (long i = from; i < from + product.together(); i++) {
                    sum += results.getAtIndex(ValueLayout.JAVA_INT, i);
                }
                if (sum != expected) {
                    throw wrong(product.kernel().name(), sum, expected);
                }
            }
            return product.operations(blocks * THREADS) / seconds;
        }
    }

    private double readBytes(DeviceBuffer data, long pieces) {
        long numbers = pieces * PIECE_BYTES / Integer.BYTES;
        stream.accept(launch(
                CudaKernel.ampere("probe", "probe_fill"), numbers / (4L * THREADS), 0, new CudaArgument.Memory(data)));
        try (DeviceBuffer out = device.allocate(pieces * THREADS * Integer.BYTES)) {
            CudaLaunch launch = read(data, out, pieces);
            double seconds = ProbeRounds.best(device, () -> stream.accept(launch));
            check("reads", out, pieces);
            return pieces * PIECE_BYTES / seconds;
        }
    }

    private double copyBytes(DeviceBuffer data, DeviceBuffer copy, long pieces) {
        CudaLaunch launch = overPieces("probe_copy", data, copy, pieces);
        double seconds = ProbeRounds.best(device, () -> stream.accept(launch));
        try (DeviceBuffer out = device.allocate(pieces * THREADS * Integer.BYTES)) {
            stream.accept(read(copy, out, pieces));
            check("copies", out, pieces);
        }
        return 2 * pieces * PIECE_BYTES / seconds;
    }

    private static CudaLaunch read(DeviceBuffer data, DeviceBuffer out, long pieces) {
        return overPieces("probe_read", data, out, pieces);
    }

    private static CudaLaunch overPieces(String kernel, DeviceBuffer data, DeviceBuffer out, long pieces) {
        return launch(
                CudaKernel.ampere("probe", kernel),
                pieces,
                0,
                new CudaArgument.Memory(data),
                new CudaArgument.Memory(out),
                CudaArgument.of(PIECE_BYTES / Integer.BYTES));
    }

    private static CudaLaunch launch(CudaKernel kernel, long blocks, int sharedBytes, CudaArgument... arguments) {
        return new CudaLaunch(kernel, List.of(arguments), blocks, 1, 1, THREADS, sharedBytes);
    }

    /** Of 0 to count - 1, each times what probe_fill multiplies by; all modulo 2^32. */
    private void check(String what, DeviceBuffer out, long pieces) {
        int sum = 0;
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment results = download(out, arena);
            for (long i = 0; i < out.bytes() / Integer.BYTES; i++) {
                sum += results.getAtIndex(ValueLayout.JAVA_INT, i);
            }
        }
        long count = pieces * PIECE_BYTES / Integer.BYTES;
        int expected = (int) (count * (count - 1) / 2 * 2654435761L);
        if (sum != expected) {
            throw wrong(what, sum, expected);
        }
    }

    private MemorySegment download(DeviceBuffer from, Arena arena) {
        MemorySegment to = arena.allocate(from.bytes(), 64);
        device.download(from, 0, to);
        return to;
    }

    private DeviceException wrong(String what, Number is, Number must) {
        return new DeviceException(
                device.properties().name(), "the probe's " + what + " gave " + is + ", must be " + must);
    }
}
