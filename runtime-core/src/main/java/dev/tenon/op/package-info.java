/**
 * The operator vocabulary: one record an operator, all under the sealed {@link dev.tenon.op.Op}. Everything else
 * (backends, the reference, inference, cost, gradients) is an exhaustive switch over it.
 */
@NullMarked
package dev.tenon.op;

import org.jspecify.annotations.NullMarked;
