/** Named tensors in files, whatever the format: what a model is built from. */
@NullMarked
package dev.tenon.models.weights;

import org.jspecify.annotations.NullMarked;
