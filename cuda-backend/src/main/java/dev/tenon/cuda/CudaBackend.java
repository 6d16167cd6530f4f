package dev.tenon.cuda;

import dev.tenon.Configuration;
import dev.tenon.cuda.blas.BlasLibrary;
import dev.tenon.error.InputOutputException;
import dev.tenon.error.MalformedFileException;
import dev.tenon.error.NativeCallException;
import dev.tenon.spi.BackendDevice;
import dev.tenon.spi.BackendProvider;
import dev.tenon.spi.Discovery;
import java.util.ArrayList;
import java.util.List;
import java.util.function.IntFunction;
import java.util.function.Supplier;

/** Provides NVIDIA's GPUs, numbered in the order in which the driver lists those that can be used. */
public final class CudaBackend implements BackendProvider {
    /** The backend's name; its devices are {@code cuda:0} and so on. */
    public static final String NAME = "cuda";

    @Override
    public String name() {
        return NAME;
    }

    @Override
    public int priority() {
        return 20;
    }

    @Override
    public Discovery discover(Configuration configuration) {
        if (LibraryNative.lookup(DriverNative.LIBRARY).isEmpty()) {
            return new Discovery(
                    List.of(),
                    List.of("there is no " + DriverNative.LIBRARY + " on this machine: NVIDIA's driver has it"));
        }
        return discover(CudaNative::load, BlasLibrary::find, configuration);
    }

    /** With a driver of one's own, for tests. */
    static Discovery discover(Supplier<Driver> load, Configuration configuration) {
        return discover(load, version -> new BlasLibrary.Absent("none was looked for"), configuration);
    }

    /**
     * With a driver and a cuBLAS of one's own, for tests.
     *
     * @param findBlas looks for the library that goes with a driver's version
     */
    static Discovery discover(Supplier<Driver> load, IntFunction<BlasLibrary> findBlas, Configuration configuration) {
        List<BackendDevice> devices = new ArrayList<>();
        List<String> reasons = new ArrayList<>();
        try {
            Driver driver = load.get();
            int count = driver.deviceCount();
            if (count == 0) {
                reasons.add("the CUDA driver finds no device");
            }
            BlasLibrary blas = count == 0 ? new BlasLibrary.Absent("no device") : findBlas.apply(driver.version());
            for (int index = 0; index < count; index++) {
                open(driver, blas, index, count, configuration, devices, reasons);
            }
            if (!devices.isEmpty() && blas instanceof BlasLibrary.Absent absent) {
                reasons.add("cuBLAS: " + absent.reason() + "; Tenon's own kernels multiply matrices");
            }
        } catch (NativeCallException e) {
            reasons.add(
                    e.code() == ErrorCodes.NO_DEVICE
                            ? "the CUDA driver finds no device"
                            : "the CUDA driver: " + first(e));
        } catch (UnsatisfiedLinkError | ExceptionInInitializerError | NoClassDefFoundError e) {
            reasons.add("JCuda's native library cannot be loaded; it looks on the class path and in java.library.path ("
                    + first(e) + ")");
        }
        return new Discovery(devices, reasons);
    }

    /** One device that fails does not hide the others. */
    private static void open(
            Driver driver,
            BlasLibrary blas,
            int index,
            int count,
            Configuration configuration,
            List<BackendDevice> devices,
            List<String> reasons) {
        try {
            DeviceInfo info = DeviceInfo.read(driver, index, count);
            if (info.problem().isPresent()) {
                reasons.add(info.description() + ": " + info.problem().get());
            } else {
                devices.add(new CudaDevice(driver, blas, info, devices.size(), configuration));
            }
        } catch (NativeCallException e) {
            reasons.add("device " + index + " of the CUDA driver: " + first(e));
        } catch (MalformedFileException | InputOutputException e) {
            reasons.add("device " + index + " of the CUDA driver cannot be tuned as asked: " + first(e));
        }
    }

    private static String first(Throwable e) {
        return String.valueOf(e.getMessage()).lines().findFirst().orElse("");
    }
}
