package dev.tenon.op;

import java.util.Locale;

/** Operators' names, made once for each class: every execution asks for one. */
final class OpNames {
    private static final ClassValue<String> NAMES = new ClassValue<>() {
        @Override
        protected String computeValue(Class<?> type) {
            String name = type.getSimpleName();
            return name.substring(0, 1).toLowerCase(Locale.ROOT) + name.substring(1);
        }
    };

    private OpNames() {}

    static String of(Class<? extends Op> type) {
        return NAMES.get(type);
    }
}
