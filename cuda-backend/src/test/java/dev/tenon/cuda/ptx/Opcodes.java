package dev.tenon.cuda.ptx;

import java.util.List;

/** Makes an instruction of its text. */
final class Opcodes {
    private Opcodes() {}

    /** The instruction; what is not known is a {@link PtxError} that names it. */
    static Instruction instruction(Operands o) {
        List<String> parts = o.parts();
        return switch (parts.getFirst()) {
            case "ld", "ldu" -> load(o, parts);
            case "st" -> store(o, parts);
            case "mov" -> move(o);
            case "cvta" -> convertAddress(o, parts);
            case "selp" -> select(o);
            case "setp" -> compare(o);
            case "shfl" -> shuffle(o, parts);
            case "bar", "barrier" -> barrier(o);
            case "atom", "red" -> Atomics.instruction(o, parts);
            case "trap" ->
                new Instruction.Action((warp, mask) -> {
                    throw new PtxError("the kernel ends itself");
                });
            case "membar", "fence" -> new Instruction.Action((warp, mask) -> {});
            case "ldmatrix", "mma", "cp", "wgmma", "mbarrier", "mapa", "setmaxnreg" -> TensorCoreOpcodes.instruction(o);
            default -> {
                if (parts.getLast().equals("pred")) {
                    yield logic(o, parts.getFirst());
                }
                yield arithmetic(o);
            }
        };
    }

    static PtxError unknown(Operands o) {
        return new PtxError("an instruction that is not known here: " + o.opcode());
    }

    private static Instruction arithmetic(Operands o) {
        String opcode = o.opcode();
        if (opcode.equals("bfi.b32") || opcode.equals("bfi.b64")) {
            return compute(o, Integers.insert(opcode.endsWith("64") ? 64 : 32), 4);
        }
        if (opcode.equals("lop3.b32")) {
            Lanes logic = Integers.logic((int) o.value(4));
            return new Instruction.Compute(logic, o.register(0), o.register(1), o.register(2), o.register(3));
        }
        if (Carry.isOne(opcode)) {
            int c = o.count() > 3 ? o.register(3) : o.constant(0);
            return Carry.instruction(opcode, o.register(0), o.register(1), o.register(2), c);
        }
        Lanes lanes = opcode.startsWith("cvt.") ? Conversions.of(opcode) : Floats.of(opcode);
        if (lanes == null) {
            lanes = Pairs.of(opcode);
        }
        if (lanes == null) {
            lanes = Integers.of(opcode);
        }
        if (lanes == null) {
            throw unknown(o);
        }
        return compute(o, lanes, 3);
    }

    private static Instruction compute(Operands o, Lanes lanes, int most) {
        if (o.count() < 2 || o.count() > most + 1) {
            throw unknown(o);
        }
        int[] from = new int[o.count() - 1];
        for (int i = 0; i < from.length; i++) {
            from[i] = o.register(i + 1);
        }
        return new Instruction.Compute(lanes, o.register(0), from);
    }

    private static Space space(List<String> parts) {
        return parts.stream()
                .map(Space::of)
                .filter(space -> space != null)
                .findFirst()
                .orElse(Space.GENERIC);
    }

    /** An element's type, by its last part. */
    static IntegerType element(Operands o, List<String> parts) {
        return switch (parts.getLast()) {
            case "f16", "bf16" -> new IntegerType(16, false);
            case "f32" -> new IntegerType(32, false);
            case "f64" -> new IntegerType(64, false);
            default -> {
                IntegerType type = IntegerType.of(parts.getLast());
                if (type == null) {
                    throw unknown(o);
                }
                yield type;
            }
        };
    }

    private static void checkModifiers(Operands o, List<String> parts) {
        for (String part : parts.subList(1, parts.size() - 1)) {
            // Hints to caches have no meaning here; .relaxed and the like would need one.
            boolean known = Space.of(part) != null
                    || List.of("v2", "v4", "nc", "cg", "ca", "cs", "L1::no_allocate")
                            .contains(part);
            if (!known) {
                throw unknown(o);
            }
        }
    }

    private static Instruction load(Operands o, List<String> parts) {
        checkModifiers(o, parts);
        Space space = space(parts);
        if (space == Space.PARAMETER) {
            Integer handed = o.handed(1);
            if (handed != null) {
                return copy(o.register(0), handed);
            }
        }
        Operands.Address address = o.address(1);
        IntegerType type = element(o, parts);
        MemoryAccess access = new MemoryAccess(
                space, type.bits() / 8, type.isSigned(), address.register(), address.offset(), o.vector(0));
        boolean once = space == Space.PARAMETER && address.isConstant();
        return new Instruction.Action(once ? access::loadOnce : access::load);
    }

    private static Instruction store(Operands o, List<String> parts) {
        checkModifiers(o, parts);
        Space space = space(parts);
        if (space == Space.PARAMETER) {
            Integer handed = o.handed(0);
            if (handed == null) {
                throw unknown(o);
            }
            return copy(handed, o.register(1));
        }
        Operands.Address address = o.address(0);
        IntegerType type = element(o, parts);
        MemoryAccess access =
                new MemoryAccess(space, type.bits() / 8, false, address.register(), address.offset(), o.vector(1));
        return new Instruction.Action(access::store);
    }

    private static Instruction copy(int to, int from) {
        return new Instruction.Compute(
                (r, out, d, a, b, c, e) -> System.arraycopy(r, a, out, d, Lanes.COUNT), to, from);
    }

