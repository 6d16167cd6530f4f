package dev.tenon.collectives;

import dev.tenon.DType;
import dev.tenon.Device;
import dev.tenon.Scope;
import dev.tenon.Shape;
import dev.tenon.Tensor;
import dev.tenon.comm.Communicator;
import dev.tenon.comm.PendingCollective;
import dev.tenon.op.ReduceKind;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;

/**
 * What every transport must do, as one rank sees it. All ranks run the same cases in the same order; each computes what all
 * others began with, and compares its result bit by bit with the reduction in the order of the ranks. So results are the same
 * on all ranks, each time and over each transport.
 */
final class CollectiveSuite {
    private static final List<DType> TYPES = List.of(DType.F32, DType.BF16, DType.F16, DType.I32, DType.I64);
    private static final List<ReduceKind> KINDS =
            List.of(ReduceKind.SUM, ReduceKind.MEAN, ReduceKind.MAX, ReduceKind.MIN);
    /** The last takes several pieces of what a transport moves at once, and ends within one. */
    private static final long[] SIZES = {0, 1, 13, 207, 4098, 40_001, 300_007};

    private static final byte SENTINEL = 0x5A;

    private final Communicator ranks;
    private final Device device;
    private final boolean ordersZeros;
    private long seed = 1;

    CollectiveSuite(Communicator ranks, Device device) {
        this(ranks, device, true);
    }

    /** @param ordersZeros whether MAX and MIN take -0 for less than 0; a device's kernels may give either */
    CollectiveSuite(Communicator ranks, Device device, boolean ordersZeros) {
        this.ranks = ranks;
        this.device = device;
        this.ordersZeros = ordersZeros;
    }

    static Map<String, Consumer<CollectiveSuite>> cases() {
        Map<String, Consumer<CollectiveSuite>> cases = new LinkedHashMap<>();
        for (DType type : TYPES) {
            for (ReduceKind kind : KINDS) {
                cases.put("reductions " + kind + " " + type, suite -> suite.reductions(kind, type));
            }
            cases.put("moves " + type, suite -> suite.moves(type));
        }
        cases.put("special values", CollectiveSuite::specialValues);
        cases.put("moves of bytes", suite -> suite.moves(DType.U8));
        cases.put("views", CollectiveSuite::views);
        cases.put("asynchronous", CollectiveSuite::asynchronous);
        cases.put("messages", CollectiveSuite::messages);
        cases.put("groups", CollectiveSuite::groups);
        cases.put("repeats", CollectiveSuite::repeats);
        cases.put("barriers", suite -> {
            for (int i = 0; i < 100; i++) {
                suite.ranks.barrier();
            }
        });
        return cases;
    }

    private void reductions(ReduceKind kind, DType type) {
        for (long n : SIZES) {
            if (n > 10_000 && !isLargeCase(kind, type)) {
                continue;
            }
            for (boolean inPlace : new boolean[] {false, true}) {
                allReduce(kind, type, n, inPlace);
            }
            reduce(kind, type, n, (int) (n % ranks.size()));
            reduceScatter(kind, type, n / ranks.size() + (n > 0 ? 1 : 0));
        }
    }

    /** Once for each width of elements. */
    private static boolean isLargeCase(ReduceKind kind, DType type) {
        return kind == ReduceKind.SUM && (type == DType.F32 || type == DType.BF16)
                || kind == ReduceKind.MAX && type == DType.I64;
    }

    private void moves(DType type) {
        for (long n : SIZES) {
            if (n > 10_000 && type != DType.F32) {
                continue;
            }
            allGather(type, n / ranks.size() + (n > 0 ? 1 : 0));
            allToAll(type, n / ranks.size() + (n > 0 ? 1 : 0), false);
            allToAll(type, n / ranks.size(), true);
            broadcast(type, n, (int) (n % ranks.size()));
        }
    }

