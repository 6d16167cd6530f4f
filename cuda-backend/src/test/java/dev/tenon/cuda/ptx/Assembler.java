package dev.tenon.cuda.ptx;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Makes a {@link Program} of a kernel: registers and labels are found once. A function that is called becomes part of the kernel at each of its
 * calls, so that a program is one list of instructions.
 */
final class Assembler {
    private static final Pattern GUARDED = Pattern.compile("@(!?)([\\w%$]+)\\s+(.*)");
    private static final Pattern REGISTERS = Pattern.compile("\\.reg\\s+\\.(\\w+)\\s+(.*)");
    private static final Pattern VARIABLE = Pattern.compile(
            "(?:\\.visible\\s+|\\.extern\\s+)?\\.(shared|local|global|const)\\s+(?:\\.align\\s+(\\d+)\\s+)?\\.[a-z](\\d+)\\s+([\\w$]+)"
                    + "(?:\\[(\\d*)\\])?(?:\\s*=\\s*\\{([^}]*)\\})?");
    private static final int DYNAMIC_ALIGNMENT = 16;
    /** The label behind a function's body. */
    private static final String END = "";

    private final PtxModule module;
    private final PtxModule.Function kernel;
    private final List<Instruction> code = new ArrayList<>();
    private final List<Jump> jumps = new ArrayList<>();
    private final Scope outermost = new Scope(null, null);
    private final Registers registers = new Registers();
    private byte[] moduleMemory = new byte[0];
    private int sharedBytes;
    private int localBytes;

    private record Jump(Instruction.Branch branch, String label, Scope scope) {}

    Assembler(PtxModule module, PtxModule.Function kernel) {
        this.module = module;
        this.kernel = kernel;
    }

    Program program() {
        module.variables().forEach(variable -> declare(variable.text(), outermost));
        Scope body = new Scope(outermost, null);
        for (Program.Parameter parameter : kernel.parameters()) {
            body.addresses.put(parameter.name(), (long) parameter.offset());
        }
        // Memory that is asked for comes after all that is declared.
        for (PtxModule.Statement statement : kernel.statements()) {
            if (statement.text().startsWith(".shared")) {
                declare(statement.text(), body);
            }
        }
        sharedBytes = align(sharedBytes, DYNAMIC_ALIGNMENT);
        long dynamic = sharedBytes;
        outermost.addresses.replaceAll((name, address) -> address == null || address < 0 ? dynamic : address);
        assemble(kernel.statements(), body);
        code.add(new Instruction.Exit());
        for (Jump jump : jumps) {
            Scope scope = jump.scope.find(s -> s.labels.containsKey(jump.label));
            if (scope == null) {
                throw new PtxError(kernel.name() + ": no label " + jump.label);
            }
            jump.branch.target = scope.labels.get(jump.label);
        }
        return new Program(
                kernel.name(),
                code.toArray(Instruction[]::new),
                registers.slots(),
                registers.predicates(),
                registers.constants(),
                sharedBytes,
                localBytes,
                kernel.cluster(),
                kernel.parameters(),
                moduleMemory);
    }

    private static int align(int bytes, int alignment) {
        return (bytes + alignment - 1) / alignment * alignment;
    }

    private void assemble(List<PtxModule.Statement> statements, Scope body) {
        Scope scope = body;
        for (PtxModule.Statement statement : statements) {
            String text = statement.text();
            if (text.equals("{")) {
                scope = new Scope(scope, null);
            } else if (text.equals("}")) {
                Scope parent = scope.parent;
                if (parent == null) {
                    throw new PtxError("a brace too many in line " + statement.line());
                }
                scope = parent;
            } else if (text.endsWith(":")) {
                scope.labels.put(text.substring(0, text.length() - 1), code.size());
            } else if (text.startsWith(".")) {
                if (!text.startsWith(".shared")) {
                    declare(text, scope);
                }
            } else {
                add(statement, scope);
            }
        }
        body.labels.put(END, code.size());
    }

