package dev.tenon.cuda;

import dev.tenon.cuda.blas.Blas;
import dev.tenon.cuda.blas.BlasCodes;
import dev.tenon.cuda.blas.BlasLibrary;
import dev.tenon.cuda.blas.BlasUse;
import dev.tenon.cuda.op.BlasProducts;
import dev.tenon.cuda.op.Step;
import dev.tenon.error.NativeCallException;
import dev.tenon.error.TenonException;
import dev.tenon.kernels.cuda.BlasGemm;
import dev.tenon.spi.DeviceBuffer;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * A device's cuBLAS: a handle for the device, made when the first product comes to it, and plans of cuBLASLt by shape. Stream and
 * workspace are given with each call, under this object's monitor, so that any stream, one that captures too, uses the one handle.
 */
final class CudaBlas implements BlasProducts {
    /** NVIDIA's recommendation for compute capability 9.0 and later. */
    private static final long HOPPERS_WORKSPACE = 32L << 20;
    /** And for others. */
    private static final long WORKSPACE = 4L << 20;

    private static final int HOPPER = 90;
    /** Shapes whose plans are kept: more than a model has, fewer than prompts have lengths. */
    private static final int MOST_PLANS = 512;

    private final CudaDevice device;
    private final Blas blas;
    private final BlasUse use;
    private final long workspaceBytes;
    /** In the order in which they were last used; empty where cuBLASLt has no algorithm. */
    private final Map<LtPlan.Shape, Optional<LtPlan>> plans = new LinkedHashMap<>(16, 0.75f, true);

    private long handle;
    private long lt;
    /** Why the library that is there does not work here. */
    private @Nullable String failure;

    CudaBlas(CudaDevice device, BlasLibrary.Found library, int capability) {
        this.device = device;
        blas = library.blas();
        use = library.use();
        workspaceBytes = capability >= HOPPER ? HOPPERS_WORKSPACE : WORKSPACE;
    }

    @Override
    public BlasUse use() {
        return use;
    }

    @Override
    public String description() {
        return blas.description();
    }

    @Override
    public long workspaceBytes() {
        return workspaceBytes;
    }

    @Override
    public Prepared prepare(BlasGemm gemm) {
        return device.ask(driver -> ready(gemm));
    }

    private synchronized Prepared ready(BlasGemm gemm) {
        if (failure == null) {
            open();
        }
        String why = failure;
        if (why != null) {
            return new Prepared.Declined(why);
        }
        if (gemm.isPlain()) {
            return new Prepared.Ready(gemm.batch() == 1 ? "cublasGemmEx" : "cublasGemmStridedBatchedEx", true);
        }
        return plan(gemm, LtPlan.Addresses.of(gemm))
                .<Prepared>map(plan -> new Prepared.Ready("cublasLtMatmul", plan.needsWorkspace()))
                .orElseGet(() -> new Prepared.Declined("cuBLASLt has no algorithm for it"));
    }

    /** A library that does not start is left alone from then on; that memory was short is the caller's to know, and may pass. */
    private void open() {
        try {
            if (lt == 0) {
                lt = blas.createLt();
            }
            if (handle == 0) {
                handle = newHandle();
            }
        } catch (NativeCallException e) {
            if (e.code() == BlasCodes.ALLOC_FAILED) {
                throw e;
            }
            failure = e.getMessage();
        }
    }

    private long newHandle() {
        long made = blas.create();
        try {
            blas.setMathMode(made, BlasCodes.MATH_MODE);
            return made;
        } catch (TenonException e) {
            new Release(e).run(() -> blas.destroy(made));
            throw e;
        }
    }

    private Optional<LtPlan> plan(BlasGemm gemm, LtPlan.Addresses at) {
        LtPlan.Shape shape = LtPlan.Shape.of(gemm, at);
        Optional<LtPlan> known = plans.get(shape);
        if (known != null) {
            return known;
        }
        Optional<LtPlan> made = LtPlan.make(blas, lt, shape, at, workspaceBytes);
        plans.put(shape, made);
        if (plans.size() > MOST_PLANS) {
            Release release = new Release();
            Iterator<Optional<LtPlan>> oldest = plans.values().iterator();
            oldest.next().ifPresent(plan -> plan.close(release));
            oldest.remove();
            release.finish();
        }
        return made;
    }

    /** Puts a prepared call on a stream of the driver's; the device's context is current. */
    synchronized void submit(Step.Library step, long stream) {
        BlasGemm gemm = step.gemm();
        LtPlan.Addresses at = LtPlan.Addresses.of(gemm);
        DeviceBuffer memory = step.workspace();
        long workspace = memory == null ? 0 : ((CudaBuffer) memory).pointer();
        long bytes = memory == null ? 0 : memory.bytes();
        if (gemm.isPlain()) {
            // A stream takes the workspace away, so it comes first.
            blas.setStream(handle, stream);
            blas.setWorkspace(handle, workspace, bytes);
            blas.gemm(handle, gemm, at.a(), at.b(), at.d());
        } else {
            // A plan that was dropped meanwhile is made again, and is the same.
            plan(gemm, at)
                    .orElseThrow(() -> new IllegalStateException("a call that was not prepared"))
                    .run(lt, gemm, at, workspace, bytes, stream);
        }
    }

    /** Gives everything back; all streams are done. */
    synchronized void close(Release release) {
        plans.values().forEach(plan -> plan.ifPresent(made -> made.close(release)));
        plans.clear();
        if (handle != 0) {
            long ended = handle;
            handle = 0;
            release.run(() -> blas.setStream(ended, 0));
            release.run(() -> blas.destroy(ended));
        }
        if (lt != 0) {
            long ended = lt;
            lt = 0;
            release.run(() -> blas.destroyLt(ended));
        }
    }
}
