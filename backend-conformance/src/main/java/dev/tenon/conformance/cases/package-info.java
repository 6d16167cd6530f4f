/** The cases of each operator, one file a family. */
@NullMarked
package dev.tenon.conformance.cases;

import org.jspecify.annotations.NullMarked;
