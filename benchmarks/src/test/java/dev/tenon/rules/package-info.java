/** The rules that every module keeps. They are tested here since this module is built after all others. */
@NullMarked
package dev.tenon.rules;

import org.jspecify.annotations.NullMarked;
