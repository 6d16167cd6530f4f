package dev.tenon.cuda.ptx;

import java.util.List;

/** {@code atom} and {@code red}: blocks run one after the other, so each is simply done. */
final class Atomics {
    private Atomics() {}

    static Instruction instruction(Operands o, List<String> parts) {
        boolean returns = parts.getFirst().equals("atom");
        Space space = Space.GENERIC;
        String operation = "";
        for (String part : parts.subList(1, parts.size() - 1)) {
            Space named = Space.of(part);
            if (named != null) {
                space = named;
            } else if (!List.of("relaxed", "acq_rel", "acquire", "release", "gpu", "cta")
                    .contains(part)) {
                operation = part;
            }
        }
        IntegerType type = Opcodes.element(o, parts);
        Lanes.Lane change = change(o, operation, type, parts.getLast());
        int first = returns ? 1 : 0;
        Operands.Address address = o.address(first);
        MemoryAccess access = new MemoryAccess(
                space, type.bits() / 8, type.isSigned(), address.register(), address.offset(), new int[0]);
        int result = returns ? o.register(0) : -1;
        int operand = o.register(first + 1);
        int compared = o.count() > first + 2 ? o.register(first + 2) : operand;
        return new Instruction.Action((warp, mask) -> access.atomic(warp, mask, result, operand, compared, change));
    }

    private static Lanes.Lane change(Operands o, String operation, IntegerType type, String name) {
        if (name.startsWith("f")) {
            if (operation.equals("add") && name.equals("f32")) {
                return (before, b, c) ->
                        Float.floatToRawIntBits(Float.intBitsToFloat((int) before) + Float.intBitsToFloat((int) b));
            }
            throw Opcodes.unknown(o);
        }
        return switch (operation) {
            case "add" -> (before, b, c) -> before + b;
            case "and" -> (before, b, c) -> before & b;
            case "or" -> (before, b, c) -> before | b;
            case "xor" -> (before, b, c) -> before ^ b;
            case "exch" -> (before, b, c) -> b;
            case "min" -> (before, b, c) -> type.compare(before, b) < 0 ? before : b;
            case "max" -> (before, b, c) -> type.compare(before, b) > 0 ? before : b;
            case "cas" -> (before, b, c) -> type.compare(before, b) == 0 ? c : before;
            default -> throw Opcodes.unknown(o);
        };
    }
}
