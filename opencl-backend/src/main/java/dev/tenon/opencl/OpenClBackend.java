package dev.tenon.opencl;

import dev.tenon.Configuration;
import dev.tenon.error.InputOutputException;
import dev.tenon.error.MalformedFileException;
import dev.tenon.error.NativeCallException;
import dev.tenon.spi.BackendDevice;
import dev.tenon.spi.BackendProvider;
import dev.tenon.spi.Discovery;
import java.util.ArrayList;
import java.util.List;
import org.lwjgl.PointerBuffer;
import org.lwjgl.opencl.CL;
import org.lwjgl.opencl.CL10;
import org.lwjgl.opencl.KHRICD;
import org.lwjgl.system.MemoryStack;

/** Provides the devices of every OpenCL platform, numbered in the order in which the loader lists them. */
public final class OpenClBackend implements BackendProvider {
    /** The backend's name; its devices are {@code opencl:0} and so on. */
    public static final String NAME = "opencl";

    @Override
    public String name() {
        return NAME;
    }

    @Override
    public int priority() {
        return -20;
    }

    @Override
    public Discovery discover(Configuration configuration) {
        List<BackendDevice> devices = new ArrayList<>();
        List<String> reasons = new ArrayList<>();
        try {
            load();
            for (long platform : platforms(reasons)) {
                open(platform, configuration, devices, reasons);
            }
        } catch (UnsatisfiedLinkError e) {
            reasons.add("there is no OpenCL loader on this machine, for example Debian's ocl-icd-libopencl1 ("
                    + firstLine(e) + ")");
        } catch (NativeCallException e) {
            reasons.add(firstLine(e));
        }
        return new Discovery(devices, reasons);
    }

    private static void load() {
        // Else loading LWJGL's class would load the library, and its absence would be an error of a class.
        org.lwjgl.system.Configuration.OPENCL_EXPLICIT_INIT.set(true);
        // LWJGL's default is sun.misc.Unsafe, about which the JVM warns the user.
        if (org.lwjgl.system.Configuration.MEMORY_BACKEND.get() == null) {
            org.lwjgl.system.Configuration.MEMORY_BACKEND.set("ffm");
        }
        synchronized (OpenClBackend.class) {
            if (!isLoaded()) {
                CL.create(library());
            }
        }
    }

    /**
     * The loader's name: what LWJGL's system property says, or else as packages install it. Looked for before LWJGL is asked,
     * which prints what it does not find.
     */
    private static String library() {
        String set = org.lwjgl.system.Configuration.OPENCL_LIBRARY_NAME.get();
        List<String> names = set == null ? List.of("libOpenCL.so.1", System.mapLibraryName("OpenCL")) : List.of(set);
        return names.stream()
                .filter(OpenClNative::isThere)
                .findFirst()
                .orElseThrow(() -> new UnsatisfiedLinkError("no " + String.join(", no ", names)));
    }

    /** LWJGL loads the library once a process, here or in other code of the user's. */
    private static boolean isLoaded() {
        try {
            return CL.getFunctionProvider() != null;
        } catch (IllegalStateException e) {
            return false;
        }
    }

    private static List<Long> platforms(List<String> reasons) {
        try (MemoryStack stack = MemoryStack.stackPush()) {
            int[] count = new int[1];
            int code = CL10.clGetPlatformIDs(null, count);
            if (code == KHRICD.CL_PLATFORM_NOT_FOUND_KHR || count[0] == 0) {
                reasons.add("the OpenCL loader finds no platform: install a device's driver, or pocl-opencl-icd");
                return List.of();
            }
            OpenClNative.check("clGetPlatformIDs", code);
            PointerBuffer ids = stack.mallocPointer(count[0]);
            OpenClNative.check("clGetPlatformIDs", CL10.clGetPlatformIDs(ids, (int[]) null));
            return list(ids);
        }
    }

    private static void open(
            long platform, Configuration configuration, List<BackendDevice> devices, List<String> reasons) {
        String name = OpenClNative.platformText(platform, CL10.CL_PLATFORM_NAME);
        List<Long> ids;
        try (MemoryStack stack = MemoryStack.stackPush()) {
            int[] count = new int[1];
            int code = CL10.clGetDeviceIDs(platform, CL10.CL_DEVICE_TYPE_ALL, null, count);
            if (code == CL10.CL_DEVICE_NOT_FOUND || count[0] == 0) {
                reasons.add("platform " + name + " has no device");
                return;
            }
            OpenClNative.check("clGetDeviceIDs", code);
            PointerBuffer buffer = stack.mallocPointer(count[0]);
            OpenClNative.check(
                    "clGetDeviceIDs", CL10.clGetDeviceIDs(platform, CL10.CL_DEVICE_TYPE_ALL, buffer, (int[]) null));
            ids = list(buffer);
        }
        for (long id : ids) {
            DeviceInfo info = DeviceInfo.read(platform, id);
            if (info.problem().isPresent()) {
                reasons.add(info.description() + " of platform " + name + ": "
                        + info.problem().get());
                continue;
            }
            try {
                devices.add(new OpenClDevice(info, devices.size(), configuration));
            } catch (MalformedFileException | InputOutputException e) {
                // A tuning table that cannot be believed: other devices than those that it is about go on to work.
                reasons.add(
                        info.description() + " of platform " + name + " cannot be tuned as asked: " + e.getMessage());
            }
        }
    }

    private static List<Long> list(PointerBuffer ids) {
        List<Long> list = new ArrayList<>();
        for (int i = 0; i < ids.capacity(); i++) {
            list.add(ids.get(i));
        }
        return list;
    }

    private static String firstLine(Throwable e) {
        return String.valueOf(e.getMessage()).lines().findFirst().orElse("");
    }
}