    private void declare(String text, Scope scope) {
        Matcher register = REGISTERS.matcher(text);
        if (register.matches()) {
            boolean predicate = register.group(1).equals("pred");
            for (String name : register.group(2).split("\\s*,\\s*")) {
                registers.declare(scope, name, predicate);
            }
            return;
        }
        if (text.startsWith(".param")) {
            scope.handed.add(text.replaceAll("\\[.*", "").replaceAll(".*\\s", ""));
            return;
        }
        Matcher variable = VARIABLE.matcher(text);
        if (variable.matches()) {
            int unit = Integer.parseInt(variable.group(3)) / 8;
            int alignment = variable.group(2) == null ? unit : Integer.parseInt(variable.group(2));
            String count = variable.group(5);
            int bytes = count == null ? unit : count.isEmpty() ? -1 : unit * Integer.parseInt(count);
            scope.addresses.put(
                    variable.group(4), variable(variable.group(1), alignment, bytes, unit, variable.group(6)));
            return;
        }
        if (!text.startsWith(".pragma") && !text.startsWith(".loc") && !text.startsWith(".file")) {
            throw new PtxError("the declaration " + text);
        }
    }

    /** A new variable's address; below 0 for the shared memory that a launch asks for. */
    private long variable(String space, int alignment, int bytes, int unit, @Nullable String values) {
        switch (space) {
            case "shared" -> {
                if (bytes < 0) {
                    return -1;
                }
                int at = align(sharedBytes, alignment);
                sharedBytes = at + bytes;
                return at;
            }
            case "local" -> {
                int at = align(localBytes, alignment);
                localBytes = at + bytes;
                return at;
            }
            default -> {
                if (unit != 1 || !space.equals("global")) {
                    throw new PtxError("a variable in " + space + " memory of " + unit + " bytes an element");
                }
                int at = align(moduleMemory.length, alignment);
                moduleMemory = Arrays.copyOf(moduleMemory, at + bytes);
                String[] given = values == null ? new String[0] : values.strip().split("\\s*,\\s*");
                for (int i = 0; i < given.length; i++) {
                    moduleMemory[at + i] = (byte) Integer.parseInt(given[i]);
                }
                return Space.MODULE + at;
            }
        }
    }

    private void add(PtxModule.Statement statement, Scope scope) {
        String text = statement.text();
        int guard = -1;
        boolean negated = false;
        Matcher guarded = GUARDED.matcher(text);
        if (guarded.matches()) {
            guard = registers.predicate(scope, guarded.group(2));
            negated = !guarded.group(1).isEmpty();
            text = guarded.group(3);
        }
        if (text.startsWith("call")) {
            if (guard >= 0) {
                throw new PtxError("a call of some lanes, line " + statement.line());
            }
            call(text, scope);
            return;
        }
        Operands operands = new Operands(text, scope, registers);
        Instruction instruction = switch (operands.opcode()) {
            case "bra", "bra.uni" -> branch(operands.text(0), scope);
            case "ret", "ret.uni" -> scope.isCalled ? branch(END, scope) : new Instruction.Exit();
            case "exit" -> new Instruction.Exit();
            default -> {
                try {
                    yield Opcodes.instruction(operands);
                } catch (PtxError e) {
                    throw new PtxError(
                            "%s, line %d, `%s`: %s".formatted(kernel.name(), statement.line(), text, e.getMessage()),
                            e);
                }
            }
        };
        instruction.guard = guard;
        instruction.guardIsNegated = negated;
        instruction.line = statement.line();
        instruction.text = statement.text();
        code.add(instruction);
    }

    private Instruction branch(String label, Scope scope) {
        Instruction.Branch branch = new Instruction.Branch();
        jumps.add(new Jump(branch, label, scope));
        return branch;
    }

    /** {@code call (returned), name, (given)}. */
    private void call(String text, Scope scope) {
        Matcher call = Pattern.compile(
                        "call(?:\\.uni)?\\s*(?:\\(([^)]*)\\)\\s*,)?\\s*(\\w+)\\s*(?:,\\s*\\(([^)]*)\\))?")
                .matcher(text);
        if (!call.matches()) {
            throw new PtxError("the call " + text);
        }
        PtxModule.Function function = module.function(call.group(2));
        Scope body = new Scope(outermost, scope);
        if (call.group(1) != null) {
            body.aliases.put(function.returned().getFirst(), call.group(1).strip());
        }
        String[] given =
                call.group(3) == null ? new String[0] : call.group(3).strip().split("\\s*,\\s*");
        for (int i = 0; i < given.length; i++) {
            body.aliases.put(function.parameters().get(i).name(), given[i]);
        }
        assemble(function.statements(), body);
    }
}
