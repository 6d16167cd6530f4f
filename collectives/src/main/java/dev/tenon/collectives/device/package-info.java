/**
 * Collectives that leave tensors in the memory of devices. {@link dev.tenon.collectives.device.ControlledTransport} is what such
 * transports have in common: another one, over host memory, by which ranks agree, learn of failures, and exchange what is not on a
 * device.
 */
@NullMarked
package dev.tenon.collectives.device;

import org.jspecify.annotations.NullMarked;
