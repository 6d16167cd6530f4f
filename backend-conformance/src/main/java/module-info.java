/** The suite that every backend runs, and the double-precision reference it is held to. */
module dev.tenon.conformance {
    requires transitive dev.tenon.runtime;
    requires transitive org.junit.jupiter.api;
    requires java.management;
    requires jdk.management;
    requires static org.jspecify;

    exports dev.tenon.conformance;
    exports dev.tenon.conformance.reference;
}
