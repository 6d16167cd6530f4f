/** JMH benchmarks over the conformance cases, with OpenBLAS as a peer. */
@NullMarked
package dev.tenon.benchmarks;

import org.jspecify.annotations.NullMarked;
