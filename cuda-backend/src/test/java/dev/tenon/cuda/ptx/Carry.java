package dev.tenon.cuda.ptx;

import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Arithmetic of 32 bits that leaves a carry, or takes one. */
final class Carry {
    private static final Pattern OPCODE = Pattern.compile("(add|sub|mad)(c?)(?:\\.(lo|hi))?(\\.cc)?\\.[us]32");
    private static final long LOW = 0xFFFFFFFFL;

    private Carry() {}

    static boolean isOne(String opcode) {
        Matcher matcher = OPCODE.matcher(opcode);
        return matcher.matches() && (!matcher.group(2).isEmpty() || matcher.group(4) != null);
    }

    /** @param to the first slot of the result; those of the operands likewise */
    static Instruction instruction(String opcode, int to, int a, int b, int c) {
        Matcher matcher = OPCODE.matcher(opcode);
        if (!matcher.matches()) {
            throw new PtxError(opcode);
        }
        String operation = matcher.group(1);
        boolean takes = !matcher.group(2).isEmpty();
        boolean high = "hi".equals(matcher.group(3));
        boolean leaves = matcher.group(4) != null;
        if (operation.equals("mad") && high && opcode.endsWith("s32")) {
            throw new PtxError("an instruction that is not known here: " + opcode);
        }
        return new Instruction.Action((warp, mask) -> {
            long[] r = warp.registers;
            int carries = 0;
            for (int i = 0; i < Lanes.COUNT; i++) {
                long carry = takes ? warp.carry >> i & 1 : 0;
                long left = r[a + i] & LOW;
                long right = r[b + i] & LOW;
                long result = switch (operation) {
                    case "add" -> left + right + carry;
                    case "sub" -> left - right - carry;
                    default -> (high ? left * right >>> 32 : left * right & LOW) + (r[c + i] & LOW) + carry;
                };
                warp.scratch[i] = result & LOW;
                carries |= (result & ~LOW) != 0 ? 1 << i : 0;
            }
            warp.merge(to, mask);
            if (leaves) {
                warp.carry = warp.carry & ~mask | carries & mask;
            }
        });
    }
}
