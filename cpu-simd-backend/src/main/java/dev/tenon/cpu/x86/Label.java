package dev.tenon.cpu.x86;

import java.util.ArrayList;
import java.util.List;

/** A place in the code, known or still to come. */
final class Label {
    /** Byte offset in the code; -1 until it is bound. */
    int position = -1;

    /** Where 32-bit distances to it are to be filled in; each counts from its own end. */
    final List<Integer> uses = new ArrayList<>();
}
