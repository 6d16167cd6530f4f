package dev.tenon.conformance;

import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.DynamicTest.dynamicTest;

import dev.tenon.Configuration;
import dev.tenon.DType;
import dev.tenon.Device;
import dev.tenon.conformance.reference.ReferenceDevice;
import dev.tenon.op.Op;
import dev.tenon.spi.BackendGraph;
import dev.tenon.spi.BackendStream;
import dev.tenon.spi.StreamEvent;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;

/** The suite finds every defect that {@link Mutant} makes: were it to pass one of these devices, it would be blind. */
class MutantTest {
    private static final List<OpCase> CASES = OpCases.all();
    private static final long SEED = 20260701;

    @TestFactory
    Stream<DynamicTest> defectsAreFound() {
        return Stream.of(
                found("writes past an output", Mutant.overrun(true), "^(Unary|Matmul|Softmax) ", "outside"),
                found("writes before an output", Mutant.overrun(false), "^Binary ", "outside"),
                found("leaves the last element", Mutant.skipsLast(), "^Unary ", "element"),
                found("ignores output strides", Mutant.storesAs(Mutant::withoutStrides), "^(Copy|Rope) ", ""),
                found("ignores an output's offset", Mutant.storesAs(Mutant::withoutOffset), "^Matmul ", ""),
                found("ignores input strides", Mutant.readsAs(Mutant::withoutStrides), "^Unary ", "element"),
                found("ignores an input's offset", Mutant.readsAs(Mutant::withoutOffset), "^Unary ", "element"),
                found(
                        "cuts digits off",
                        Mutant.stores((t, v, s) -> Mutant.truncated(t, v)),
                        "^Cast F32 to BF16",
                        "exactly|element"),
                found(
                        "cuts digits off sums",
                        Mutant.stores((t, v, s) -> Mutant.truncated(t, v)),
                        "^Binary ADD F32",
                        "element"),
                found("keeps sums in BF16", Mutant.stores((t, v, s) -> v + s * 0x1p-9), "^Matmul F32", "allowed"),
                found(
                        "keeps long sums in F16",
                        Mutant.stores((t, v, s) -> v + s * 0x1p-14),
                        "^Reduce SUM F32 \\[4098",
                        "allowed"),
                found("is off by two ulp", Mutant.stores((t, v, s) -> v * (1 + 0x1p-21)), "^Unary EXP F32", "allowed"),
                found(
                        "flushes subnormals",
                        Mutant.stores((t, v, s) -> Math.abs(v) < 0x1p-126 ? 0 : v),
                        "^Binary (ADD|MULTIPLY) F32",
                        "element"),
                found("adds to what was there", Mutant.accumulates(), "^Matmul ", ""),
                found("spoils its input", Mutant.spoilsInputs(), "^Unary ", "outside"),
                found("does not repeat", Mutant.unrepeatable(), "^Softmax ", "bits"),
                found("drops NaN", Mutant.dropsNaN(), "^(Reduce MAX|Binary MAXIMUM) ", "NaN"),
                found("swaps operands", Mutant.computes(Mutant::swapped), "^Binary SUBTRACT ", "element"),
                found("takes one GELU for the other", Mutant.computes(Mutant::otherGelu), "^Unary GELU ", "allowed"),
                found("takes the smallest", Mutant.computes(Mutant::smallestInstead), "^ArgReduce ", "exactly"),
                found("sums for a mean", Mutant.computes(Mutant::sumInsteadOfMean), "^Reduce MEAN ", "element"),
                found("ignores the window", Mutant.computes(Mutant::withoutWindow), "^Attention ", "element"),
                found("sees one key too many", Mutant.computes(Mutant::withWindowPlusOne), "^Attention ", "element"),
                found("ignores the cap", Mutant.computes(Mutant::withoutCap), "^Attention ", "element"),
                found("mixes up key heads", Mutant.computes(Mutant::interleavedHeads), "^Attention ", "element"),
                found("replays nothing", graphs(false), "^Fill ", "replayed"),
                found("runs while capturing", graphs(true), "^Fill ", "captur"));
    }

    private static DynamicTest found(String defect, ReferenceDevice mutant, String cases, String says) {
        return dynamicTest(defect, () -> {
            Pattern wanted = Pattern.compile(cases);
            Device device = new Device(mutant, Configuration.DEFAULT);
            int run = 0;
            Optional<String> problem = Optional.empty();
            for (OpCase test : CASES) {
                if (wanted.matcher(test.toString()).find()) {
                    run++;
                    problem = problem(test, device);
                    if (problem.isPresent()) {
                        break;
                    }
                }
            }
            mutant.close();
            assertTrue(problem.isPresent(), "a device that " + defect + " passed " + run + " cases");
            String message = problem.get();
            assertTrue(Pattern.compile(says).matcher(message).find(), "a device that " + defect + ": " + message);
        });
    }

    /** A device that leaves its buffer may fail with an index out of bounds: that is found, too. */
    private static Optional<String> problem(OpCase test, Device device) {
        try {
            return CaseRunner.run(test, device, SEED);
        } catch (IndexOutOfBoundsException | dev.tenon.error.ShapeException e) {
            return Optional.of(e.toString());
        }
    }

    /** A device whose graphs are broken: they do nothing, or their operators run when they are compiled. */
    private static ReferenceDevice graphs(boolean eager) {
        return new ReferenceDevice(1L << 28) {
            @Override
            public BackendStream defaultStream() {
                BackendStream sound = super.defaultStream();
                return new BackendStream() {
                    @Override
                    public void execute(Op op) {
                        sound.execute(op);
                    }

                    @Override
                    public BackendGraph compile(List<Op> ops) {
                        if (eager) {
                            ops.forEach(sound::execute);
                        }
                        return sound.compile(eager ? ops : List.of());
                    }

                    @Override
                    public StreamEvent record() {
                        return sound.record();
                    }

                    @Override
                    public void waitFor(StreamEvent event) {}

                    @Override
                    public void synchronize() {}

                    @Override
                    public void close() {}
                };
            }
        };
    }

    /** Values that a 16-bit accumulator cannot tell apart from the right ones would need another tolerance: there are none. */
    @TestFactory
    Stream<DynamicTest> tolerancesTellTypesApart() {
        return Stream.of(DType.F16, DType.BF16)
                .map(narrow -> dynamicTest(narrow + " weights in an F32 product", () -> {
                    ReferenceDevice mutant = Mutant.stores((type, value, scale) ->
                            type == DType.F32 ? value + scale * (narrow == DType.F16 ? 0x1p-12 : 0x1p-9) : value);
                    Device device = new Device(mutant, Configuration.DEFAULT);
                    List<OpCase> passed = CASES.stream()
                            .filter(c -> c.toString().startsWith("Matmul F32 x F32 to F32"))
                            .filter(c -> c.operands().stream()
                                    .allMatch(o -> o.shape().elements() > 0
                                            && o.shape().elements() < 9000))
                            .filter(c -> CaseRunner.run(c, device, SEED).isEmpty())
                            .toList();
                    mutant.close();
                    assertTrue(
                            passed.isEmpty(),
                            "passed: "
                                    + passed.stream().map(OpCase::name).limit(5).toList());
                }));
    }
}
