package dev.tenon.cuda;

import dev.tenon.Configuration;
import dev.tenon.DType;
import dev.tenon.Device;
import dev.tenon.Scope;
import dev.tenon.Tensor;
import dev.tenon.op.Epilogue;
import dev.tenon.op.Matmul;
import dev.tenon.op.Op;
import dev.tenon.profile.Profile;
import java.util.List;
import org.junit.jupiter.api.AfterEach;

/** A device like an H100 on a recording driver, for tests of what operators launch there. */
abstract class LaunchFixture {
    RecordingDriver driver = RecordingDriver.hopper(1, Simulation.MEMORY);
    CudaDevice backend = Simulation.open(driver, Configuration.DEFAULT).getFirst();
    Device device = Simulation.device(backend);
    private Scope scope = Scope.open();

    /** Goes on with another driver's device. */
    final void change(RecordingDriver other) {
        close();
        driver = other;
        backend = Simulation.open(driver, Configuration.DEFAULT).getFirst();
        device = Simulation.device(backend);
        scope = Scope.open();
    }

    /** Opens the device with a system property, which is read then. */
    final void reopen(String property, String value) {
        System.setProperty(property, value);
        try {
            change(driver);
        } finally {
            System.clearProperty(property);
        }
    }

    @AfterEach
    final void close() {
        scope.close();
        device.synchronize();
        backend.close();
        driver.assertNothingIsLeft();
    }

    final Tensor tensor(DType type, long... sizes) {
        return Tensor.empty(device, type, sizes);
    }

    final Matmul matmul(DType type, long m, long n, long k) {
        return new Matmul(tensor(type, m, k), tensor(type, n, k).transpose(), Epilogue.NONE, tensor(type, m, n));
    }

    /** Runs an operator and says which kernels it was. */
    final List<String> kernels(Op op) {
        driver.launches.clear();
        driver.faults.forget();
        device.execute(op);
        device.synchronize();
        return driver.launches.stream().map(driver::kernel).toList();
    }

    /** What the profile has of an operator, its kernels included. */
    final String profiled(Op op) {
        try (Profile profile = Profile.start()) {
            device.execute(op);
            return profile.spans().getLast().operands();
        }
    }
}
