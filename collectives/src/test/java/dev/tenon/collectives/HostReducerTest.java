package dev.tenon.collectives;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.tenon.spi.HostReducer;
import java.util.ServiceLoader;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIfSystemProperty;

/** Where the CPU backend can run machine code, ranks' sums are machine code. */
class HostReducerTest {
    @Test
    @EnabledIfSystemProperty(named = "os.arch", matches = "amd64")
    @EnabledIfSystemProperty(named = "os.name", matches = "Linux")
    void theCpuBackendProvidesOne() {
        assertEquals(
                1,
                ServiceLoader.load(HostReducer.class).stream()
                        .filter(each -> each.get().isAvailable())
                        .count());
    }
}
