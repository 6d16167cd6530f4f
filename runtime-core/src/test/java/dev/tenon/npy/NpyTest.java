package dev.tenon.npy;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.tenon.DType;
import dev.tenon.Device;
import dev.tenon.Scope;
import dev.tenon.Shape;
import dev.tenon.Tensor;
import dev.tenon.error.DTypeException;
import dev.tenon.error.InputOutputException;
import dev.tenon.error.MalformedFileException;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.zip.CRC32;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

class NpyTest {
    private final Device device = CopyingDevice.open();
    private final Scope scope = Scope.open();

    @TempDir
    Path folder;

    @AfterEach
    void close() {
        scope.close();
        assertEquals(0, device.memory().used(), "a tensor was left behind");
    }

    /** An array with this dictionary and data, under a format version. */
    private static byte[] raw(int version, String dictionary, byte... data) {
        byte[] text = dictionary.getBytes(StandardCharsets.UTF_8);
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        out.writeBytes(new byte[] {(byte) 0x93, 'N', 'U', 'M', 'P', 'Y', (byte) version, 0});
        for (int i = 0; i < (version == 1 ? 2 : 4); i++) {
            out.write(text.length >>> 8 * i);
        }
        out.writeBytes(text);
        out.writeBytes(data);
        return out.toByteArray();
    }

    private static String dictionary(String descr, boolean columnMajor, String shape) {
        return "{'descr': '%s', 'fortran_order': %s, 'shape': %s, }\n"
                .formatted(descr, columnMajor ? "True" : "False", shape);
    }

    private Tensor read(byte[] file) {
        return Npy.read(device, MemorySegment.ofArray(file), "a.npy");
    }

    @ParameterizedTest
    @EnumSource(
            value = DType.class,
            names = {"F64", "F32", "F16", "I64", "I32", "I16", "I8", "U8", "BOOL"})
    void whatWasWrittenComesBack(DType dtype) {
        byte[] bytes = new byte[6 * dtype.blockBytes()];
        for (int i = 0; i < bytes.length; i++) {
            bytes[i] = (byte) (dtype == DType.BOOL ? i % 2 : i * 11);
        }
        for (Shape shape : List.of(Shape.of(2, 3), Shape.of(6), Shape.of(1, 6, 1))) {
            Path path = folder.resolve("a.npy");
            Npy.write(path, Tensor.ofBytes(device, dtype, MemorySegment.ofArray(bytes), shape));
            Tensor back = Npy.read(device, path);
            assertEquals(dtype, back.dtype());
            assertEquals(shape, back.shape());
            assertArrayEquals(bytes, back.toByteArray());
        }
    }

    @Test
    void theBytesAreNumPys() throws IOException {
        Path path = folder.resolve("a.npy");
        Npy.write(path, Tensor.of(device, new int[] {1, 2}));
        byte[] file = Files.readAllBytes(path);
        assertEquals(128 + 8, file.length);
        assertEquals("934e554d505901007600", HexFormat.of().formatHex(file, 0, 10));
        assertEquals(
                "{'descr': '<i4', 'fortran_order': False, 'shape': (2,), }",
                new String(file, 10, 118, StandardCharsets.ISO_8859_1).strip());
        assertEquals('\n', file[127]);
    }

    @Test
    void scalarsAndEmptyArrays() {
        Path path = folder.resolve("a.npy");
        Npy.write(path, Tensor.of(device, new float[] {2.5f}).reshape());
        assertEquals(Shape.SCALAR, Npy.read(device, path).shape());
        assertEquals(2.5f, Npy.read(device, path).toFloatArray()[0]);
        Npy.write(path, Tensor.empty(device, DType.F16, 3, 0, 2));
        assertEquals(Shape.of(3, 0, 2), Npy.read(device, path).shape());
    }

    @Test
    void viewsAreWrittenAsTheyLook() {
        Path path = folder.resolve("a.npy");
        Npy.write(path, Tensor.of(device, new float[] {1, 2, 3, 4, 5, 6}, 2, 3).transpose());
        Tensor back = Npy.read(device, path);
        assertEquals(Shape.of(3, 2), back.shape());
        assertArrayEquals(new float[] {1, 4, 2, 5, 3, 6}, back.toFloatArray());
    }

    @Test
    void columnMajorArraysComeOutRowMajor() {
        Tensor tensor = read(
                raw(1, dictionary("|i1", true, "(2, 3)"), (byte) 1, (byte) 4, (byte) 2, (byte) 5, (byte) 3, (byte) 6));
        assertEquals(Shape.of(2, 3), tensor.shape());
        assertTrue(tensor.layout().isContiguous());
        assertArrayEquals(new byte[] {1, 2, 3, 4, 5, 6}, tensor.toByteArray());
    }