    private void allReduce(ReduceKind kind, DType type, long n, boolean inPlace) {
        List<MemorySegment> inputs = inputs(type, n);
        MemorySegment expected = Values.reduce(kind, type, inputs);
        try (Guarded in = guarded(type, n);
                Guarded out = guarded(type, n)) {
            in.fill(inputs.get(ranks.rank()));
            if (inPlace) {
                ranks.allReduce(kind, in.tensor());
            } else {
                ranks.allReduce(kind, in.tensor(), out.tensor());
                in.requireContent(inputs.get(ranks.rank()), "the input");
            }
            (inPlace ? in : out).requireContent(expected, "allReduce " + kind + " of " + n);
        }
    }

    private void reduce(ReduceKind kind, DType type, long n, int root) {
        List<MemorySegment> inputs = inputs(type, n);
        try (Guarded in = guarded(type, n);
                Guarded out = guarded(type, n)) {
            in.fill(inputs.get(ranks.rank()));
            boolean here = ranks.rank() == root;
            ranks.reduce(kind, in.tensor(), here ? out.tensor() : null, root);
            in.requireContent(inputs.get(ranks.rank()), "the input");
            if (here) {
                out.requireContent(Values.reduce(kind, type, inputs), "reduce " + kind + " of " + n);
            }
        }
    }

    private void reduceScatter(ReduceKind kind, DType type, long share) {
        List<MemorySegment> inputs = inputs(type, share * ranks.size());
        MemorySegment whole = Values.reduce(kind, type, inputs);
        long bytes = type.bytes(share);
        try (Guarded in = guarded(type, share * ranks.size());
                Guarded out = guarded(type, share)) {
            in.fill(inputs.get(ranks.rank()));
            ranks.reduceScatter(kind, in.tensor(), out.tensor());
            out.requireContent(whole.asSlice(ranks.rank() * bytes, bytes), "reduceScatter " + kind + " of " + share);
            in.requireContent(inputs.get(ranks.rank()), "the input");
        }
    }

    private void allGather(DType type, long n) {
        List<MemorySegment> inputs = inputs(type, n);
        try (Guarded in = guarded(type, n);
                Guarded out = guarded(type, n * ranks.size())) {
            in.fill(inputs.get(ranks.rank()));
            ranks.allGather(in.tensor(), out.tensor());
            out.requireContent(join(inputs), "allGather of " + n);
        }
    }

    private void allToAll(DType type, long share, boolean inPlace) {
        List<MemorySegment> inputs = inputs(type, share * ranks.size());
        long bytes = type.bytes(share);
        MemorySegment expected = join(inputs.stream()
                .map(each -> each.asSlice(ranks.rank() * bytes, bytes))
                .toList());
        try (Guarded in = guarded(type, share * ranks.size());
                Guarded out = guarded(type, share * ranks.size())) {
            in.fill(inputs.get(ranks.rank()));
            ranks.allToAll(in.tensor(), inPlace ? in.tensor() : out.tensor());
            (inPlace ? in : out).requireContent(expected, "allToAll of " + share);
        }
    }

    private void broadcast(DType type, long n, int root) {
        List<MemorySegment> inputs = inputs(type, n);
        try (Guarded data = guarded(type, n)) {
            data.fill(inputs.get(ranks.rank()));
            ranks.broadcast(data.tensor(), root);
            data.requireContent(inputs.get(root), "broadcast of " + n);
        }
    }

    private void specialValues() {
        for (DType type : List.of(DType.F32, DType.BF16, DType.F16)) {
            for (ReduceKind kind : KINDS) {
                long n = 531;
                List<MemorySegment> inputs = new ArrayList<>();
                for (int r = 0; r < ranks.size(); r++) {
                    boolean zeros = ordersZeros || kind == ReduceKind.SUM || kind == ReduceKind.MEAN;
                    inputs.add(Values.special(type, r, n, zeros));
                }
                try (Guarded data = guarded(type, n)) {
                    data.fill(inputs.get(ranks.rank()));
                    ranks.allReduce(kind, data.tensor());
                    data.requireContent(Values.reduce(kind, type, inputs), "special values, " + kind);
                }
            }
        }
    }

