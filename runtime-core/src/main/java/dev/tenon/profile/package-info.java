/** What ran, for how long, and how near the machine's limits: Flight Recorder events and traces for Perfetto. */
@NullMarked
package dev.tenon.profile;

import org.jspecify.annotations.NullMarked;
