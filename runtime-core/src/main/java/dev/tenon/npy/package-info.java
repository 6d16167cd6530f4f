/**
 * NumPy's files: {@code .npy} (one array, format versions 1 to 3) and {@code .npz} (a ZIP archive of them). Source: the
 * format's specification in {@code numpy/lib/format.py}.
 */
@NullMarked
package dev.tenon.npy;

import org.jspecify.annotations.NullMarked;
