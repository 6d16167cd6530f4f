package dev.tenon.cuda.op;

import dev.tenon.kernels.cuda.CudaLaunch;
import dev.tenon.kernels.cuda.CudaPlan;
import dev.tenon.kernels.cuda.CudaTraits;
import dev.tenon.kernels.plan.DeviceTraits;
import dev.tenon.kernels.plan.Launch;
import dev.tenon.kernels.plan.PortableOps;
import dev.tenon.kernels.plan.Work;
import dev.tenon.op.Matmul;
import dev.tenon.op.Op;
import dev.tenon.spi.DeviceBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;
import java.util.function.LongFunction;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** The steps that operators come to, in order, the memory that they need meanwhile, and why it is these steps. */
public final class CudaWork implements AutoCloseable {
    private final TensorCores tensorCores;
    /** Plans the portable kernels, and holds all scratch memory. */
    private final Work portable;

    private final List<Step> steps = new ArrayList<>(2);
    private final List<Chosen> chosen = new ArrayList<>(0);
    private final BlasProducts blas;
    /** One for all of the library's calls, which follow each other. */
    private @Nullable DeviceBuffer workspace;

    /**
     * What one operator runs on.
     *
     * @param library whether a product goes to the library; null for other operators
     */
    private record Chosen(CudaPlan plan, @Nullable BlasChoice library) {}

    /** @param allocator gives memory of so many bytes; closing it waits for work that is queued on it */
    public CudaWork(
            DeviceTraits device,
            TensorCores tensorCores,
            BlasProducts blas,
            LongFunction<? extends DeviceBuffer> allocator) {
        this.tensorCores = tensorCores;
        this.blas = blas;
        this.portable = new Work(device, allocator);
    }

    /** Adds an operator's portable kernels. */
    void portable(Op op) {
        List<Launch> launches = portable.launches();
        int before = launches.size();
        PortableOps.bind(op, portable);
        for (Launch launch : launches.subList(before, launches.size())) {
            if (!launch.isEmpty()) {
                steps.add(new Step.Portable(launch));
            }
        }
    }

    /** Adds an operator's kernels for tensor cores where a plan has them, else its portable ones. */
    void planned(Op op, Function<CudaTraits, CudaPlan> planner) {
        CudaPlan plan = tensorCores.plan(planner);
        chosen.add(new Chosen(plan, null));
        run(op, plan);
    }

    /** Adds a product by the library where that is chosen, else as {@link #planned}. */
    void product(Matmul op, Function<CudaTraits, CudaPlan> planner) {
        CudaPlan plan = tensorCores.plan(planner);
        BlasChoice library = BlasChoice.of(op, plan, blas);
        chosen.add(new Chosen(plan, library));
        switch (library) {
            case BlasChoice.Library by ->
                steps.add(new Step.Library(by.gemm(), by.call().needsWorkspace() ? workspace() : null));
            case BlasChoice.Own _ -> run(op, plan);
        }
    }

    private DeviceBuffer workspace() {
        DeviceBuffer made = workspace;
        if (made == null) {
            made = portable.scratch(blas.workspaceBytes());
            workspace = made;
        }
        return made;
    }

    private void run(Op op, CudaPlan plan) {
        switch (plan) {
            case CudaPlan.Declined _ -> portable(op);
            case CudaPlan.Launches launches -> add(launches);
        }
    }

    private void add(CudaPlan.Launches plan) {
        List<DeviceBuffer> scratch = new ArrayList<>(plan.scratch().size());
        for (CudaPlan.ScratchBuffer wanted : plan.scratch()) {
            DeviceBuffer buffer = portable.scratch(wanted.bytes());
            scratch.add(buffer);
            if (wanted.zeroed()) {
                steps.add(new Step.Zeros(buffer));
            }
        }
        for (CudaLaunch launch : plan.launches()) {
            steps.add(new Step.TensorCore(launch, scratch));
        }
    }

    public List<Step> steps() {
        return steps;
    }

    /**
     * For the operators that may run on tensor cores or by the library: what they run on, or why the portable kernels do. Empty where
     * there are no such operators.
     */
    public String choice() {
        return chosen.stream().map(this::describe).collect(Collectors.joining("; "));
    }

    private String describe(Chosen of) {
        return switch (of.library) {
            case null -> describe(of.plan);
            case BlasChoice.Library library -> library.call().function() + " of " + blas.description();
            case BlasChoice.Own own ->
                describe(of.plan) + (own.reason().isEmpty() ? "" : " (not cuBLAS: " + own.reason() + ")");
        };
    }

    private static String describe(CudaPlan plan) {
        return switch (plan) {
            case CudaPlan.Declined declined -> "portable: " + declined.reason();
            case CudaPlan.Launches launches ->
                launches.launches().isEmpty()
                        ? "nothing to run"
                        : launches.launches().stream()
                                        .map(launch -> launch.kernel().name())
                                        .collect(Collectors.joining(", "))
                                + (launches.because().isEmpty() ? "" : " (" + launches.because() + ")");
        };
    }

    /** Gives the scratch memory back. */
    @Override
    public void close() {
        portable.close();
    }
}
