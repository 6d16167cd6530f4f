package dev.tenon.cuda.ptx;

import java.util.List;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** What sm_90a has of its own, from its text: counters in shared memory, bulk copies, products of warpgroups. */
final class HopperOpcodes {
    private static final Pattern PRODUCT =
            Pattern.compile("wgmma\\.mma_async\\.sync\\.aligned\\.m64n(\\d+)k(8|16)\\.f32\\.(bf16|f16|tf32)\\.\\3");
    private static final String BULK = ".shared::cluster.global.";
    private static final String COUNTED = "mbarrier::complete_tx::bytes";
    private static final long LOW = 0xFFFFFFFFL;

    private HopperOpcodes() {}

    static Instruction instruction(Operands o) {
        return switch (o.opcode()) {
            // How many registers a warp has is nothing that shows here.
            case "setmaxnreg.inc.sync.aligned.u32", "setmaxnreg.dec.sync.aligned.u32", "wgmma.fence.sync.aligned" ->
                new Instruction.Action((warp, mask) -> TensorCores.whole(mask));
            case "wgmma.commit_group.sync.aligned" ->
                new Instruction.Action((warp, mask) -> {
                    TensorCores.whole(mask);
                    warp.products.commit();
                });
            case "wgmma.wait_group.sync.aligned" -> {
                int left = (int) o.value(0);
                yield new Instruction.Action((warp, mask) -> {
                    TensorCores.whole(mask);
                    warp.products.await(warp, left);
                });
            }
            case "mbarrier.init.shared::cta.b64" -> {
                int arrivals = o.register(1);
                yield eachLane(o.address(0), (warp, lane, at) -> {
                    Space.SHARED.region(warp, lane, at, 8);
                    warp.block.counters.init(at, (int) warp.registers[arrivals + lane]);
                });
            }
            case "mbarrier.arrive.shared::cta.b64" ->
                eachLane(o.address(1), (warp, lane, at) -> warp.block.counters.arrive(at, 0));
            case "mbarrier.arrive.shared::cluster.b64" ->
                eachLane(
                        o.address(1),
                        (warp, lane, at) -> warp.block
                                .cluster
                                .block(warp.block, at)
                                .counters
                                .arrive(Cluster.own(at), 0));
            case "mapa.shared::cluster.u32" -> {
                int to = o.register(0);
                int own = o.register(1);
                int rank = o.register(2);
                yield new Instruction.Action((warp, mask) -> {
                    long[] r = warp.registers;
                    for (int rest = mask; rest != 0; rest &= rest - 1) {
                        int lane = Integer.numberOfTrailingZeros(rest);
                        r[to + lane] = warp.block.cluster.address(r[own + lane] & LOW, r[rank + lane] & LOW);
                    }
                });
            }
            case "barrier.cluster.arrive.release" ->
                new Instruction.Action((warp, mask) -> {
                    if (((warp.arrived | warp.passing) & mask) != 0) {
                        throw new PtxError("lanes arrive at the cluster's barrier again before they have waited");
                    }
                    warp.arrived |= mask;
                });
            case "barrier.cluster.wait.acquire" ->
                new Instruction.Action(Instruction.Kind.BARRIER, (warp, mask) -> {
                    if ((mask & ~(warp.arrived | warp.passing)) != 0) {
                        throw new PtxError("lanes wait at the cluster's barrier that have not arrived");
                    }
                    for (int rest = mask; rest != 0; rest &= rest - 1) {
                        warp.barriers[Integer.numberOfTrailingZeros(rest)] = Warp.CLUSTER;
                    }
                });
            case "mbarrier.arrive.expect_tx.shared::cta.b64" -> {
                int bytes = o.register(2);
                yield eachLane(
                        o.address(1),
                        (warp, lane, at) -> warp.block.counters.arrive(at, (int) warp.registers[bytes + lane]));
            }
            case "mbarrier.try_wait.parity.shared::cta.b64" -> tryWait(o);
            case "cp.async.bulk.shared::cluster.global." + COUNTED -> bytes(o);
            case "cp.async.bulk.tensor.3d" + BULK + "tile." + COUNTED,
                    "cp.async.bulk.tensor.4d" + BULK + "tile." + COUNTED,
                    "cp.async.bulk.tensor.3d" + BULK + "tile." + COUNTED + ".multicast::cluster" -> box(o);
            default -> product(o);
        };
    }

    /** What a lane does at its address in shared memory. */
    @FunctionalInterface
    private interface AtAddress {
        void run(Warp warp, int lane, long address);
    }

    private static Instruction eachLane(Operands.Address address, AtAddress action) {
        return new Instruction.Action((warp, mask) -> {
            for (int rest = mask; rest != 0; rest &= rest - 1) {
                int lane = Integer.numberOfTrailingZeros(rest);
                action.run(warp, lane, at(warp, lane, address));
            }
        });
    }

