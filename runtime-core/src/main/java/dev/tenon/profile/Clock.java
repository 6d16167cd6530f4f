package dev.tenon.profile;

/** Whose clock an operator's times were read from. */
public enum Clock {
    /** The host's: from the call to the end of the work that it started, waiting for it included. */
    HOST,
    /** The device's own: from the first kernel's start to the last one's end. Only its origin is moved to the host's clock. */
    DEVICE
}
