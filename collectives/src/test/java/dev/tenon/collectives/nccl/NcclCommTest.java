package dev.tenon.collectives.nccl;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.tenon.DType;
import dev.tenon.error.ClosedException;
import dev.tenon.error.CommunicatorException;
import dev.tenon.error.DTypeException;
import dev.tenon.error.NativeCallException;
import dev.tenon.op.ReduceKind;
import dev.tenon.spi.Collective;
import java.lang.reflect.Proxy;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Calls and lifetimes, against a library that only writes down what it is asked. */
class NcclCommTest {
    private final List<String> calls = new ArrayList<>();
    private int asyncError;
    private boolean failingSend;

    private final NcclApi api = (NcclApi) Proxy.newProxyInstance(
            NcclApi.class.getClassLoader(), new Class<?>[] {NcclApi.class}, (proxy, method, arguments) -> {
                switch (method.getName()) {
                    case "asyncError":
                        return asyncError;
                    case "describe", "lastError":
                        return "described";
                    default:
                        calls.add(method.getName() + (arguments == null ? "" : Arrays.toString(arguments)));
                        if (failingSend && method.getName().equals("send")) {
                            throw new CommunicatorException("send fails");
                        }
                        return null;
                }
            });

    private final NcclComm comm = new NcclComm(api, 77, 2);

    @Test
    void versionsAreReadAsTheHeaderWritesThem() {
        assertEquals("2.8.4", NcclVersion.of(2804).toString());
        assertEquals("2.9.6", NcclVersion.of(20906).toString());
        assertEquals("2.27.3", NcclVersion.of(22703).toString());
    }

    @Test
    void whatIsReducedIsCountedInElementsAndWhatIsMovedInBytes() {
        comm.queue(new Collective.AllReduce(ReduceKind.MEAN), DType.BF16, 1, 2, 10, 5);
        comm.queue(new Collective.ReduceScatter(ReduceKind.SUM), DType.F32, 1, 2, 10, 5);
        comm.queue(new Collective.Reduce(ReduceKind.MAX, 1), DType.F16, 1, 2, 10, 5);
        comm.queue(new Collective.AllReduce(ReduceKind.MIN), DType.I64, 1, 2, 10, 5);
        comm.queue(new Collective.AllReduce(ReduceKind.SUM), DType.I32, 1, 2, 10, 5);
        comm.queue(new Collective.AllGather(), DType.I16, 1, 2, 10, 5);
        comm.queue(new Collective.Broadcast(1), DType.F64, 0, 2, 10, 5);
        comm.queue(new Collective.Send(4), DType.Q8_0, 1, 0, 64, 5);
        comm.queue(new Collective.Receive(4), DType.BOOL, 0, 2, 10, 5);
        assertEquals(
                List.of(
                        "allReduce[1, 2, 10, 9, 4, 77, 5]",
                        "reduceScatter[1, 2, 10, 7, 0, 77, 5]",
                        "reduce[1, 2, 10, 6, 2, 1, 77, 5]",
                        "allReduce[1, 2, 10, 4, 3, 77, 5]",
                        "allReduce[1, 2, 10, 2, 0, 77, 5]",
                        "allGather[1, 2, 20, 0, 77, 5]",
                        "broadcast[2, 2, 80, 0, 1, 77, 5]",
                        "send[1, 68, 0, 1, 77, 5]",
                        "receive[2, 10, 0, 0, 77, 5]"),
                calls);
    }

    @Test
    void allToAllIsOneGroupOfMessages() {
        comm.queue(new Collective.AllToAll(), DType.F32, 1000, 2000, 20, 5);
        assertEquals(
                List.of(
                        "groupStart",
                        "send[1000, 40, 0, 0, 77, 5]",
                        "receive[2000, 40, 0, 0, 77, 5]",
                        "send[1040, 40, 0, 1, 77, 5]",
                        "receive[2040, 40, 0, 1, 77, 5]",
                        "groupEnd"),
                calls);
    }

    @Test
    void aGroupEndsAlsoWhenACallFails() {
        failingSend = true;
        assertThrows(
                CommunicatorException.class, () -> comm.queue(new Collective.AllToAll(), DType.F32, 1000, 2000, 20, 5));
        assertEquals("groupEnd", calls.getLast());
    }

    @Test
    void whatIsClosedIsFreedOnceAndTakesNoCalls() {
        comm.close();
        comm.close();
        comm.abort();
        assertEquals(List.of("destroy[77]"), calls);
        assertThrows(
                ClosedException.class,
                () -> comm.queue(new Collective.AllReduce(ReduceKind.SUM), DType.F32, 1, 2, 3, 4));
        assertThrows(ClosedException.class, () -> comm.isSettled("join"));
        assertEquals(1, calls.size());
    }

    @Test
    void whatGoesOnBehindTheCallersBackIsToldApart() {
        assertTrue(comm.isSettled("join"));
        asyncError = NcclApi.IN_PROGRESS;
        assertFalse(comm.isSettled("join"));
        asyncError = 3;
        assertEquals(
                3,
                assertThrows(NativeCallException.class, () -> comm.isSettled("join"))
                        .code());
    }

    @Test
    void whatRanksDoNotReduceIsRefused() {
        assertThrows(
                DTypeException.class,
                () -> comm.queue(new Collective.AllReduce(ReduceKind.SUM), DType.F64, 1, 2, 3, 4));
        assertEquals(List.of(), calls);
    }

    @Test
    void onlyVersionTwoServes() {
        assertEquals(new NcclVersion(2, 20, 0), library(2).version());
        assertThrows(CommunicatorException.class, () -> library(3));
    }

    private static NcclLibrary library(int major) {
        return new NcclLibrary((NcclApi) Proxy.newProxyInstance(
                NcclApi.class.getClassLoader(),
                new Class<?>[] {NcclApi.class},
                (proxy, method, arguments) -> new NcclVersion(major, 20, 0)));
    }
}
