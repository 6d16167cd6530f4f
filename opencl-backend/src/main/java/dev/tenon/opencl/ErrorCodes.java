package dev.tenon.opencl;

import java.lang.reflect.Field;
import java.lang.reflect.Modifier;
import java.util.HashMap;
import java.util.Map;
import org.lwjgl.opencl.CL10;
import org.lwjgl.opencl.CL11;
import org.lwjgl.opencl.CL12;
import org.lwjgl.opencl.CL20;
import org.lwjgl.opencl.KHRICD;

/** OpenCL's error codes by name. They are the negative constants of LWJGL's classes, read off them once, when one is needed. */
final class ErrorCodes {
    private ErrorCodes() {}

    private static final class Names {
        static final Map<Integer, String> BY_CODE = read(CL20.class, CL12.class, CL11.class, CL10.class, KHRICD.class);
    }

    /** For example {@code CL_OUT_OF_RESOURCES}; empty for a code that is not known. */
    static String name(int code) {
        return Names.BY_CODE.getOrDefault(code, "");
    }

    private static Map<Integer, String> read(Class<?>... classes) {
        Map<Integer, String> names = new HashMap<>();
        for (Class<?> each : classes) {
            for (Field field : each.getDeclaredFields()) {
                if (field.getType() == int.class
                        && Modifier.isStatic(field.getModifiers())
                        && Modifier.isPublic(field.getModifiers())) {
                    try {
                        int code = field.getInt(null);
                        if (code < 0) {
                            names.put(code, field.getName());
                        }
                    } catch (IllegalAccessException e) {
                        throw new IllegalStateException("a public constant cannot be read: " + field, e);
                    }
                }
            }
        }
        return Map.copyOf(names);
    }
}
