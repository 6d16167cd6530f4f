package dev.tenon.cuda.ptx;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** An instruction's opcode and operands, as they are written. */
final class Operands {
    private final String opcode;
    private final List<String> operands = new ArrayList<>();
    private final Scope scope;
    private final Registers registers;

    /**
     * An address.
     *
     * @param register the first slot of the register that it counts from
     */
    record Address(int register, long offset, boolean isConstant) {}

    Operands(String text, Scope scope, Registers registers) {
        this.scope = scope;
        this.registers = registers;
        int blank = text.indexOf(' ');
        this.opcode = blank < 0 ? text : text.substring(0, blank);
        if (blank >= 0) {
            split(text.substring(blank + 1), operands);
        }
    }

    private static void split(String text, List<String> into) {
        int depth = 0;
        int from = 0;
        for (int i = 0; i <= text.length(); i++) {
            char c = i == text.length() ? ',' : text.charAt(i);
            if (c == '{' || c == '[') {
                depth++;
            } else if (c == '}' || c == ']') {
                depth--;
            } else if (c == ',' && depth == 0) {
                into.add(text.substring(from, i).strip());
                from = i + 1;
            }
        }
    }

    String opcode() {
        return opcode;
    }

    /** The opcode's parts. */
    List<String> parts() {
        return Arrays.asList(opcode.split("\\."));
    }

    int count() {
        return operands.size();
    }

    String text(int operand) {
        if (operand >= operands.size()) {
            throw new PtxError("only " + operands.size() + " operands");
        }
        return operands.get(operand);
    }

    boolean isVector(int operand) {
        return text(operand).startsWith("{");
    }

    int register(int operand) {
        return registers.operand(scope, text(operand));
    }

    /** The registers of a vector, or the one of what is none. */
    int[] vector(int operand) {
        String text = text(operand);
        if (!text.startsWith("{")) {
            return new int[] {register(operand)};
        }
        return elements(operand).stream()
                .mapToInt(name -> registers.operand(scope, name))
                .toArray();
    }

    List<String> elements(int operand) {
        List<String> elements = new ArrayList<>();
        String text = text(operand);
        split(text.substring(1, text.length() - 1), elements);
        return elements;
    }

    boolean isPredicate(int operand) {
        return registers.isPredicate(scope, text(operand));
    }

    int predicate(int operand) {
        return registers.predicate(scope, text(operand));
    }

    int predicate(String name) {
        return registers.predicate(scope, name);
    }

    int register(String name) {
        return registers.operand(scope, name);
    }

    long value(int operand) {
        return registers.value(scope, text(operand));
    }

    int constant(long value) {
        return registers.constant(value);
    }

    /** What is in brackets, up to a comma: a register or a variable, and perhaps an offset. */
    Address address(int operand) {
        return address(inBrackets(operand));
    }

    Address address(String text) {
        int plus = text.indexOf('+');
        String base = plus < 0 ? text : text.substring(0, plus).strip();
        long offset = plus < 0 ? 0 : Long.parseLong(text.substring(plus + 1).strip());
        if (base.startsWith("%")) {
            return new Address(registers.operand(scope, base), offset, false);
        }
        return new Address(registers.constant(registers.value(scope, base) + offset), 0, true);
    }

    String inBrackets(int operand) {
        String text = text(operand);
        if (!text.startsWith("[") || !text.endsWith("]")) {
            throw new PtxError("the address " + text);
        }
        return text.substring(1, text.length() - 1).strip();
    }

    /** The register that keeps what a call hands over, where an operand names it by its address; else null. */
    @Nullable
    Integer handed(int operand) {
        String text = inBrackets(operand);
        int plus = text.indexOf('+');
        String name = plus < 0 ? text : text.substring(0, plus);
        int register = registers.handed(scope, name, plus < 0 ? 0 : Long.parseLong(text.substring(plus + 1)));
        return register < 0 ? null : register;
    }
}
