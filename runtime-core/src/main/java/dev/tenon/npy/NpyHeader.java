package dev.tenon.npy;

import dev.tenon.DType;
import dev.tenon.Shape;
import dev.tenon.error.DTypeException;
import dev.tenon.error.MalformedFileException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;

/**
 * What an array's header says: a magic number, a version, a length, and a Python dictionary in text.
 *
 * @param shape as NumPy gives it
 * @param columnMajor whether the first axis varies fastest ({@code fortran_order})
 * @param bigEndian whether elements have to be turned round
 * @param bytes that the header takes, magic number included
 */
record NpyHeader(DType dtype, Shape shape, boolean columnMajor, boolean bigEndian, long bytes) {
    private static final byte[] MAGIC = {(byte) 0x93, 'N', 'U', 'M', 'P', 'Y'};
    /** NumPy itself refuses more than 10,000 characters unless told to trust the file. */
    private static final int MAX_LENGTH = 1 << 16;

    private static final int ALIGNMENT = 64;

    /**
     * Reads a header and leaves the stream at the first element.
     *
     * @param name put before the field in errors
     * @throws MalformedFileException if it is no such header
     * @throws DTypeException if Tenon has no such element type
     */
    static NpyHeader read(InputStream in, String file, String name) throws IOException {
        byte[] start = in.readNBytes(MAGIC.length + 2);
        if (start.length < MAGIC.length + 2 || !Arrays.equals(MAGIC, Arrays.copyOf(start, MAGIC.length))) {
            throw new MalformedFileException(file, name + "magic", 0, "this is not a NumPy array");
        }
        int version = start[MAGIC.length];
        if (version < 1 || version > 3) {
            throw new MalformedFileException(
                    file, name + "version", MAGIC.length, (version & 0xFF) + " is not known; 1 to 3 are");
        }
        int lengthBytes = version == 1 ? 2 : 4;
        byte[] counted = in.readNBytes(lengthBytes);
        long length = 0;
        for (int i = 0; i < counted.length; i++) {
            length |= (counted[i] & 0xFFL) << 8 * i;
        }
        long at = start.length;
        if (counted.length < lengthBytes || length > MAX_LENGTH) {
            throw new MalformedFileException(
                    file, name + "header length", at, length + " bytes; at most " + MAX_LENGTH + " are allowed");
        }
        byte[] text = in.readNBytes((int) length);
        at += lengthBytes;
        if (text.length < length) {
            throw new MalformedFileException(file, name + "header", at, "the file ends within it");
        }
        String header = new String(text, version < 3 ? StandardCharsets.ISO_8859_1 : StandardCharsets.UTF_8);
        return new NpyHeaderText(header, file, name, at).parse(at + length);
    }

    /** The bytes of a version 1 header for a row-major array; the data after it is aligned to 64 bytes. */
    static byte[] write(DType dtype, Shape shape) {
        StringBuilder text =
                new StringBuilder("{'descr': '").append(descr(dtype)).append("', 'fortran_order': False, 'shape': (");
        for (int i = 0; i < shape.rank(); i++) {
            // A tuple of one needs its comma.
            text.append(shape.size(i)).append(i < shape.rank() - 1 ? ", " : shape.rank() == 1 ? "," : "");
        }
        text.append("), }");
        int bytes = MAGIC.length + 4 + text.length() + 1;
        text.repeat(' ', -bytes & (ALIGNMENT - 1)).append('\n');
        byte[] header = Arrays.copyOf(MAGIC, MAGIC.length + 4 + text.length());
        header[MAGIC.length] = 1;
        header[MAGIC.length + 2] = (byte) text.length();
        header[MAGIC.length + 3] = (byte) (text.length() >>> 8);
        System.arraycopy(
                text.toString().getBytes(StandardCharsets.ISO_8859_1), 0, header, MAGIC.length + 4, text.length());
        return header;
    }

    private static String descr(DType dtype) {
        return switch (dtype) {
            case F64 -> "<f8";
            case F32 -> "<f4";
            case F16 -> "<f2";
            case I64 -> "<i8";
            case I32 -> "<i4";
            case I16 -> "<i2";
            case I8 -> "|i1";
            case U8 -> "|u1";
            case BOOL -> "|b1";
            case BF16, Q8_0, Q4_0, Q4_1, Q5_0, Q5_1, Q4_K, Q5_K, Q6_K ->
                throw new DTypeException("npy", "NumPy has no such element type; cast the tensor", List.of(dtype));
        };
    }
}
