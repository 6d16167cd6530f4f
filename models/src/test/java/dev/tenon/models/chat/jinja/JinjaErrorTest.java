package dev.tenon.models.chat.jinja;

import static dev.tenon.models.chat.jinja.Rendering.fails;
import static dev.tenon.models.chat.jinja.Rendering.refused;
import static dev.tenon.models.chat.jinja.Rendering.render;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.time.ZonedDateTime;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** What fails, and how: the errors are what Jinja 3.1.6 raises in transformers' sandbox, the limits are ours. */
class JinjaErrorTest {
    @Test
    void errors() {
        fails("UndefinedError: 'missing' is undefined", "{{ missing.x }}");
        fails("UndefinedError: 'dict object' has no attribute 'missing'", "{{ d.missing.x }}");
        fails("TypeError: can only concatenate str (not \"int\") to str", "{{ 'a' + 1 }}");
        fails("TypeError: unsupported operand type(s) for +: 'int' and 'str'", "{{ 1 + 'a' }}");
        fails("TypeError: unsupported operand type(s) for +: 'NoneType' and 'str'", "{{ none + 'a' }}");
        fails("TypeError: can only concatenate str (not \"NoneType\") to str", "{{ 'a' + none }}");
        fails("TypeError: can only concatenate list (not \"str\") to list", "{{ [] + 'a' }}");
        fails("UndefinedError: 'missing' is undefined", "{{ missing + 1 }}");
        fails("ZeroDivisionError: division by zero", "{{ 1 / 0 }}");
        fails("TypeError: object of type 'NoneType' has no len()", "{{ none|length }}");
        fails("TypeError: 'int' object is not iterable", "{{ 5|join }}");
        fails("TypeError: '<' not supported between instances of 'int' and 'str'", "{{ 1 < 'a' }}");
        fails("SecurityError: access to attribute 'append' of 'list' object is unsafe.", "{{ l.append(4) }}");
        fails("SecurityError: access to attribute 'update' of 'dict' object is unsafe.", "{{ d.update(a=1) }}");
        fails(
                "SecurityError: access to attribute '__class__' of 'str' object is unsafe.",
                "{{ s.__class__ }}{{ s.__class__.x }}");
        fails("TemplateError: no Hello, World", "{{ raise_exception('no ' + s) }}");
        fails(
                "OverflowError: Range too big. The sandbox blocks ranges larger than MAX_RANGE (100000).",
                "{{ range(1000000) }}");
        fails("UndefinedError: 'missing' is undefined", "{{ missing() }}");
        fails("TypeError: 'str' object is not callable", "{{ s() }}");
        fails("TemplateAssertionError: No filter named 'nofilter'.", "{{ d|tojson(indent='x')|nofilter }}");
        fails("TemplateAssertionError: No test named 'notest'.", "{{ n is notest }}");
        fails("TypeError: cannot unpack non-iterable int object", "{% for a, b in [1] %}{% endfor %}");
        fails("ValueError: too many values to unpack (expected 2)", "{% for a, b in [(1,2,3)] %}{% endfor %}");
        fails("TemplateRuntimeError: cannot assign attribute on non-namespace object", "{% set s.x = 1 %}");
        fails("TypeError: Object of type Undefined is not JSON serializable", "{{ missing|tojson }}");
        fails("TypeError: macro 'm' takes not more than 1 argument(s)", "{% macro m(a) %}{% endmacro %}{{ m(1, 2) }}");
        fails("TypeError: macro 'm' takes no keyword argument 'z'", "{% macro m(a) %}{% endmacro %}{{ m(z=2) }}");
        fails("TypeError: no loader for this environment specified", "{% include 'x' %}");
        fails("FilterArgumentError: Unexpected keyword argument 'y'", "{{ l|map(attribute='x', y=1)|list }}");
        fails("ValueError: substring not found", "{{ 'abc'.index('z') }}");
        fails("TypeError: argument of type 'int' is not iterable", "{{ 1 in 5 }}");
        fails("TypeError: argument of type 'NoneType' is not iterable", "{{ 'a' in none }}");
        fails("TypeError: unhashable type: 'list'", "{{ {[]: 1} }}");
        fails("UndefinedError: None has no element 0", "{{ none[0].x }}");
    }

    @Test
    void syntaxErrors() {
        refused("{{ ");
        refused("{% if %}");
        refused("{% if x %}");
        refused("{% endif %}");
        refused("{% foo %}");
        refused("{{ a b }}");
        refused("{{ (1 }}");
        refused("{{ 'a }}");
        refused("{# x");
        refused("{% raw %}x");
        refused("{% for x %}{% endfor %}");
        refused("{{ ] }}");
        refused("{% set 1 = 2 %}");
        refused("{% break %}");
        refused("{{ 1 ! 2 }}");
        refused("{% macro %}{% endmacro %}");
        refused("{{ f(a=1, 2) }}");
    }

