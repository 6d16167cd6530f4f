package dev.tenon.spi;

import java.util.List;

/**
 * What a backend found.
 *
 * @param devices open devices, which the caller closes
 * @param reasons why devices, or optional abilities of those found, are missing; one sentence each
 */
public record Discovery(List<BackendDevice> devices, List<String> reasons) {
    public Discovery {
        devices = List.copyOf(devices);
        reasons = List.copyOf(reasons);
    }
}
