package dev.tenon.opencl;

import org.jspecify.annotations.Nullable;

/**
 * Whether a device's graphs are replayed by way of {@code cl_khr_command_buffer}, and why.
 *
 * @param functions of the platform; null if they are not used
 * @param reason a sentence for {@code tenon devices}
 */
record CommandBuffers(@Nullable CommandBufferNative functions, String reason) {
    /** The system property with the choice: {@code on}, {@code off}, or by default {@code auto}. */
    static final String PROPERTY = "tenon.opencl.commandBuffers";

    /** 0.9.8 as OpenCL packs versions: from it on, a buffer may be enqueued again while it runs. */
    private static final int PIPELINED = 9 << 12 | 8;

    private static final int MAJOR = 22;
    /** The capability of earlier versions for the same, and the flag that asks for it. */
    private static final long SIMULTANEOUS_USE_CAPABILITY = 1 << 2;

    private static final long SIMULTANEOUS_USE_FLAG = 1;

    static CommandBuffers of(DeviceInfo info) {
        if (!info.commandBuffers()) {
            return no("it has no cl_khr_command_buffer");
        }
        String choice = System.getProperty(PROPERTY, "auto");
        int version = CommandBufferNative.version(info.device());
        String name = "cl_khr_command_buffer " + text(version);
        if (choice.equals("off")) {
            return no("turned off by -D" + PROPERTY);
        }
        if (choice.equals("auto") && info.isPocl()) {
            return no("PoCL enqueues a buffer's commands one by one itself, as is done here (-D" + PROPERTY + "=on: "
                    + name + ")");
        }
        if (CommandBufferNative.requiredQueueProperties(info.device()) != 0) {
            return no(name + " asks for queues of another kind");
        }
        boolean pipelined = version >= PIPELINED;
        boolean simultaneous = (CommandBufferNative.capabilities(info.device()) & SIMULTANEOUS_USE_CAPABILITY) != 0;
        if (version == 0 || !pipelined && !simultaneous) {
            return no(name + " does not allow a graph to be enqueued while it runs");
        }
        CommandBufferNative functions = CommandBufferNative.of(info.platform(), pipelined ? 0 : SIMULTANEOUS_USE_FLAG);
        return functions == null
                ? no("the platform lacks functions of " + name)
                : new CommandBuffers(functions, "yes: " + name);
    }

    private static CommandBuffers no(String reason) {
        return new CommandBuffers(null, "no: " + reason);
    }

    private static String text(int version) {
        return version == 0
                ? "of an unknown version"
                : (version >>> MAJOR) + "." + (version >>> 12 & 0x3ff) + "." + (version & 0xfff);
    }
}
