package dev.tenon.cuda.ptx;

import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/** The names between two braces, or of a function's body where it is put in for a call. */
final class Scope {
    final @Nullable Scope parent;
    final Map<String, Integer> registers = new HashMap<>();
    final Map<String, Integer> predicates = new HashMap<>();
    /** Names that are followed by a number, as {@code .reg .b32 %r<57>} declares them. */
    final Set<String> registerRanges = new HashSet<>();

    final Set<String> predicateRanges = new HashSet<>();
    /** Labels by the instructions that they stand before. */
    final Map<String, Integer> labels = new HashMap<>();
    /** Variables by their addresses. */
    final Map<String, Long> addresses = new HashMap<>();
    /** What calls hand over: declared here, and kept in registers by name and offset. */
    final Set<String> handed = new HashSet<>();
    /** Of a function's body: what it calls its parameters and its result, by what the caller calls them. */
    final Map<String, String> aliases = new HashMap<>();

    final @Nullable Scope caller;
    /** Whether {@code ret} goes on behind the call. */
    final boolean isCalled;

    Scope(@Nullable Scope parent, @Nullable Scope caller) {
        this.parent = parent;
        this.caller = caller;
        this.isCalled = caller != null || parent != null && parent.isCalled;
    }

    /** The nearest scope, from here outwards, that a condition holds for; null if there is none. */
    @Nullable
    Scope find(Predicate<Scope> condition) {
        for (Scope scope = this; scope != null; scope = scope.parent) {
            if (condition.test(scope)) {
                return scope;
            }
        }
        return null;
    }
}
