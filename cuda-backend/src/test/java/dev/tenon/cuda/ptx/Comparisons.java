package dev.tenon.cuda.ptx;

import static java.lang.Double.longBitsToDouble;
import static java.lang.Float.intBitsToFloat;

import org.jspecify.annotations.Nullable;

/** {@code setp}: comparisons of all lanes, a bit each. */
@FunctionalInterface
interface Comparisons {
    int run(long[] r, int a, int b);

    /** What an opcode compares; null if it is not known. */
    static @Nullable Comparisons of(String opcode) {
        String[] parts = opcode.split("\\.");
        if (parts.length != 3 || !parts[0].equals("setp")) {
            return null;
        }
        return switch (parts[2]) {
            case "f32" -> floats(Relation.of(parts[1]), false);
            case "f64" -> floats(Relation.of(parts[1]), true);
            default -> {
                IntegerType type = IntegerType.of(parts[2]);
                yield type == null ? null : integers(Relation.of(parts[1]), type);
            }
        };
    }

    /** Which of less, equal, greater and not comparable make a comparison true. */
    record Relation(boolean less, boolean equal, boolean greater, boolean unordered) {
        static Relation of(String name) {
            return switch (name) {
                case "eq" -> new Relation(false, true, false, false);
                case "ne" -> new Relation(true, false, true, false);
                case "lt", "lo" -> new Relation(true, false, false, false);
                case "le", "ls" -> new Relation(true, true, false, false);
                case "gt", "hi" -> new Relation(false, false, true, false);
                case "ge", "hs" -> new Relation(false, true, true, false);
                case "equ" -> new Relation(false, true, false, true);
                case "neu" -> new Relation(true, false, true, true);
                case "ltu" -> new Relation(true, false, false, true);
                case "leu" -> new Relation(true, true, false, true);
                case "gtu" -> new Relation(false, false, true, true);
                case "geu" -> new Relation(false, true, true, true);
                case "num" -> new Relation(true, true, true, false);
                case "nan" -> new Relation(false, false, false, true);
                default -> throw new PtxError("comparison ." + name);
            };
        }

        /** Bits of the answers: unordered 0, less 1, equal 2, greater 3. */
        int answers() {
            return (unordered ? 1 : 0) | (less ? 2 : 0) | (equal ? 4 : 0) | (greater ? 8 : 0);
        }
    }

    private static Comparisons integers(Relation relation, IntegerType type) {
        int answers = relation.answers();
        int unused = 64 - type.bits();
        // Moved to the top of 64 bits, and with the sign turned where there is none, all types compare alike.
        long turn = type.isSigned() ? 0 : Long.MIN_VALUE;
        return (r, a, b) -> {
            int result = 0;
            for (int i = 0; i < Lanes.COUNT; i++) {
                int order = Long.compare(r[a + i] << unused ^ turn, r[b + i] << unused ^ turn);
                result |= (answers >> order + 2 & 1) << i;
            }
            return result;
        };
    }

    private static Comparisons floats(Relation relation, boolean wide) {
        int answers = relation.answers();
        return (r, a, b) -> {
            int result = 0;
            for (int i = 0; i < Lanes.COUNT; i++) {
                double left = wide ? longBitsToDouble(r[a + i]) : intBitsToFloat((int) r[a + i]);
                double right = wide ? longBitsToDouble(r[b + i]) : intBitsToFloat((int) r[b + i]);
                int order = left < right ? 1 : left == right ? 2 : left > right ? 3 : 0;
                result |= (answers >> order & 1) << i;
            }
            return result;
        };
    }
}
