package dev.tenon.collectives;

import dev.tenon.collectives.nccl.NcclRanks;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;

/** The suite with ranks that are devices, connected by a fake of NCCL that does what NCCL does, on streams of their own. */
class NcclConformanceTest {
    @TestFactory
    Stream<DynamicTest> devices() {
        return suites(List.of(1, 2, 3, 4), true);
    }

    /** A version that cannot split communicators. */
    @TestFactory
    Stream<DynamicTest> devicesOfAnOldVersion() {
        return suites(List.of(3), false);
    }

    private static Stream<DynamicTest> suites(List<Integer> counts, boolean splits) {
        return counts.stream()
                .flatMap(ranks -> CollectiveSuite.cases().entrySet().stream()
                        .map(each -> DynamicTest.dynamicTest(ranks + " devices, " + each.getKey(), () -> {
                            try (NcclRanks.Open open = NcclRanks.open(ranks, splits, ThreadConformanceTest.OPTIONS)) {
                                ThreadRanks.run(
                                        open.ranks(),
                                        rank -> each.getValue()
                                                .accept(new CollectiveSuite(
                                                        rank, open.devices().get(rank.rank()))));
                            }
                        })));
    }
}
