package dev.tenon.collectives.nccl;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.tenon.DType;
import dev.tenon.error.ClosedException;
import dev.tenon.error.CommunicatorException;
import dev.tenon.error.DTypeException;
import dev.tenon.error.InvalidArgumentException;
import dev.tenon.op.ReduceKind;
import java.lang.reflect.Proxy;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Calls and lifetimes, against a library that only writes down what it is asked. */
class NcclRankTest {
    private final List<String> calls = new ArrayList<>();
    private int asyncError;
    private boolean failingSend;

    private final NcclApi api = (NcclApi) Proxy.newProxyInstance(
            NcclApi.class.getClassLoader(), new Class<?>[] {NcclApi.class}, (proxy, method, arguments) -> {
                switch (method.getName()) {
                    case "asyncError":
                        return asyncError;
                    case "describe":
                        return "described";
                    default:
                        calls.add(method.getName() + (arguments == null ? "" : Arrays.toString(arguments)));
                        if (failingSend && method.getName().equals("send")) {
                            throw new CommunicatorException("send fails");
                        }
                        return null;
                }
            });

    private final NcclRank rank = new NcclRank(api, 77, 0, 2);

    @Test
    void versionsAreReadAsTheHeaderWritesThem() {
        assertEquals("2.8.4", NcclVersion.of(2804).toString());
        assertEquals("2.9.6", NcclVersion.of(20906).toString());
        assertEquals("2.27.3", NcclVersion.of(22703).toString());
    }

    @Test
    void allToAllIsOneGroupOfMessages() {
        rank.allToAll(DType.F32, 1000, 2000, 10, 5);
        assertEquals(
                List.of(
                        "groupStart",
                        "send[1000, 10, 7, 0, 77, 5]",
                        "receive[2000, 10, 7, 0, 77, 5]",
                        "send[1040, 10, 7, 1, 77, 5]",
                        "receive[2040, 10, 7, 1, 77, 5]",
                        "groupEnd"),
                calls);
    }

    @Test
    void aGroupEndsAlsoWhenACallFails() {
        failingSend = true;
        assertThrows(CommunicatorException.class, () -> rank.allToAll(DType.F32, 1000, 2000, 10, 5));
        assertEquals("groupEnd", calls.getLast());
    }

    @Test
    void whatIsClosedIsFreedOnceAndTakesNoCalls() {
        rank.close();
        rank.close();
        rank.abort();
        assertEquals(List.of("destroy[77]"), calls);
        assertThrows(ClosedException.class, () -> rank.allReduce(ReduceKind.SUM, DType.F32, 1, 2, 3, 4));
        assertEquals(1, calls.size());
    }

    @Test
    void aFailureOnTheDeviceAborts() {
        asyncError = 7;
        rank.broadcast(DType.F32, 1, 2, 0, 3);
        asyncError = 3;
        assertThrows(CommunicatorException.class, () -> rank.broadcast(DType.F32, 1, 2, 0, 3));
        rank.close();
        assertEquals(List.of("broadcast[1, 1, 2, 7, 0, 77, 3]", "abort[77]"), calls);
    }

    @Test
    void whatNcclLacksIsRefused() {
        assertThrows(DTypeException.class, () -> rank.allReduce(ReduceKind.SUM, DType.Q8_0, 1, 2, 3, 4));
        assertThrows(
                InvalidArgumentException.class, () -> rank.allReduce(ReduceKind.SUM_SQUARES, DType.F32, 1, 2, 3, 4));
        assertThrows(InvalidArgumentException.class, () -> rank.send(DType.F32, 1, 2, 2, 4));
        assertEquals(List.of(), calls);
    }

    @Test
    void onlyVersionTwoAndWholeIdsServe() {
        assertThrows(InvalidArgumentException.class, () -> library(2).join(new byte[127], 0, 1));
        assertThrows(InvalidArgumentException.class, () -> library(2).join(new byte[128], 1, 1));
        assertThrows(CommunicatorException.class, () -> library(3));
    }

    private static NcclLibrary library(int major) {
        return new NcclLibrary((NcclApi) Proxy.newProxyInstance(
                NcclApi.class.getClassLoader(),
                new Class<?>[] {NcclApi.class},
                (proxy, method, arguments) -> new NcclVersion(major, 20, 0)));
    }
}