    private static Instruction move(Operands o) {
        List<String> parts = o.parts();
        if (parts.getLast().equals("pred")) {
            return logic(o, "mov");
        }
        int bits = element(o, parts).bits();
        if (o.isVector(0)) {
            int[] to = o.vector(0);
            int from = o.register(1);
            int part = bits / to.length;
            return new Instruction.Action((warp, mask) -> unpack(warp, mask, to, from, part));
        }
        if (o.isVector(1)) {
            int[] from = o.vector(1);
            int to = o.register(0);
            int part = bits / from.length;
            return new Instruction.Action((warp, mask) -> pack(warp, mask, to, from, part));
        }
        return copy(o.register(0), o.register(1));
    }

    private static void unpack(Warp warp, int mask, int[] to, int from, int bits) {
        long[] r = warp.registers;
        for (int rest = mask; rest != 0; rest &= rest - 1) {
            int lane = Integer.numberOfTrailingZeros(rest);
            long value = r[from + lane];
            for (int i = 0; i < to.length; i++) {
                r[to[i] + lane] = value >>> bits * i;
            }
        }
    }

    private static void pack(Warp warp, int mask, int to, int[] from, int bits) {
        long[] r = warp.registers;
        for (int rest = mask; rest != 0; rest &= rest - 1) {
            int lane = Integer.numberOfTrailingZeros(rest);
            long value = 0;
            for (int i = 0; i < from.length; i++) {
                value |= (r[from[i] + lane] & (1L << bits) - 1) << bits * i;
            }
            r[to + lane] = value;
        }
    }

    /** From a space's own addresses to generic ones, or back; global addresses and those of tensor maps are the same in both. */
    private static Instruction convertAddress(Operands o, List<String> parts) {
        boolean back = parts.get(1).equals("to");
        Space space = Space.of(parts.get(back ? 2 : 1));
        if (space == null) {
            throw unknown(o);
        }
        long add = back ? -space.window() : space.window();
        return new Instruction.Compute(Lanes.each((a, b, c) -> a + add), o.register(0), o.register(1));
    }

    private static Instruction select(Operands o) {
        int to = o.register(0);
        int a = o.register(1);
        int b = o.register(2);
        int predicate = o.predicate(3);
        return new Instruction.Action((warp, mask) -> {
            long[] r = warp.registers;
            int chosen = warp.predicates[predicate];
            for (int i = 0; i < Lanes.COUNT; i++) {
                if ((mask >> i & 1) != 0) {
                    r[to + i] = (chosen >> i & 1) != 0 ? r[a + i] : r[b + i];
                }
            }
        });
    }

    private static Instruction compare(Operands o) {
        Comparisons comparison = Comparisons.of(o.opcode());
        if (comparison == null || o.count() != 3) {
            throw unknown(o);
        }
        return new Instruction.Compare(comparison, o.predicate(0), o.register(1), o.register(2));
    }

    private static Instruction logic(Operands o, String operation) {
        int to = o.predicate(0);
        if (!o.isPredicate(1)) {
            int value = o.value(1) != 0 ? -1 : 0;
            return new Instruction.Action((warp, mask) -> set(warp, to, mask, value));
        }
        int a = o.predicate(1);
        int b = o.count() > 2 ? o.predicate(2) : a;
        return new Instruction.Action(
                switch (operation) {
                    case "mov" -> (warp, mask) -> set(warp, to, mask, warp.predicates[a]);
                    case "not" -> (warp, mask) -> set(warp, to, mask, ~warp.predicates[a]);
                    case "and" -> (warp, mask) -> set(warp, to, mask, warp.predicates[a] & warp.predicates[b]);
                    case "or" -> (warp, mask) -> set(warp, to, mask, warp.predicates[a] | warp.predicates[b]);
                    case "xor" -> (warp, mask) -> set(warp, to, mask, warp.predicates[a] ^ warp.predicates[b]);
                    default -> throw unknown(o);
                });
    }

    static void set(Warp warp, int predicate, int mask, int value) {
        warp.predicates[predicate] = warp.predicates[predicate] & ~mask | value & mask;
    }

    private static Instruction shuffle(Operands o, List<String> parts) {
        if (parts.size() != 4 || !parts.get(1).equals("sync") || !parts.get(3).equals("b32")) {
            throw unknown(o);
        }
        Exchange.Mode mode = switch (parts.get(2)) {
            case "bfly" -> Exchange.Mode.BFLY;
            case "idx" -> Exchange.Mode.IDX;
            case "up" -> Exchange.Mode.UP;
            case "down" -> Exchange.Mode.DOWN;
            default -> throw unknown(o);
        };
        String[] results = o.text(0).split("\\|");
        int to = o.register(results[0].strip());
        int predicate = results.length == 1 ? -1 : o.predicate(results[1].strip());
        int a = o.register(1);
        int b = o.register(2);
        int c = o.register(3);
        int members = o.register(4);
        return new Instruction.Action(
                (warp, mask) -> Exchange.shuffle(warp, mask, mode, to, predicate, a, b, c, members));
    }

    private static Instruction barrier(Operands o) {
        return switch (o.opcode()) {
            case "bar.sync", "barrier.sync", "barrier.sync.aligned" ->
                new Instruction.Barrier(o.register(0), o.count() > 1 ? o.register(1) : -1);
            case "bar.warp.sync" -> {
                int members = o.register(0);
                yield new Instruction.Action((warp, mask) -> Exchange.together(
                        warp, mask, (int) warp.registers[members + Integer.numberOfTrailingZeros(mask)]));
            }
            default -> HopperOpcodes.instruction(o);
        };
    }
}
