/** What is chosen for a device within its limits: tables of settings by device, and what is worth trying. */
@NullMarked
package dev.tenon.kernels.tuning;

import org.jspecify.annotations.NullMarked;
