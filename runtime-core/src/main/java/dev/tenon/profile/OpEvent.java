package dev.tenon.profile;

import jdk.jfr.Category;
import jdk.jfr.DataAmount;
import jdk.jfr.Description;
import jdk.jfr.Event;
import jdk.jfr.Label;
import jdk.jfr.Name;
import jdk.jfr.StackTrace;

/** The Flight Recorder event of one operator. Its duration is that of the call, on an asynchronous device of the launch. */
@Name("dev.tenon.Op")
@Label("Tenon operator")
@Category("Tenon")
@StackTrace(false)
public final class OpEvent extends Event {
    @Label("Operator")
    String op = "";

    @Label("Operands")
    @Description("Types and shapes of inputs and outputs")
    String operands = "";

    @Label("Device")
    String device = "";

    @Label("Floating-point operations")
    double flops;

    @Label("Bytes")
    @DataAmount
    double bytes;

    /** {@link System#nanoTime} at the start, for the profile. */
    transient long startNanos;
}
