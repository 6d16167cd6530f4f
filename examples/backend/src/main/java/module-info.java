/** A backend of one's own: three operators in plain Java, on a queue of their own. */
module com.example.backend {
    requires dev.tenon.runtime;

    provides dev.tenon.spi.BackendProvider with
            com.example.backend.ScalarBackend;
}
