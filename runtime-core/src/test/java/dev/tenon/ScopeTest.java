package dev.tenon;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.tenon.error.ClosedException;
import dev.tenon.error.DeviceException;
import dev.tenon.error.InvalidArgumentException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import org.junit.jupiter.api.Test;

class ScopeTest {
    private final NullDevice backend = new NullDevice();
    private final Device device = NullDevice.device(backend);

    @Test
    void freesWhatWasMadeInside() {
        Tensor made;
        try (Scope scope = Scope.open()) {
            made = Tensor.empty(device, DType.F32, 100);
            assertTrue(device.memory().used() >= 400);
        }
        assertEquals(0, device.memory().used());
        ClosedException error = assertThrows(ClosedException.class, () -> made.exp());
        assertTrue(error.getMessage().contains("unary") && error.getMessage().contains("F32[100]"), error.getMessage());
        assertThrows(ClosedException.class, made::segment);
        assertThrows(ClosedException.class, () -> made.slice(0, 0, 10).copy());
    }

    @Test
    void keepMovesOneLevelOut() {
        Tensor kept;
        try (Scope outer = Scope.open()) {
            try (Scope inner = Scope.open()) {
                Tensor made = Tensor.empty(device, DType.F32, 4);
                assertSame(made, inner.keep(made));
                kept = made;
            }
            assertTrue(device.memory().used() > 0);
            kept.exp();
        }
        assertEquals(0, device.memory().used());
        assertThrows(ClosedException.class, kept::exp);
    }

    @Test
    void keepingAViewKeepsItsStorage() {
        Tensor view;
        try (Scope scope = Scope.open()) {
            Tensor made = Tensor.empty(device, DType.F32, 4, 4);
            view = scope.keep(made.transpose().slice(0, 1, 2));
        }
        assertTrue(device.memory().used() > 0);
        view.exp().close();
        // A view never owns: closing it changes nothing.
        view.close();
        assertTrue(device.memory().used() > 0);
    }

    @Test
    void refusesMisuse() throws Exception {
        Tensor outside = Tensor.empty(device, DType.F32, 4);
        Scope outer = Scope.open();
        assertThrows(InvalidArgumentException.class, () -> outer.keep(outside));
        Scope inner = Scope.open();
        assertThrows(InvalidArgumentException.class, outer::close);
        CompletionException elsewhere = assertThrows(
                CompletionException.class,
                () -> CompletableFuture.runAsync(inner::close).join());
        assertEquals(InvalidArgumentException.class, elsewhere.getCause().getClass());
        inner.close();
        inner.close();
        assertThrows(InvalidArgumentException.class, () -> inner.keep(outside));
        outer.close();
        outside.exp().close();
        outside.close();
    }

    @Test
    void scopesOfOtherThreadsAreTheirOwn() {
        try (Scope scope = Scope.open()) {
            Tensor elsewhere = CompletableFuture.supplyAsync(() -> Tensor.empty(device, DType.F32, 8))
                    .join();
            assertThrows(InvalidArgumentException.class, () -> scope.keep(elsewhere));
            elsewhere.close();
        }
        assertEquals(0, device.memory().used());
    }

    @Test
    void closesOnce() {
        Tensor tensor = Tensor.empty(device, DType.F32, 8);
        tensor.close();
        tensor.close();
        assertEquals(0, device.memory().used());
        Tensor other = Tensor.empty(device, DType.F32, 8);
        tensor.close();
        other.exp().close();
        other.close();
        assertEquals(0, device.memory().used());
    }

    @Test
    void namesLeaks() {
        Device tracking = new Device(new NullDevice(), Configuration.DEFAULT.debugging());
        Tensor leaked = Tensor.empty(tracking, DType.F32, 25);
        Tensor.empty(tracking, DType.F32, 25).close();
        assertEquals(1, tracking.liveBuffers().size());
        Throwable origin = tracking.liveBuffers().getFirst();
        assertTrue(String.valueOf(origin.getMessage()).contains("100 bytes"), origin.getMessage());
        assertTrue(origin.getStackTrace().length > 0);
        leaked.close();
        assertTrue(tracking.liveBuffers().isEmpty());
        assertThrows(
                DeviceException.class,
                () -> Tensor.empty(device, DType.F32, 2).add(Tensor.empty(tracking, DType.F32, 2)));
    }
}
