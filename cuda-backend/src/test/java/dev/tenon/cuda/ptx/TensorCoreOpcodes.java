package dev.tenon.cuda.ptx;

/** Instructions of tensor cores and of what feeds them, from their text. */
final class TensorCoreOpcodes {
    private TensorCoreOpcodes() {}

    static Instruction instruction(Operands o) {
        return switch (o.opcode()) {
            case "mma.sync.aligned.m16n8k16.row.col.f32.bf16.bf16.f32" -> multiply(o, TensorCores.Element.BF16);
            case "mma.sync.aligned.m16n8k16.row.col.f32.f16.f16.f32" -> multiply(o, TensorCores.Element.F16);
            case "mma.sync.aligned.m16n8k8.row.col.f32.tf32.tf32.f32" -> multiply(o, TensorCores.Element.TF32);
            case "ldmatrix.sync.aligned.m8n8.x4.shared.b16" -> loadMatrices(o, false);
            case "ldmatrix.sync.aligned.m8n8.x4.trans.shared.b16" -> loadMatrices(o, true);
            case "cp.async.cg.shared.global" -> copy(o);
            case "cp.async.commit_group" ->
                new Instruction.Action((warp, mask) -> {
                    all(warp, mask);
                    warp.copies.commit();
                });
            case "cp.async.wait_group" -> {
                int left = (int) o.value(0);
                yield new Instruction.Action((warp, mask) -> {
                    all(warp, mask);
                    warp.copies.await(left);
                });
            }
            default -> HopperOpcodes.instruction(o);
        };
    }

    /** Groups of copies are counted for the warp as one. */
    private static void all(Warp warp, int mask) {
        if (mask != warp.alive()) {
            throw new PtxError("lanes %08x of %08x count copies apart".formatted(mask, warp.alive()));
        }
    }

    private static Instruction multiply(Operands o, TensorCores.Element type) {
        int[] d = o.vector(0);
        int[] a = o.vector(1);
        int[] b = o.vector(2);
        int[] c = o.vector(3);
        if (d.length != 4 || a.length != 4 || b.length != 2 || c.length != 4) {
            throw Opcodes.unknown(o);
        }
        return new Instruction.Action((warp, mask) -> TensorCores.multiply(warp, mask, type, d, a, b, c));
    }

    private static Instruction loadMatrices(Operands o, boolean transposed) {
        int[] to = o.vector(0);
        Operands.Address address = o.address(1);
        return new Instruction.Action((warp, mask) ->
                TensorCores.loadMatrices(warp, mask, to, address.register(), address.offset(), transposed));
    }

    private static Instruction copy(Operands o) {
        Operands.Address to = o.address(0);
        Operands.Address from = o.address(1);
        int bytes = (int) o.value(2);
        int fromBytes = o.count() > 3 ? o.register(3) : -1;
        return new Instruction.Action((warp, mask) -> TensorCores.copy(
                warp, mask, to.register(), to.offset(), from.register(), from.offset(), bytes, fromBytes));
    }
}