    @Test
    void otherByteOrdersAreTurned() {
        Tensor tensor = read(raw(
                1,
                dictionary(">i4", false, "(2,)"),
                (byte) 0,
                (byte) 0,
                (byte) 1,
                (byte) 2,
                (byte) -1,
                (byte) -1,
                (byte) -1,
                (byte) -2));
        assertArrayEquals(new byte[] {2, 1, 0, 0, -2, -1, -1, -1}, tensor.toByteArray());
        assertEquals(DType.I16, read(raw(1, dictionary("=i2", false, "(0,)"))).dtype());
    }

    @Test
    void truthValuesBecomeZeroAndOne() {
        Tensor tensor = read(raw(1, dictionary("|b1", false, "(3,)"), (byte) 0, (byte) 1, (byte) 7));
        assertArrayEquals(new byte[] {0, 1, 1}, tensor.toByteArray());
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 2, 3})
    void everyVersionIsRead(int version) {
        String free = " { \"shape\":(2L,),'fortran_order' :False , 'descr':\"<i2\"}  \n";
        assertEquals(
                Shape.of(2),
                read(raw(version, free, (byte) 1, (byte) 2, (byte) 3, (byte) 4)).shape());
    }

    @ParameterizedTest
    @ValueSource(strings = {"<c8", "|O", "<U5", "|S3", "<M8[ns]", "<u2", "<f16", "|V8"})
    void typesThatTenonLacksAreErrors(String descr) {
        byte[] file = raw(1, dictionary(descr, false, "(1,)"), new byte[64]);
        assertThrows(DTypeException.class, () -> read(file));
    }

    @Test
    void recordsAreErrors() {
        String records = "{'descr': [('a', '<f4')], 'fortran_order': False, 'shape': (1,)}";
        assertThrows(DTypeException.class, () -> read(raw(1, records, new byte[64])));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = ';',
            value = {
                "'';header",
                "{;header",
                "{};header",
                "[1];header",
                "{'descr': '<f4', 'fortran_order': False};header",
                "{'descr': '<f4', 'fortran_order': False, 'shape': (1,)} + 1;header",
                "{'descr': '<f4', 'descr': '<f4', 'fortran_order': False, 'shape': (1,)};descr",
                "{'descr': '<f4', 'fortran_order': 1, 'shape': (1,)};fortran_order",
                "{'descr': '<f4', 'fortran_order': False, 'shape': (-1,)};shape",
                "{'descr': '<f4', 'fortran_order': False, 'shape': (1.5,)};header",
                "{'descr': '<f4', 'fortran_order': False, 'shape': 3};header",
                "{'descr': '<f4', 'fortran_order': False, 'shape': (1,};shape",
                "{'descr': '<f4', 'fortran_order': False, 'shape': (99999999999999999999,)};shape",
                "{'descr': '<f4', 'fortran_order': False, 'shape': (4294967296, 4294967296)};shape",
                "{'descr': '<f4', 'fortran_order': False, 'shape': (0, 4294967296, 4294967296)};shape",
                "{'descr': '<f8', 'fortran_order': False, 'shape': (2305843009213693952,)};shape",
                "{'descr': '<f4', 'fortran_order': False, 'shape': (1000000000000,)};data",
                "{'descr': '<f4', 'fortran_order': False, 'shape': (3,)};data",
                "{'descr': 'float32!', 'fortran_order': False, 'shape': (1,)};descr",
                "{'descr': '<f4, 'fortran_order': False, 'shape': (1,)};descr",
                "{'descr': __import__('os'), 'fortran_order': False, 'shape': (1,)};header",
                "{'extra': 1, 'descr': '<f4', 'fortran_order': False, 'shape': (1,)};header",
            },
            quoteCharacter = '`')
    void hostileHeadersAreErrors(String dictionary, String field) {
        byte[] file = raw(1, dictionary == null ? "" : dictionary, new byte[8]);
        MalformedFileException error = assertThrows(MalformedFileException.class, () -> read(file));
        assertEquals("a.npy", error.file());
        assertEquals(field, error.field());
        assertTrue(error.offset() >= 10, error.getMessage());
    }

    @Test
    void everyTruncationIsAnError() {
        byte[] whole = raw(2, dictionary("<f4", false, "(2, 3)"), new byte[24]);
        for (int size = 0; size < whole.length; size++) {
            MemorySegment cut = MemorySegment.ofArray(whole).asSlice(0, size);
            assertThrows(MalformedFileException.class, () -> Npy.read(device, cut, "cut"), "cut to " + size);
        }
        byte[] large = whole.clone();
        large[10] = (byte) 0xFF;
        large[11] = (byte) 0xFF;
        assertThrows(MalformedFileException.class, () -> read(large), "a header of 4 GB");
        large[6] = 4;
        assertThrows(MalformedFileException.class, () -> read(large), "version 4");
    }

    @Test
    void damagedFilesAreReadOrRefused() {
        byte[] whole = raw(1, dictionary("<i2", true, "(2, 3)"), new byte[12]);
        long seed = 20_250_916;
        SplittableRandom random = new SplittableRandom(seed);
        for (int i = 0; i < 5000; i++) {
            byte[] damaged = whole.clone();
            for (int k = random.nextInt(3); k >= 0; k--) {
                int at = random.nextInt(damaged.length);
                damaged[at] = random.nextBoolean()
                        ? (byte) random.nextInt()
                        : (byte) ("0123456789(),'{}L ".charAt(random.nextInt(18)));
            }
            try (Scope inner = Scope.open()) {
                read(damaged);
            } catch (MalformedFileException | DTypeException e) {
                // What it should do.
            } catch (RuntimeException e) {
                throw new AssertionError(
                        "seed " + seed + " case " + i + ": " + HexFormat.of().formatHex(damaged), e);
            }
        }
    }

    @Test
    void archivesComeBack() throws IOException {
        Map<String, Tensor> arrays = new LinkedHashMap<>();
        arrays.put("weights", Tensor.of(device, new float[] {1, 2, 3, 4, 5, 6}, 2, 3));
        arrays.put("deep/name", Tensor.of(device, new long[] {-1, 7}));
        arrays.put(
                "zeros",
                Tensor.ofBytes(device, DType.U8, MemorySegment.ofArray(new byte[3 << 20]), Shape.of(3, 1 << 20)));
        Path stored = folder.resolve("stored.npz");
        Path deflated = folder.resolve("deflated.npz");
        Npz.write(stored, arrays);
        Npz.writeCompressed(deflated, arrays);
        assertTrue(Files.size(deflated) < 10_000 && Files.size(stored) > 3 << 20);
        for (Path path : List.of(stored, deflated)) {
            Map<String, Tensor> back = Npz.read(device, path);
            assertEquals(List.of("weights", "deep/name", "zeros"), List.copyOf(back.keySet()));
            assertArrayEquals(
                    new float[] {1, 2, 3, 4, 5, 6}, back.get("weights").toFloatArray());
            assertEquals(Shape.of(3, 1 << 20), back.get("zeros").shape());
        }
        byte[] once = Files.readAllBytes(deflated);
        Npz.writeCompressed(deflated, arrays);
        assertArrayEquals(once, Files.readAllBytes(deflated));
    }

    @Test
    void damagedArchivesAreErrors() throws IOException {
        Path path = folder.resolve("a.npz");
        Npz.write(path, Map.of("a", Tensor.of(device, new float[100])));
        byte[] whole = Files.readAllBytes(path);
        Files.write(path, Arrays.copyOf(whole, whole.length / 2));
        assertThrows(MalformedFileException.class, () -> Npz.read(device, path));
        byte[] flipped = whole.clone();
        flipped[300] ^= 1;
        Files.write(path, flipped);
        MalformedFileException sum = assertThrows(MalformedFileException.class, () -> Npz.read(device, path));
        assertTrue(String.valueOf(sum.getMessage()).contains("array 'a' data"), sum.getMessage());
        assertThrows(InputOutputException.class, () -> Npz.read(device, folder.resolve("none.npz")));
        Files.writeString(path, "not an archive");
        assertThrows(MalformedFileException.class, () -> Npz.read(device, path));
    }

    @Test
    void storedArchivesOfOthersAreRead() throws IOException {
        byte[] array = raw(1, dictionary("|u1", false, "(2,)"), (byte) 8, (byte) 9);
        Path path = folder.resolve("a.npz");
        try (ZipOutputStream zip = new ZipOutputStream(Files.newOutputStream(path))) {
            for (String name : new String[] {"x.npy", "x"}) {
                ZipEntry entry = new ZipEntry(name);
                entry.setMethod(ZipEntry.STORED);
                entry.setSize(array.length);
                CRC32 sum = new CRC32();
                sum.update(array);
                entry.setCrc(sum.getValue());
                zip.putNextEntry(entry);
                zip.write(array);
                zip.closeEntry();
            }
        }
        MalformedFileException twice = assertThrows(MalformedFileException.class, () -> Npz.read(device, path));
        assertTrue(String.valueOf(twice.getMessage()).contains("another one"), twice.getMessage());
    }

    @Test
    void typesThatNumPyLacksAreErrors() {
        Path path = folder.resolve("a.npy");
        assertThrows(DTypeException.class, () -> Npy.write(path, Tensor.empty(device, DType.BF16, 2)));
        assertTrue(Files.notExists(path));
    }
}
