package dev.tenon.opencl;

import org.lwjgl.PointerBuffer;
import org.lwjgl.opencl.CL10;
import org.lwjgl.opencl.CL11;
import org.lwjgl.system.MemoryStack;

/** A point that a device's queue waits at until it is opened. */
final class Gate {
    private final long event;
    private final OpenClEvent point;

    Gate(OpenClDevice device) {
        long queue = device.createQueue(false);
        try (MemoryStack stack = MemoryStack.stackPush()) {
            PointerBuffer context = stack.mallocPointer(1);
            OpenClNative.check(
                    "clGetCommandQueueInfo", CL10.clGetCommandQueueInfo(queue, CL10.CL_QUEUE_CONTEXT, context, null));
            event = CL11.clCreateUserEvent(context.get(0), stack.mallocInt(1));
        } finally {
            OpenClNative.releaseQueue(queue);
        }
        point = new OpenClEvent(event, new Handles());
    }

    /** To be waited for; released by whoever sees it passed. */
    OpenClEvent point() {
        return point;
    }

    void open() {
        OpenClNative.check("clSetUserEventStatus", CL11.clSetUserEventStatus(event, CL10.CL_COMPLETE));
    }
}