    private static long at(Warp warp, int lane, Operands.Address address) {
        return warp.registers[address.register() + lane] + address.offset() & LOW;
    }

    private static Instruction tryWait(Operands o) {
        int predicate = o.predicate(0);
        Operands.Address address = o.address(1);
        int parity = o.register(2);
        return new Instruction.Action(Instruction.Kind.ASK, (warp, mask) -> {
            int past = 0;
            for (int rest = mask; rest != 0; rest &= rest - 1) {
                int lane = Integer.numberOfTrailingZeros(rest);
                boolean is = warp.block.counters.isPast(at(warp, lane, address), (int) warp.registers[parity + lane]);
                past |= is ? 1 << lane : 0;
            }
            Opcodes.set(warp, predicate, mask, past);
            warp.isRefused = past != mask;
        });
    }

    private static Instruction bytes(Operands o) {
        Operands.Address to = o.address(0);
        Operands.Address from = o.address(1);
        int bytes = o.register(2);
        Operands.Address counter = o.address(3);
        return eachLane(
                to,
                (warp, lane, at) -> warp.block.cluster.bulk.bytes(
                        warp,
                        lane,
                        at,
                        warp.registers[from.register() + lane] + from.offset(),
                        (int) warp.registers[bytes + lane],
                        at(warp, lane, counter)));
    }

    /** {@code [to], [map, {x, y, ...}], [counter]}, and perhaps a bit for each rank of the blocks that it goes to. */
    private static Instruction box(Operands o) {
        String text = o.inBrackets(1);
        int comma = text.indexOf(',');
        Operands.Address map = o.address(text.substring(0, comma).strip());
        String places = text.substring(comma + 1).strip();
        int[] axes = List.of(places.substring(1, places.length() - 1).split("\\s*,\\s*")).stream()
                .mapToInt(o::register)
                .toArray();
        Operands.Address counter = o.address(2);
        int blocks = o.count() > 3 ? o.register(3) : -1;
        return eachLane(o.address(0), (warp, lane, to) -> {
            int[] place = new int[axes.length];
            for (int i = 0; i < place.length; i++) {
                place[i] = (int) warp.registers[axes[i] + lane];
            }
            TensorBox box = warp.block.cluster.launch.tensorMap(
                    warp, lane, warp.registers[map.register() + lane] + map.offset());
            Cluster cluster = warp.block.cluster;
            long count = at(warp, lane, counter);
            if (blocks < 0) {
                cluster.bulk.box(warp, lane, warp.block, to, box, place, count);
                return;
            }
            for (long rest = warp.registers[blocks + lane] & 0xFFFF; rest != 0; rest &= rest - 1) {
                BlockOfThreads block = cluster.block(Long.numberOfTrailingZeros(rest));
                cluster.bulk.box(warp, lane, block, to, box, place, count);
            }
        });
    }

    /** {@code {d}, a, b, p, 1, 1} with transpositions of what is in shared memory. */
    private static Instruction product(Operands o) {
        Matcher matcher = PRODUCT.matcher(o.opcode());
        if (!matcher.matches()) {
            throw Opcodes.unknown(o);
        }
        int columns = Integer.parseInt(matcher.group(1));
        TensorCores.Element type = TensorCores.Element.valueOf(matcher.group(3).toUpperCase(Locale.ROOT));
        boolean inRegisters = o.isVector(1);
        int[] d = o.vector(0);
        int[] a = o.vector(1);
        int b = o.register(2);
        int adds = o.predicate(3);
        // Lines of TF32 run along the terms, and no operand says otherwise.
        boolean isNarrow = type != TensorCores.Element.TF32;
        boolean aAcross = isNarrow && !inRegisters && o.value(6) == 1;
        boolean bAcross = isNarrow && o.value(inRegisters ? 6 : 7) == 1;
        if (Integer.parseInt(matcher.group(2)) != type.depth()
                || inRegisters && !isNarrow
                || d.length != columns / 2
                || o.value(4) != 1
                || o.value(5) != 1
                || inRegisters && a.length != 4) {
            throw Opcodes.unknown(o);
        }
        return new Instruction.Action((warp, mask) -> {
            TensorCores.whole(mask);
            long[] r = warp.registers;
            long[] fragment = new long[inRegisters ? 4 * Lanes.COUNT : 0];
            for (int i = 0; i < fragment.length / Lanes.COUNT; i++) {
                System.arraycopy(r, a[i], fragment, i * Lanes.COUNT, Lanes.COUNT);
            }
            warp.products.add(new GroupProducts.Product(
                    type, columns, d, r[a[0]], fragment, r[b], (warp.predicates[adds] & 1) != 0, aAcross, bAcross));
        });
    }
}
