package dev.tenon.cuda.ptx;

import java.util.List;

/**
 * A kernel that can be run.
 *
 * @param registers slots of its registers, constants and special registers included
 * @param sharedBytes that a block has without asking; what is asked for follows, at the same multiple of 16
 * @param localBytes that a thread has
 * @param cluster blocks of a cluster, along x
 * @param parameters in the order in which they are given
 * @param moduleMemory what the module declares in global memory, at {@link Space#MODULE}
 */
record Program(
        String name,
        Instruction[] code,
        int registers,
        int predicates,
        Constants constants,
        int sharedBytes,
        int localBytes,
        int cluster,
        List<Parameter> parameters,
        byte[] moduleMemory) {
    /** A parameter and where it lies among the others. */
    record Parameter(String name, int offset, int bytes) {}

    int parameterBytes() {
        return parameters.isEmpty()
                ? 0
                : parameters.getLast().offset() + parameters.getLast().bytes();
    }
}
