package dev.tenon.cuda.blas;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.tenon.error.NativeCallException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;

/**
 * NVIDIA's own libraries, as far as they answer without a GPU: that ours is the list of statuses, that descriptors take the attributes
 * with the sizes that ours have, and what they do where there is no device. Runs where {@code -Dtenon.cublas.library} names a
 * libcublas.so; that of PyPI's nvidia-cublas will do.
 */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class RealCublasTest {
    private static final int ANY_DRIVER = 99000;

    private Blas blas;
    private DescriptorsNative descriptors;

    @BeforeAll
    void load() {
        String file = System.getProperty("tenon.cublas.library", "");
        Assumptions.assumeFalse(file.isEmpty(), "no -Dtenon.cublas.library=FILE");
        assertTrue(Files.exists(Path.of(file)), file);
        BlasLibrary found = BlasLibraryNative.find(file, ANY_DRIVER, BlasUse.AUTO);
        blas = assertInstanceOf(BlasLibrary.Found.class, found, found.toString())
                .blas();
        descriptors = new DescriptorsNative(
                Path.of(file), ((CublasNative) blas).version().major());
    }

    @Test
    void itIsFoundAndTwelveGoesByWayOfJCublas() {
        int major = ((CublasNative) blas).version().major();
        assertTrue(blas.description().startsWith("cuBLAS " + major + "."), blas.description());
        assertTrue(blas.description().endsWith(major == 12 ? "(JCublas2)" : "(Panama)"), blas.description());
    }

    @Test
    void statusesHaveTheseNames() throws Throwable {
        for (int status = 0; status < 32; status++) {
            String theirs = descriptors.statusName(status);
            assertEquals(theirs.startsWith("CUBLAS_") ? theirs : "", BlasCodes.name(status), "status " + status);
        }
    }

    @Test
    void aProductsDescriptorTakesItsAttributes() throws Throwable {
        long matmul = blas.createMatmul(68, 0);
        long value = 1;
        for (LtAttributes.OfMatmul attribute : LtAttributes.OfMatmul.values()) {
            long set = attribute == LtAttributes.OfMatmul.BIAS_POINTER ? 0x7F12_3456_7890L : value;
            blas.setMatmul(matmul, attribute, set);
            assertArrayEquals(
                    new long[] {set, attribute.bytes()},
                    descriptors.attribute("cublasLtMatmulDescGetAttribute", matmul, attribute.code()),
                    attribute.name());
        }
        int computeType = 0;
        int scaleType = 1;
        assertArrayEquals(
                new long[] {68, 4}, descriptors.attribute("cublasLtMatmulDescGetAttribute", matmul, computeType));
        assertArrayEquals(
                new long[] {0, 4}, descriptors.attribute("cublasLtMatmulDescGetAttribute", matmul, scaleType));
        for (int epilogue : new int[] {1, 2, 4, 6, 32, 36}) {
            blas.setMatmul(matmul, LtAttributes.OfMatmul.EPILOGUE, epilogue);
        }
        blas.destroyMatmul(matmul);
    }

    @Test
    void aLayoutTakesItsAttributes() throws Throwable {
        long layout = blas.createLayout(14, 1L << 33, 5, 1L << 34);
        String get = "cublasLtMatrixLayoutGetAttribute";
        assertArrayEquals(new long[] {14, 4}, descriptors.attribute(get, layout, 0));
        assertArrayEquals(new long[] {1L << 33, 8}, descriptors.attribute(get, layout, 2));
        assertArrayEquals(new long[] {5, 8}, descriptors.attribute(get, layout, 3));
        assertArrayEquals(new long[] {1L << 34, 8}, descriptors.attribute(get, layout, 4));
        blas.setLayout(layout, LtAttributes.OfLayout.BATCH_COUNT, 7);
        blas.setLayout(layout, LtAttributes.OfLayout.STRIDED_BATCH_OFFSET, 1L << 40);
        assertArrayEquals(new long[] {7, 4}, descriptors.attribute(get, layout, 5));
        assertArrayEquals(new long[] {1L << 40, 8}, descriptors.attribute(get, layout, 6));
        blas.destroyLayout(layout);
    }

    @Test
    void preferencesTakeTheirAttributes() throws Throwable {
        long preference = blas.createPreference();
        for (LtAttributes.OfPreference attribute : LtAttributes.OfPreference.values()) {
            blas.setPreference(preference, attribute, 2);
            assertArrayEquals(
                    new long[] {2, attribute.bytes()},
                    descriptors.attribute("cublasLtMatmulPreferenceGetAttribute", preference, attribute.code()),
                    attribute.name());
        }
        blas.destroyPreference(preference);
    }

    @Test
    void withoutADriverThereIsNoHandle() {
        Assumptions.assumeFalse(Files.exists(Path.of("/dev/nvidia0")), "there is a device");
        for (NativeCallException error : new NativeCallException[] {
            assertThrows(NativeCallException.class, blas::create),
            assertThrows(NativeCallException.class, blas::createLt)
        }) {
            assertEquals(1, error.code());
            assertEquals("CUBLAS_STATUS_NOT_INITIALIZED", error.codeName());
        }
    }
}