    /** Inputs may have any layout. */
    private void views() {
        List<MemorySegment> inputs = inputs(DType.F32, 6 * 5);
        MemorySegment sum = Values.reduce(ReduceKind.SUM, DType.F32, inputs);
        try (Scope scope = Scope.open()) {
            Tensor in = Tensor.ofBytes(device, DType.F32, inputs.get(ranks.rank()), Shape.of(6, 5));
            Tensor out = Tensor.empty(device, DType.F32, 5, 6);
            ranks.allReduce(ReduceKind.SUM, in.transpose(), out);
            Tensor expected = Tensor.ofBytes(device, DType.F32, sum, Shape.of(6, 5));
            require(Arrays.equals(expected.transpose().toFloatArray(), out.toFloatArray()), "a transposed input");
        }
    }

    /** Many at once, waited for in another order, with blocking calls between and computing beside. */
    private void asynchronous() {
        int calls = 12;
        List<Guarded> data = new ArrayList<>();
        List<PendingCollective> pending = new ArrayList<>();
        List<MemorySegment> expected = new ArrayList<>();
        for (int i = 0; i < calls; i++) {
            long n = 1 + i * 3_001L;
            List<MemorySegment> inputs = inputs(DType.F32, n);
            Guarded each = guarded(DType.F32, n);
            each.fill(inputs.get(ranks.rank()));
            data.add(each);
            expected.add(Values.reduce(ReduceKind.SUM, DType.F32, inputs));
            pending.add(ranks.allReduceAsync(ReduceKind.SUM, each.tensor(), each.tensor()));
            if (i % 5 == 2) {
                allReduce(ReduceKind.MAX, DType.I32, 50, false);
            }
        }
        try (Scope scope = Scope.open()) {
            Tensor a = Tensor.full(device, DType.F32, 0.5, 64, 64);
            require(a.matmul(a).select(0, 3).select(0, 5).item() == 16, "a product beside the collectives");
        }
        for (int i = calls - 1; i >= 0; i--) {
            pending.get(i).await();
            require(pending.get(i).isDone(), "done after await");
            data.get(i).requireContent(expected.get(i), "asynchronous call " + i);
            data.get(i).close();
        }
    }

    /** Everyone sends to everyone, messages longer than any buffer among them, in both directions at once. */
    private void messages() {
        for (long n : new long[] {0, 1, 7, 4098, 100_003}) {
            long start = seed;
            List<PendingCollective> pending = new ArrayList<>();
            List<Guarded> data = new ArrayList<>();
            List<Runnable> checks = new ArrayList<>();
            for (int i = 1; i < ranks.size(); i++) {
                int to = (ranks.rank() + i) % ranks.size();
                int from = (ranks.rank() - i + ranks.size()) % ranks.size();
                Guarded out = guarded(DType.BF16, n);
                Guarded in = guarded(DType.BF16, n);
                data.addAll(List.of(out, in));
                out.fill(Values.random(DType.BF16, ranks.rank() * 100 + to, n, start));
                MemorySegment expected = Values.random(DType.BF16, from * 100 + ranks.rank(), n, start);
                pending.add(ranks.sendAsync(out.tensor(), to));
                pending.add(ranks.receiveAsync(in.tensor(), from));
                checks.add(() -> in.requireContent(expected, "a message of " + n + " from " + from));
            }
            seed++;
            pending.forEach(PendingCollective::await);
            checks.forEach(Runnable::run);
            data.forEach(Guarded::close);
        }
        ring();
    }

    /** Blocking, and several in a row to one rank. */
    private void ring() {
        if (ranks.size() == 1) {
            return;
        }
        int to = (ranks.rank() + 1) % ranks.size();
        int from = (ranks.rank() + ranks.size() - 1) % ranks.size();
        try (Scope scope = Scope.open()) {
            for (int i = 0; i < 50; i++) {
                Tensor out = Tensor.of(device, new int[] {ranks.rank(), i});
                Tensor in = Tensor.empty(device, DType.I32, 2);
                if (ranks.rank() % 2 == 0) {
                    ranks.send(out, to);
                    ranks.receive(in, from);
                } else {
                    ranks.receive(in, from);
                    ranks.send(out, to);
                }
                require(Arrays.equals(new long[] {from, i}, in.toLongArray()), "message " + i + " round the ring");
            }
        }
    }

