/** The suite that every backend runs, and the double-precision reference it is held to. */
module dev.tenon.conformance {
    requires transitive dev.tenon.runtime;
    requires transitive org.junit.jupiter.api;
    requires transitive org.junit.jupiter.params;
    requires static org.jspecify;
}
