package dev.tenon;

import static org.junit.jupiter.api.Assertions.assertDoesNotThrow;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.tenon.error.ShapeException;
import dev.tenon.op.Activation;
import dev.tenon.op.Binary;
import dev.tenon.op.BinaryKind;
import dev.tenon.op.Cast;
import dev.tenon.op.Copy;
import dev.tenon.op.Epilogue;
import dev.tenon.op.GatedActivation;
import dev.tenon.op.LayerNorm;
import dev.tenon.op.Matmul;
import dev.tenon.op.Op;
import dev.tenon.op.TopK;
import dev.tenon.op.Unary;
import dev.tenon.op.UnaryKind;
import java.util.Arrays;
import java.util.HashSet;
import java.util.Set;
import org.junit.jupiter.api.Test;

class AliasingTest {
    private final Device device = NullDevice.device();

    private Tensor tensor(long... sizes) {
        return Tensor.empty(device, DType.F32, sizes);
    }

    private static void refused(Op op) {
        assertThrows(ShapeException.class, () -> Aliasing.check(op));
    }

    private static void allowed(Op op) {
        assertDoesNotThrow(() -> Aliasing.check(op));
    }

    @Test
    void elementwiseMayRunInPlaceElementForElement() {
        Tensor a = tensor(4, 4);
        Tensor b = tensor(4, 4);
        allowed(new Unary(UnaryKind.EXP, a, a));
        allowed(new Binary(BinaryKind.ADD, a, b, a));
        allowed(new Binary(BinaryKind.ADD, a, b, b));
        refused(new Unary(UnaryKind.EXP, a, a.transpose()));
        refused(new Unary(UnaryKind.EXP, a.slice(0, 0, 3), a.slice(0, 1, 4)));
        refused(new Binary(BinaryKind.ADD, a.slice(0, 0, 1).broadcastTo(4, 4), b, a));
    }

    @Test
    void otherOperatorsMayNot() {
        Tensor a = tensor(4, 4);
        refused(new Copy(a, a));
        refused(new Matmul(a, tensor(4, 4), Epilogue.NONE, a));
        Tensor out = tensor(4, 4);
        allowed(new Matmul(a, tensor(4, 4), new Epilogue(1, null, Activation.NONE, out), out));
        Tensor ints = Tensor.empty(device, DType.I32, 4, 4);
        refused(new Cast(ints, ints));
    }

    @Test
    void outputsMayNotRepeatOrMeet() {
        Tensor a = tensor(4, 4);
        Tensor row = tensor(4);
        refused(new Copy(a, row.broadcastTo(4, 4)));
        Tensor values = tensor(4, 2);
        Tensor both = Tensor.empty(device, DType.I64, 4, 2);
        allowed(new TopK(a, values, both));
        Tensor out = tensor(5, 4);
        Tensor stats = tensor(8);
        refused(new LayerNorm(a, null, null, 0, out.slice(0, 0, 4), stats.slice(0, 0, 4), stats.slice(0, 3, 7)));
        allowed(new LayerNorm(a, null, null, 0, out.slice(0, 0, 4), stats.slice(0, 0, 4), stats.slice(0, 4, 8)));
    }

    @Test
    void columnsOfOneTensorDoNotMeet() {
        // Parts of a fused projection, in a storage that does not start with them.
        Tensor all = tensor(1000).withLayout(Layout.of(Shape.of(6, 150), new long[] {150, 1}, 17));
        Tensor gate = all.slice(1, 0, 50);
        Tensor up = all.slice(1, 50, 100);
        allowed(new GatedActivation(Activation.SILU, gate, up, all.slice(1, 100, 150)));
        allowed(new GatedActivation(Activation.SILU, gate, up, gate));
        refused(new GatedActivation(Activation.SILU, gate, up, all.slice(1, 99, 149)));
        allowed(new Unary(UnaryKind.EXP, all.slice(1, 100, 150), gate));
    }

    /** Never passes an overlap: the check may be coarse, but only to the safe side. */
    @Test
    void everyOverlapIsRefused() {
        Tensor storage = tensor(4000);
        int[] passed = new int[1];
        Seeds.each(3000, random -> {
            Layout from = shifted(LayoutTest.random(random), random.nextInt(200));
            long[] strides = new long[from.shape().rank()];
            long stride = 1 + random.nextInt(2);
            for (int axis = strides.length - 1; axis >= 0; axis--) {
                strides[axis] = stride;
                stride *= Math.max(1, from.shape().size(axis)) + random.nextInt(3);
            }
            Layout to = Layout.of(from.shape(), strides, random.nextInt(300));
            if (from.end() > 4000 || to.end() > 4000 || from.shape().elements() == 0) {
                return;
            }
            Set<Long> touched =
                    new HashSet<>(Arrays.stream(LayoutTest.places(from)).boxed().toList());
            boolean overlap = Arrays.stream(LayoutTest.places(to)).anyMatch(touched::contains);
            Op op = new Copy(storage.withLayout(from), storage.withLayout(to));
            if (overlap) {
                refused(op);
            } else {
                try {
                    Aliasing.check(op);
                    passed[0]++;
                } catch (ShapeException e) {
                    assertEquals("copy", e.op());
                }
            }
        });
        assertTrue(passed[0] > 500, "hardly anything passes: " + passed[0]);
    }

    private static Layout shifted(Layout layout, long by) {
        return Layout.of(layout.shape(), layout.strides(), layout.offset() + by);
    }
}
