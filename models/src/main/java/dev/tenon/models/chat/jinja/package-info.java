/**
 * An interpreter for the Jinja language as chat templates use it: Jinja 2 in its immutable sandbox, with {@code
 * trim_blocks} and {@code lstrip_blocks} on and loop controls, and with Python's values, methods and printing.
 *
 * <p>In the order text flows: {@link dev.tenon.models.chat.jinja.Lexer} makes tokens, {@link
 * dev.tenon.models.chat.jinja.StatementParser} and {@link dev.tenon.models.chat.jinja.ExpressionParser} make a tree of
 * {@link dev.tenon.models.chat.jinja.Statement} and {@link dev.tenon.models.chat.jinja.Expression}, {@link
 * dev.tenon.models.chat.jinja.Interpreter} runs it over {@link dev.tenon.models.chat.jinja.Value}.
 */
@NullMarked
package dev.tenon.models.chat.jinja;

import org.jspecify.annotations.NullMarked;
