package dev.tenon.cpu.attention;

import dev.tenon.DType;
import dev.tenon.Tensor;
import dev.tenon.cpu.OffHeap;
import dev.tenon.error.InvalidArgumentException;
import org.jspecify.annotations.Nullable;

/**
 * Where the key and value row of a position lies: in a tensor, or in the pages of a cache. Kernels ask for runs of
 * positions that lie at a constant distance, so both kinds share them. Lengths and page tables are read when asked, as
 * a replayed graph changes them.
 */
abstract sealed class KeyValueRows {
    final Operand key;
    final Operand value;
    final long keyStride;
    final long valueStride;

    private KeyValueRows(Operand key, Operand value, int positionAxis) {
        this.key = key;
        this.value = value;
        this.keyStride = key.stride(positionAxis);
        this.valueStride = value.stride(positionAxis);
    }

    DType dtype() {
        return key.dtype;
    }

    /** Which of a position's two rows. */
    enum Side {
        KEY,
        VALUE
    }

    /** Bytes between the elements of a row; not used for quantized types. */
    long elementStride(Side side) {
        return (side == Side.KEY ? key : value).stride(3);
    }

    /** Bytes between the rows of a run. */
    long rowStride(Side side) {
        return side == Side.KEY ? keyStride : valueStride;
    }

    /** The address of a row. */
    final long row(Side side, int b, int head, int position) {
        return side == Side.KEY ? key(b, head, position) : value(b, head, position);
    }

    /** How many keys batch row {@code b} has now. */
    abstract int length(int b);

    /**
     * Checks what the data say of batch row {@code b}, before any kernel follows it.
     *
     * @throws InvalidArgumentException if they lead outside the cache
     */
    abstract void check(int b);

    /** How many positions from {@code position} on, below {@code end}, lie {@link #keyStride} apart. */
    abstract int run(int position, int end);

    /** The address of a key row. */
    abstract long key(int b, int head, int position);

    /** The address of a value row. */
    abstract long value(int b, int head, int position);

    /** Rows of a [batch, keyHeads, keys, size] tensor. */
    static final class Contiguous extends KeyValueRows {
        private final int keys;
        private final @Nullable Operand lengths;

        Contiguous(Tensor key, Tensor value, @Nullable Tensor lengths) {
            super(Operand.of(key), Operand.of(value), 2);
            this.keys = Math.toIntExact(key.shape().size(2));
            this.lengths = lengths == null ? null : Operand.of(lengths);
        }

        @Override
        int length(int b) {
            return lengths == null ? keys : lengths.getInt(b);
        }

        @Override
        void check(int b) {
            int length = length(b);
            if (length < 0 || length > keys) {
                throw new InvalidArgumentException(
                        "attention: lengths[" + b + "] is " + length + ", but there are " + keys + " keys");
            }
        }

        @Override
        int run(int position, int end) {
            return end - position;
        }

        @Override
        long key(int b, int head, int position) {
            return key.at(b, head, position);
        }

        @Override
        long value(int b, int head, int position) {
            return value.at(b, head, position);
        }
    }

    /** Rows of a [pages, pageSize, keyHeads, size] cache. */
    static final class Paged extends KeyValueRows {
        private final Operand table;
        private final Operand lengths;
        private final int pageSize;
        private final long pages;
        private final long maxLength;

        Paged(Tensor keyPages, Tensor valuePages, Tensor pageTable, Tensor lengths) {
            super(Operand.of(keyPages), Operand.of(valuePages), 1);
            this.table = Operand.of(pageTable);
            this.lengths = Operand.of(lengths);
            this.pages = keyPages.shape().size(0);
            this.pageSize = Math.toIntExact(keyPages.shape().size(1));
            this.maxLength = pageTable.shape().size(1) * pageSize;
        }

        @Override
        int length(int b) {
            return lengths.getInt(b);
        }

        @Override
        void check(int b) {
            int length = length(b);
            if (length < 0 || length > maxLength) {
                throw new InvalidArgumentException("pagedAttention: lengths[" + b + "] is " + length
                        + ", but the page table has room for " + maxLength);
            }
            for (int i = 0; (long) i * pageSize < length; i++) {
                int page = OffHeap.getInt(table.at(b, i));
                if (page < 0 || page >= pages) {
                    throw new InvalidArgumentException("pagedAttention: pageTable[" + b + ", " + i + "] is " + page
                            + ", but there are " + pages + " pages");
                }
            }
        }

        @Override
        int run(int position, int end) {
            return Math.min(end - position, pageSize - position % pageSize);
        }

        @Override
        long key(int b, int head, int position) {
            return key.at(OffHeap.getInt(table.at(b, position / pageSize)), position % pageSize, head);
        }

        @Override
        long value(int b, int head, int position) {
            return value.at(OffHeap.getInt(table.at(b, position / pageSize)), position % pageSize, head);
        }
    }
}
