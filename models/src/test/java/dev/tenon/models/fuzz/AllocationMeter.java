package dev.tenon.models.fuzz;

import java.lang.reflect.Method;

/** Bytes that the current thread has allocated, where the virtual machine counts them. */
final class AllocationMeter {
    private final Object bean;
    private final Method allocated;

    AllocationMeter() {
        try {
            // By reflection: the module under test does not read java.management, and tests must not make it.
            bean = Class.forName("java.lang.management.ManagementFactory")
                    .getMethod("getThreadMXBean")
                    .invoke(null);
            allocated = Class.forName("com.sun.management.ThreadMXBean").getMethod("getCurrentThreadAllocatedBytes");
        } catch (ReflectiveOperationException e) {
            throw new AssertionError(e);
        }
    }

    long allocated() {
        try {
            return (long) allocated.invoke(bean);
        } catch (ReflectiveOperationException e) {
            throw new AssertionError(e);
        }
    }
}