    @Test
    void errorsKnowTheirLine() {
        JinjaTemplate template = JinjaTemplate.parse("a\n{% if true %}\n{{ missing.x }}\n{% endif %}");
        JinjaTemplate.LocatedError error = assertThrows(
                JinjaTemplate.LocatedError.class, () -> template.render(Map.of(), Limits.DEFAULT, ZonedDateTime::now));
        assertEquals(3, error.line());
        JinjaTemplate.LocatedError syntax =
                assertThrows(JinjaTemplate.LocatedError.class, () -> JinjaTemplate.parse("a\n\n{% nonsense %}"));
        assertEquals(3, syntax.line());
    }

    @Test
    void hostileTemplatesEndInALimit() {
        for (String template : List.of(
                "{% for a in range(100000) %}{% for b in range(100000) %}{{ a }}{% endfor %}{% endfor %}",
                "{{ 'a' * 10 ** 9 }}",
                "{{ [0] * 10 ** 9 }}",
                "{{ 10 ** (10 ** 10) }}",
                "{% set ns = namespace(s='a') %}{% for i in range(100) %}{% set ns.s = ns.s + ns.s %}{% endfor %}",
                "{% set ns = namespace(n=2) %}{% for i in range(100) %}{% set ns.n = ns.n * ns.n %}{% endfor %}",
                "{% set ns = namespace(l=[1]) %}{% for i in range(100) %}{% set ns.l = ns.l + ns.l %}{% endfor %}",
                "{% macro m() %}{{ m() }}{% endmacro %}{{ m() }}",
                "{% macro m() %}{{ m() }}{{ m() }}{% endmacro %}{{ m() }}",
                "{{ '%999999999d' % 1 }}",
                "{{ '{:999999999}'.format(1) }}",
                "{{ 'x'.center(999999999) }}",
                "{{ 'x'|indent(999999999, true) }}",
                "{{ ('a' * 100000)|replace('', 'b' * 100000) }}",
                "{{ ('ab' * 100000).join('a' * 100000) }}",
                "{{ [1]|batch(999999999, 0)|list }}",
                "{% set ns = namespace(l=[]) %}{% for i in range(100000) %}{% set ns.l = [ns.l] %}{% endfor %}{{ ns.l }}",
                "{% for x in [[[]]] recursive %}{{ loop([x]) }}{% endfor %}")) {
            JinjaTemplate.LocatedError error =
                    assertThrows(JinjaTemplate.LocatedError.class, () -> render(template), template);
            boolean ofPython = error.error().type().equals("RecursionError");
            assertEquals(
                    true,
                    error.limit() || ofPython,
                    template + ": " + error.error().getMessage());
        }
    }

    @Test
    void deepNestingEndsInALimitOnASmallStack() throws InterruptedException {
        String open = "(".repeat(50_000);
        List<String> templates = List.of(
                "{{ " + open + "1" + ")".repeat(50_000) + " }}",
                "{{ " + "[".repeat(50_000) + "]".repeat(50_000) + " }}",
                "{{ " + "not ".repeat(50_000) + "1 }}",
                "{{ " + "-".repeat(50_000) + "1 }}",
                "{{ 1" + " + 1".repeat(50_000) + " }}",
                "{{ x" + ".x".repeat(50_000) + " }}",
                "{{ x" + "|d".repeat(50_000) + " }}",
                "{{ " + "1 if 1 else ".repeat(50_000) + "1 }}",
                "{% if 1 %}".repeat(50_000) + "{% endif %}".repeat(50_000),
                "{% for x in [1] %}".repeat(50_000),
                "{% set " + open + "a" + ")".repeat(50_000) + " = 1 %}",
                // As deep as is let through, many times over.
                "{{ " + ("(".repeat(90) + "1" + (" + 1".repeat(150) + ")").repeat(90)) + " }}");
        Throwable[] failure = {null};
        Thread thread = new Thread(
                null,
                () -> templates.forEach(template -> {
                    JinjaTemplate.LocatedError error = assertThrows(
                            JinjaTemplate.LocatedError.class, () -> render(template), template.substring(0, 30));
                    assertEquals(true, error.limit(), template.substring(0, 30));
                }),
                "small stack",
                512 << 10);
        thread.setUncaughtExceptionHandler((ignored, thrown) -> failure[0] = thrown);
        thread.start();
        thread.join();
        if (failure[0] != null) {
            throw new AssertionError(failure[0]);
        }
    }

    @Test
    void variablesMustBeJson() {
        JinjaTemplate template = JinjaTemplate.parse("{{ x }}");
        for (Object value : Arrays.asList(new Object(), new int[] {1}, List.of(new Object()))) {
            assertThrows(
                    JinjaTemplate.LocatedError.class,
                    () -> template.render(Map.of("x", value), Limits.DEFAULT, ZonedDateTime::now));
        }
    }
}
