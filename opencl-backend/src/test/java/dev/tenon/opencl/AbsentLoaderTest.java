package dev.tenon.opencl;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.tenon.Configuration;
import dev.tenon.DType;
import dev.tenon.Device;
import dev.tenon.Tenon;
import dev.tenon.Tensor;
import dev.tenon.conformance.reference.ReferenceDevice;
import dev.tenon.error.DeviceException;
import dev.tenon.spi.Discovery;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Machines without OpenCL get a reason and go on to work. In a process of its own: a library that is loaded stays so. */
class AbsentLoaderTest {
    @TempDir
    Path folder;

    /** Looks for devices twice, asks for one by name, and computes on another backend's. */
    static final class Child {
        private Child() {}

        public static void main(String[] args) {
            for (int i = 0; i < 2; i++) {
                Discovery found = new OpenClBackend().discover(Configuration.DEFAULT);
                found.reasons().forEach(System.out::println);
                System.out.println("devices: " + found.devices().size());
            }
            try (Tenon tenon = Tenon.open(Configuration.DEFAULT)) {
                System.out.println(tenon.device("opencl"));
            } catch (DeviceException e) {
                System.out.println("typed: " + e.getMessage());
            }
            Device other = new Device(new ReferenceDevice(1 << 20), Configuration.DEFAULT);
            try (Tensor tensor = Tensor.full(other, DType.F32, 3, 14);
                    Tensor sum = tensor.sum()) {
                System.out.println("sum: " + sum.item());
            }
        }
    }

    @Test
    void noLoaderIsAReason() throws Exception {
        check(
                child(List.of("-Dorg.lwjgl.opencl.libname=there_is_no_such_library")),
                "there is no OpenCL loader on this machine");
    }

    /** A loader that finds no driver. */
    @Test
    void noPlatformIsAReason() throws Exception {
        List<String> lines = child(List.of());
        if (lines.getFirst().contains("no OpenCL loader")) {
            Assumptions.abort("there is no OpenCL loader");
        }
        check(lines, "the OpenCL loader finds no platform");
    }

    private static void check(List<String> lines, String reason) {
        assertEquals(6, lines.size(), lines.toString());
        for (int i = 0; i < 4; i += 2) {
            assertTrue(lines.get(i).startsWith(reason), lines.toString());
            assertEquals("devices: 0", lines.get(i + 1), lines.toString());
        }
        assertTrue(lines.get(4).startsWith("typed: "), lines.toString());
        assertTrue(lines.get(4).contains(reason), lines.toString());
        assertEquals("sum: 42.0", lines.get(5), lines.toString());
    }

    private List<String> child(List<String> options) throws Exception {
        // Where the loader looks for drivers: nowhere.
        Map<String, String> environment =
                Map.of("OCL_ICD_VENDORS", folder.resolve("no vendors").toString());
        return ChildProcess.start(folder, environment, options, Child.class).lines();
    }
}
