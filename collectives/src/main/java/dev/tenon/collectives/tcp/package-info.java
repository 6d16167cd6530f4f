/**
 * Ranks that are connected by TCP, on one host or on several: {@link dev.tenon.collectives.tcp.TcpMeeting} is how they find each
 * other, {@link dev.tenon.collectives.tcp.TcpLinks} what connects a group, {@link dev.tenon.collectives.tcp.TcpTransport} what
 * they do over it.
 */
@NullMarked
package dev.tenon.collectives.tcp;

import org.jspecify.annotations.NullMarked;
