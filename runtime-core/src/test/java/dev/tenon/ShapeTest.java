package dev.tenon;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.tenon.error.ShapeException;
import org.junit.jupiter.api.Test;

class ShapeTest {
    @Test
    void countsElements() {
        assertEquals(1, Shape.SCALAR.elements());
        assertEquals(24, Shape.of(2, 3, 4).elements());
        assertEquals(0, Shape.of(2, 0, 4).elements());
        assertEquals(1L << 40, Shape.of(1 << 20, 1 << 20).elements());
    }

    @Test
    void refusesImpossibleSizes() {
        assertThrows(ShapeException.class, () -> Shape.of(2, -1));
        assertThrows(ShapeException.class, () -> Shape.of(1L << 40, 1L << 40));
        assertThrows(ShapeException.class, () -> Shape.of(1L << 32, 1L << 31));
        assertEquals(0, Shape.of(1L << 40, 1L << 40, 0).elements());
        assertEquals(Long.MAX_VALUE, Shape.of(Long.MAX_VALUE).elements());
    }

    @Test
    void countsAxesFromBothEnds() {
        Shape shape = Shape.of(2, 3, 4);
        assertEquals(4, shape.size(-1));
        assertEquals(2, shape.size(-3));
        assertEquals(1, shape.axis(-2));
        assertThrows(ShapeException.class, () -> shape.size(3));
        assertThrows(ShapeException.class, () -> shape.size(-4));
        assertThrows(ShapeException.class, () -> Shape.SCALAR.size(0));
    }

    @Test
    void isAValue() {
        long[] sizes = {2, 3};
        Shape shape = Shape.of(sizes);
        sizes[0] = 9;
        shape.sizes()[1] = 9;
        assertEquals(Shape.of(2, 3), shape);
        assertEquals(Shape.of(2, 3).hashCode(), shape.hashCode());
        assertArrayEquals(new long[] {2, 7}, shape.with(-1, 7).sizes());
        assertEquals(Shape.of(3), shape.without(0));
        assertEquals(Shape.of(2, 3, 4, 5), shape.append(4, 5));
        assertEquals("[2, 3]", shape.toString());
    }

    @Test
    void broadcastsAsNumPyDoes() {
        assertEquals(Shape.of(4, 5, 3), Shape.broadcast("add", Shape.of(5, 1), Shape.of(4, 1, 3)));
        assertEquals(Shape.of(0, 3), Shape.broadcast("add", Shape.of(0, 3), Shape.of(1, 3)));
        assertEquals(Shape.of(0), Shape.broadcast("add", Shape.of(1), Shape.of(0)));
        ShapeException error =
                assertThrows(ShapeException.class, () -> Shape.broadcast("add", Shape.of(2, 3), Shape.of(3, 2)));
        assertEquals("add", error.op());
        assertTrue(error.getMessage().contains("[2, 3]") && error.getMessage().contains("[3, 2]"), error.getMessage());
    }

    @Test
    void broadcastingIsSymmetric() {
        Seeds.each(500, random -> {
            Shape a = Shape.of(Seeds.sizes(random, 4, 3));
            Shape b = Shape.of(Seeds.sizes(random, 4, 3));
            Shape ab = tryBroadcast(a, b);
            assertEquals(ab, tryBroadcast(b, a));
            if (ab.rank() > 0 || a.rank() + b.rank() == 0) {
                Layout.contiguous(a).broadcastTo(ab);
                Layout.contiguous(b).broadcastTo(ab);
            }
        });
    }

    /** A scalar where two shapes with axes do not broadcast. */
    private static Shape tryBroadcast(Shape a, Shape b) {
        try {
            return Shape.broadcast("test", a, b);
        } catch (ShapeException e) {
            return Shape.SCALAR;
        }
    }
}
