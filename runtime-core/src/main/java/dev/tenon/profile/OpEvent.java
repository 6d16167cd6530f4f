package dev.tenon.profile;

import jdk.jfr.Category;
import jdk.jfr.DataAmount;
import jdk.jfr.Description;
import jdk.jfr.Event;
import jdk.jfr.Label;
import jdk.jfr.Name;
import jdk.jfr.StackTrace;
import jdk.jfr.Timespan;
import org.jspecify.annotations.Nullable;

/**
 * The Flight Recorder event of one operator. Its start and duration are those of the call, on an asynchronous device of the
 * launch; {@code deviceTime} is how long its work took.
 */
@Name("dev.tenon.Op")
@Label("Tenon operator")
@Category("Tenon")
@StackTrace(false)
public final class OpEvent extends Event {
    @Label("Operator")
    String op = "";

    @Label("Operands")
    @Description("Types and shapes of inputs and outputs; which kernels ran, where the device says so")
    String operands = "";

    @Label("Device")
    String device = "";

    @Label("Caller")
    @Description("The thread that called the operator; the event may be written by another one, when the work is done")
    @Nullable
    Thread caller;

    @Label("Device time")
    @Description("How long the work took, by the clock that is named")
    @Timespan(Timespan.NANOSECONDS)
    long deviceTime;

    @Label("Clock")
    @Description("DEVICE: deviceTime was measured by the device; HOST: by the host, waiting included")
    String clock = "";

    @Label("Floating-point operations")
    double flops;

    @Label("Bytes")
    @DataAmount
    double bytes;
}