    private void groups() {
        int colour = ranks.rank() % 2;
        try (Communicator half = ranks.split(colour);
                Communicator all = ranks.split(7)) {
            require(half.size() == (ranks.size() + 1 - colour) / 2 && half.rank() == ranks.rank() / 2, "half");
            require(all.size() == ranks.size() && all.rank() == ranks.rank(), "all");
            new CollectiveSuite(half, device).allReduce(ReduceKind.SUM, DType.F32, 5_003, false);
            new CollectiveSuite(all, device).allReduce(ReduceKind.SUM, DType.I64, 77, true);
            new CollectiveSuite(half, device).allGather(DType.I32, 100);
            new CollectiveSuite(half, device).messages();
            allReduce(ReduceKind.SUM, DType.F32, 3, true);
            all.barrier();
        }
    }

    /** The same call, the same bits. */
    private void repeats() {
        List<MemorySegment> inputs = inputs(DType.F32, 50_021);
        byte[] first = {};
        for (int i = 0; i < 5; i++) {
            try (Guarded data = guarded(DType.F32, 50_021)) {
                data.fill(inputs.get(ranks.rank()));
                ranks.allReduce(ReduceKind.MEAN, data.tensor());
                byte[] bytes = data.tensor().toByteArray();
                require(i == 0 || Arrays.equals(first, bytes), "run " + i + " repeats the first");
                first = bytes;
            }
        }
    }

    private List<MemorySegment> inputs(DType type, long n) {
        List<MemorySegment> inputs = new ArrayList<>();
        for (int r = 0; r < ranks.size(); r++) {
            inputs.add(Values.random(type == DType.U8 ? DType.I32 : type, r, type == DType.U8 ? (n + 3) / 4 : n, seed)
                    .asSlice(0, type.bytes(n)));
        }
        seed++;
        return inputs;
    }

    private static MemorySegment join(List<MemorySegment> parts) {
        MemorySegment whole = MemorySegment.ofArray(
                new byte[(int) parts.stream().mapToLong(MemorySegment::byteSize).sum()]);
        long at = 0;
        for (MemorySegment part : parts) {
            MemorySegment.copy(part, 0, whole, at, part.byteSize());
            at += part.byteSize();
        }
        return whole;
    }

    private static void require(boolean condition, String what) {
        if (!condition) {
            throw new AssertionError("wrong: " + what);
        }
    }

    /** A tensor that is not aligned, with sentinels before and after it. */
    private Guarded guarded(DType type, long n) {
        byte[] filled = new byte[(int) type.bytes(n + 34)];
        Arrays.fill(filled, SENTINEL);
        Tensor whole = Tensor.ofBytes(device, type, MemorySegment.ofArray(filled), Shape.of(n + 34));
        return new Guarded(whole, whole.slice(0, 17, n + 17));
    }

    private record Guarded(Tensor whole, Tensor tensor) implements AutoCloseable {
        void fill(MemorySegment content) {
            if (content.byteSize() > 0) {
                tensor.device().backend().upload(content, whole.buffer(), margin());
            }
        }

        private long margin() {
            return tensor.dtype().bytes(17);
        }

        void requireContent(MemorySegment expected, String where) {
            String what = tensor.dtype() + " " + where;
            MemorySegment all = MemorySegment.ofArray(whole.toByteArray());
            MemorySegment place = all.asSlice(margin(), tensor.dtype().bytes(tensor.size(0)));
            if (tensor.dtype() == DType.U8) {
                require(expected.mismatch(place) < 0, what);
            } else {
                Values.requireSame(tensor.dtype(), expected, place, what);
            }
            for (long i = 0; i < margin(); i++) {
                require(
                        all.get(ValueLayout.JAVA_BYTE, i) == SENTINEL
                                && all.get(ValueLayout.JAVA_BYTE, all.byteSize() - 1 - i) == SENTINEL,
                        "written outside, " + what);
            }
        }

        @Override
        public void close() {
            whole.close();
        }
    }
}
