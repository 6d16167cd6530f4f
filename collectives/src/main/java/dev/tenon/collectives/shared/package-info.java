/**
 * Collectives through memory that all ranks see, be they threads or processes: {@link
 * dev.tenon.collectives.shared.Region} is that memory, {@link dev.tenon.collectives.shared.Rounds} how ranks move through
 * it together, {@link dev.tenon.collectives.shared.SharedTransport} what they do there.
 */
@NullMarked
package dev.tenon.collectives.shared;

import org.jspecify.annotations.NullMarked;
