package dev.tenon;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.tenon.error.ShapeException;
import java.util.Arrays;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

/** Views against a model that keeps every element's place in an array. */
class LayoutTest {
    /** Each element's place in the storage, in row-major order, from the definition of strides. */
    static long[] places(Layout layout) {
        Shape shape = layout.shape();
        long[] places = new long[Math.toIntExact(shape.elements())];
        long[] index = new long[shape.rank()];
        for (int i = 0; i < places.length; i++) {
            places[i] = layout.offset();
            for (int axis = 0; axis < index.length; axis++) {
                places[i] += index[axis] * layout.stride(axis);
            }
            for (int axis = index.length - 1; axis >= 0 && ++index[axis] == shape.size(axis); axis--) {
                index[axis] = 0;
            }
        }
        return places;
    }

    /** A random chain of views over a contiguous tensor. */
    static Layout random(SplittableRandom random) {
        Layout layout = Layout.contiguous(Shape.of(Seeds.sizes(random, 4, 5)));
        for (int step = random.nextInt(6); step > 0; step--) {
            Shape shape = layout.shape();
            if (shape.rank() == 0) {
                layout = layout.unsqueeze(0);
                continue;
            }
            int axis = random.nextInt(shape.rank());
            long size = shape.size(axis);
            layout = switch (random.nextInt(6)) {
                case 0 -> layout.transpose(axis, random.nextInt(shape.rank()));
                case 1 -> {
                    long from = random.nextLong(size + 1);
                    yield layout.slice(axis, from, from + random.nextLong(size - from + 1), 1 + random.nextInt(3));
                }
                case 2 -> size == 0 ? layout : layout.select(axis, random.nextLong(size));
                case 3 -> shape.rank() > 4 ? layout : layout.unsqueeze(random.nextInt(shape.rank() + 1));
                case 4 -> size % 2 == 0 && shape.rank() < 5 ? layout.split(axis, 2, size / 2) : layout;
                default ->
                    shape.rank() > 4 ? layout : layout.broadcastTo(Shape.of(2).append(shape.sizes()));
            };
        }
        return layout;
    }

    @Test
    void transposeMovesIndices() {
        Seeds.each(300, random -> {
            Layout layout = random(random);
            if (layout.shape().rank() < 2) {
                return;
            }
            Layout transposed = layout.transpose(0, -1);
            assertArrayEquals(places(layout), places(transposed.transpose(-1, 0)));
            assertEquals(layout.shape().size(0), transposed.shape().size(-1));
        });
    }

    @Test
    void sliceTakesElementsOfOneAxis() {
        Seeds.each(300, random -> {
            Layout layout = random(random);
            if (layout.shape().rank() == 0) {
                return;
            }
            long size = layout.shape().size(0);
            long from = random.nextLong(size + 1);
            long to = from + random.nextLong(size - from + 1);
            long step = 1 + random.nextInt(3);
            Layout sliced = layout.slice(0, from, to, step);
            long[] all = places(layout);
            int row = size == 0 ? 0 : (int) (all.length / size);
            long[] kept = new long[(int) ((to - from + step - 1) / step) * row];
            for (int i = 0; i < kept.length; i++) {
                kept[i] = all[(int) (from + i / row * step) * row + i % row];
            }
            assertArrayEquals(kept, places(sliced));
        });
    }

    @Test
    void firstAndEndBoundThePlaces() {
        Seeds.each(500, random -> {
            Layout layout = random(random);
            for (int axis = 0; axis < layout.shape().rank(); axis++) {
                if (random.nextBoolean() && layout.shape().size(axis) > 0) {
                    layout = reversed(layout, axis);
                }
            }
            long[] places = places(layout);
            if (places.length == 0) {
                assertEquals(layout.first(), layout.end());
            } else {
                assertEquals(Arrays.stream(places).min().getAsLong(), layout.first());
                assertEquals(Arrays.stream(places).max().getAsLong() + 1, layout.end());
            }
        });
    }

    private static Layout reversed(Layout layout, int axis) {
        long[] strides = layout.strides();
        long last = (layout.shape().size(axis) - 1) * strides[axis];
        strides[axis] = -strides[axis];
        return Layout.of(layout.shape(), strides, layout.offset() + last);
    }

