package dev.tenon.opencl;

import java.nio.IntBuffer;
import org.lwjgl.opencl.CL10;
import org.lwjgl.opencl.CL11;
import org.lwjgl.opencl.CLEventCallback;
import org.lwjgl.system.MemoryStack;

/**
 * Events of one context that are passed, or fail, as one of another context does. The driver tells the host of the one, which
 * then sets the other.
 */
final class FollowingEvents {
    /** One for all events, never freed: the driver may call it as long as the process lives. */
    private static final CLEventCallback FOLLOW = CLEventCallback.create((event, status, follower) -> {
        CL11.clSetUserEventStatus(follower, status < 0 ? status : CL10.CL_COMPLETE);
        CL10.clReleaseEvent(follower);
    });

    private FollowingEvents() {}

    /** Makes one in a context; the caller's to release. Until it is set it has a reference of its own. */
    static long follow(long event, long context) {
        long follower;
        try (MemoryStack stack = MemoryStack.stackPush()) {
            IntBuffer code = stack.mallocInt(1);
            follower = CL11.clCreateUserEvent(context, code);
            OpenClNative.check("clCreateUserEvent", code.get(0));
        }
        CL10.clRetainEvent(follower);
        int code = CL11.clSetEventCallback(event, CL10.CL_COMPLETE, FOLLOW, follower);
        if (code != CL10.CL_SUCCESS) {
            CL11.clSetUserEventStatus(follower, CL10.CL_COMPLETE);
            CL10.clReleaseEvent(follower);
            CL10.clReleaseEvent(follower);
            throw OpenClNative.failure("clSetEventCallback", code, "");
        }
        return follower;
    }
}
