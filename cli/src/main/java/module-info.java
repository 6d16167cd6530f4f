/** The tenon command. */
module dev.tenon.cli {
    requires java.management;
    requires jdk.unsupported;
    requires dev.tenon.conformance;
    requires dev.tenon.models;
    requires dev.tenon.runtime;
    requires info.picocli;
    requires org.jline.reader;
    requires org.jline.terminal;
    requires tools.jackson.databind;
    requires static org.jspecify;

    opens dev.tenon.cli to
            info.picocli;
}
