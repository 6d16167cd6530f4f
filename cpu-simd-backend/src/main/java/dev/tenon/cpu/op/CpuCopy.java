package dev.tenon.cpu.op;

import dev.tenon.cpu.plan.CopyLoop;
import dev.tenon.op.Copy;

final class CpuCopy {
    private CpuCopy() {}

    static Runnable bind(Copy op, CpuContext context) {
        return CopyLoop.bind(context.team(), op.in(), op.out());
    }
}