    @Test
    void contiguousMeansOneAfterAnother() {
        Seeds.each(1000, random -> {
            Layout layout = random(random);
            long[] places = places(layout);
            boolean inOrder = true;
            for (int i = 0; i < places.length; i++) {
                inOrder &= places[i] == layout.offset() + i;
            }
            assertEquals(inOrder, layout.isContiguous(), layout.toString());
        });
    }

    @Test
    void broadcastIsFound() {
        Seeds.each(500, random -> {
            Layout layout = random(random);
            long[] places = places(layout);
            boolean repeats = Arrays.stream(places).distinct().count() < places.length;
            assertTrue(!repeats || layout.isBroadcast(), layout.toString());
        });
        assertFalse(Layout.of(Shape.of(1, 3), new long[] {0, 1}, 0).isBroadcast());
    }

    @Test
    void reshapeKeepsTheOrder() {
        Seeds.each(3000, random -> {
            Layout layout = random(random);
            Shape target = refactored(random, layout.shape().elements());
            Layout reshaped = layout.reshape(target);
            if (reshaped != null) {
                assertEquals(target, reshaped.shape());
                assertArrayEquals(places(layout), places(reshaped), layout + " as " + target);
            } else {
                assertFalse(isPossible(places(layout), target), layout + " can be read as " + target);
            }
        });
    }

    /** Some shape of that many elements. */
    private static Shape refactored(SplittableRandom random, long elements) {
        if (elements == 0) {
            return Shape.of(3, 0);
        }
        long[] sizes = new long[random.nextInt(1, 5)];
        Arrays.fill(sizes, 1);
        long rest = elements;
        for (long factor = 2; rest > 1; factor++) {
            while (rest % factor == 0) {
                sizes[random.nextInt(sizes.length)] *= factor;
                rest /= factor;
            }
        }
        return Shape.of(sizes);
    }

    /** Whether strides exist with which the places come in the order of the shape: read off, then checked. */
    private static boolean isPossible(long[] places, Shape target) {
        long[] strides = new long[target.rank()];
        int inner = 1;
        for (int axis = target.rank() - 1; axis >= 0; axis--) {
            strides[axis] = target.size(axis) > 1 ? places[inner] - places[0] : 0;
            inner *= (int) target.size(axis);
        }
        return Arrays.equals(places, places(Layout.of(target, strides, places[0])));
    }

    @Test
    void reshapeSplitsAndJoins() {
        Layout rows = Layout.contiguous(Shape.of(4, 10)).slice(1, 0, 6, 1);
        assertNull(rows.reshape(Shape.of(24)));
        assertNotNull(rows.reshape(Shape.of(2, 2, 3, 2)));
        assertNotNull(Layout.contiguous(Shape.of(6)).broadcastTo(Shape.of(3, 6)).reshape(Shape.of(3, 2, 3)));
        assertThrows(ShapeException.class, () -> rows.reshape(Shape.of(23)));
    }

    @Test
    void refusesWhatIsNotThere() {
        Layout layout = Layout.contiguous(Shape.of(2, 3));
        assertThrows(ShapeException.class, () -> layout.slice(1, 2, 4, 1));
        assertThrows(ShapeException.class, () -> layout.slice(1, 2, 1, 1));
        assertThrows(ShapeException.class, () -> layout.slice(1, 0, 2, 0));
        assertThrows(ShapeException.class, () -> layout.select(0, 2));
        assertThrows(ShapeException.class, () -> layout.permute(0, 0));
        assertThrows(ShapeException.class, () -> layout.permute(0));
        assertThrows(ShapeException.class, () -> layout.squeeze(0));
        assertThrows(ShapeException.class, () -> layout.unsqueeze(4));
        assertThrows(ShapeException.class, () -> layout.split(1, 2, 2));
        assertThrows(ShapeException.class, () -> layout.broadcastTo(Shape.of(2, 4)));
        assertThrows(ShapeException.class, () -> layout.broadcastTo(Shape.of(3)));
        assertThrows(ShapeException.class, () -> Layout.of(Shape.of(2, 3), new long[] {1}, 0));
    }

    @Test
    void isAValue() {
        Layout a = Layout.contiguous(Shape.of(2, 3)).transpose(0, 1);
        Layout b = Layout.of(Shape.of(3, 2), new long[] {1, 3}, 0);
        assertEquals(b, a);
        assertEquals(b.hashCode(), a.hashCode());
        a.strides()[0] = 77;
        assertEquals(b, a);
        assertFalse(a.equals(Layout.of(Shape.of(3, 2), new long[] {1, 3}, 1)));
    }
}
