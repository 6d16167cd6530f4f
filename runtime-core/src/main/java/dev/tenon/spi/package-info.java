/**
 * The seam between the runtime and its backends: {@link dev.tenon.spi.BackendProvider} is found with {@code
 * ServiceLoader} and gives {@link dev.tenon.spi.BackendDevice}s. Users of tensors never need this package.
 */
@NullMarked
package dev.tenon.spi;

import org.jspecify.annotations.NullMarked;
