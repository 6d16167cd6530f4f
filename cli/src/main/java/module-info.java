/** The tenon command. */
module dev.tenon.cli {
    requires dev.tenon.models;
    requires dev.tenon.runtime;
    requires info.picocli;
    requires tools.jackson.databind;
    requires static org.jspecify;

    opens dev.tenon.cli to
            info.picocli;
}
