package dev.tenon.cpu.op;

import dev.tenon.cpu.CpuBackend;
import dev.tenon.error.UnsupportedOpException;
import dev.tenon.op.CustomImplementation;
import dev.tenon.op.CustomImplementation.HostMethod;
import dev.tenon.op.CustomImplementation.KernelSource;
import dev.tenon.op.CustomOp;

/** Runs a user's own method over the operands. */
final class CpuCustomOp {
    private CpuCustomOp() {}

    static Runnable bind(CustomOp op) {
        CustomImplementation implementation = op.kernel()
                .implementation(CpuBackend.NAME)
                .orElseThrow(() -> new UnsupportedOpException(op.name(), CpuBackend.NAME, "no implementation for it"));
        return switch (implementation) {
            case HostMethod method -> () -> method.run(op.inputs(), op.outputs());
            case KernelSource _ ->
                throw new UnsupportedOpException(op.name(), CpuBackend.NAME, CpuSupport.NOT_A_METHOD);
        };
    }
}
