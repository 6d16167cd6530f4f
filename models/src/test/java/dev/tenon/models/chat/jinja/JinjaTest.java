package dev.tenon.models.chat.jinja;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.time.ZonedDateTime;
import java.util.Arrays;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** Every feature of the language; the expected texts and errors are what Jinja 3.1.6 gives in transformers' sandbox. */
class JinjaTest {
    private static final Map<String, @Nullable Object> VARIABLES = variables();

    private static Map<String, @Nullable Object> variables() {
        Map<String, Object> function = Map.of("name", "f", "arguments", ordered("x", 1, "y", "\u00E9\""));
        Map<String, @Nullable Object> variables = new HashMap<>();
        variables.put(
                "messages",
                List.of(
                        ordered("role", "system", "content", " Sys "),
                        ordered("role", "user", "content", "Hi <b>"),
                        ordered(
                                "role",
                                "assistant",
                                "content",
                                null,
                                "tool_calls",
                                List.of(Map.of("function", function)))));
        variables.put("tools", null);
        variables.put("s", "Hello, World");
        variables.put("n", 3);
        variables.put("f", 2.5);
        variables.put("none", null);
        variables.put("l", List.of(3, 1, 2));
        variables.put("d", ordered("b", 1, "a", "x"));
        variables.put("u", "\u00E9\u6F22\uD83E\uDD99");
        return variables;
    }

    private static Map<String, @Nullable Object> ordered(@Nullable Object... pairs) {
        Map<String, @Nullable Object> map = new LinkedHashMap<>();
        for (int i = 0; i < pairs.length; i += 2) {
            map.put(String.valueOf(pairs[i]), pairs[i + 1]);
        }
        return map;
    }

    private static String render(String template) {
        return JinjaTemplate.parse(template)
                .render(VARIABLES, Limits.DEFAULT, () -> ZonedDateTime.parse("2024-07-06T05:04:03Z"));
    }

    private static void check(String expected, String template) {
        assertEquals(expected, render(template), template);
    }

    private static void fails(String expected, String template) {
        JinjaTemplate.LocatedError error =
                assertThrows(JinjaTemplate.LocatedError.class, () -> render(template), template);
        assertEquals(expected, error.error().type() + ": " + error.error().detail(), template);
        assertEquals(1, error.line(), template);
    }

    private static void refused(String template) {
        JinjaTemplate.LocatedError error =
                assertThrows(JinjaTemplate.LocatedError.class, () -> JinjaTemplate.parse(template), template);
        assertEquals("TemplateSyntaxError", error.error().type(), template);
    }

    @Test
    void whitespace() {
        check("a\n  b\nc", "a\n  {% if true %}\n  b\n  {% endif %}\nc\n");
        check("abc", "a  {%- if true -%}  b  {%- endif -%}  c");
        check("  x\ny", "  {%+ if true %}\nx{% endif +%}\ny");
        check("xy", "{# c #}\nx\n  {#- c -#}  \ny");
        check("a b c", "a {{- ' b ' -}} c");
        check("{{ x }}{% y %}z", "{% raw %}{{ x }}{% y %}{% endraw %}\nz");
        check("a\nb\nc", "a\r\nb\rc");
        check("x", "{{ 'x' }}\n");
        check("line\n", "line\n\n");
        check("  \n1", "  {% set x = 1 %}  \n{{ x }}");
        check("12end", "{%- for i in [1,2] %}\n{{ i }}\n{%- endfor %}\nend");
        check("x", "\t{# c #}x");
        check("{%}}", "{{ '{%' }}{{ \"}}\" }}");
        check("a  b", "{% raw -%}  a  {%- endraw %}  b");
    }

    @Test
    void expressions() {
        check("5.0", "{{ 1 + 2 * 3 - 4 / 2 }}");
        check(
                "3 -4 2 1.5 1024 0.5",
                "{{ 7 // 2 }} {{ -7 // 2 }} {{ -7 % 3 }} {{ 7.5 % 2 }} {{ 2 ** 10 }} {{ 2 ** -1 }}");
        check("a1NoneTrue1.0", "{{ 'a' ~ 1 ~ none ~ true ~ 1.0 }}");
        check("abccc", "{{ 'a' 'b' + 'c' * 3 }}");
        check("True False True True", "{{ 1 < 2 < 3 }} {{ 1 < 2 > 5 }} {{ 'a' in 'abc' }} {{ 4 not in l }}");
        check("x  True", "{{ 0 or 'x' }} {{ 1 and '' }} {{ not none }}");
        check("y||", "{{ 'y' if n > 2 else 'z' }}|{{ 'y' if n > 5 }}|");
        check("-3 2.5 (1, 2) (1,) [] {}", "{{ -n }} {{ +f }} {{ (1, 2) }} {{ (1,) }} {{ [] }} {{ {} }}");
        check("[1, 'a', None, True, 2.0, \"it's\"]", "{{ [1, 'a', None, true, 2.0, 'it\\'s'] }}");
        check("{'a': 1, 2: [3]}", "{{ {'a': 1, 2: [3]} }}");
        check(
                "1000.0 1e+16 1.5e-07 100000000000000000000 1000 31 3 0.30000000000000004",
                "{{ 1e3 }} {{ 1e16 }} {{ 1.5e-7 }} {{ 100000000000000000000 }} {{ 1_000 }} {{ 0x1F }} {{ 0b11 }} {{ 0.1 + 0.2 }}");
        check("\n\tA\u00E9\\ \\d", "{{ '\\n\\t\\x41\\u00e9\\\\ \\d' }}");
        check("\u6F223\uD83E\uDD99\u6F22\u00E9\uD83E\uDD99", "{{ u[1] }}{{ u|length }}{{ u[::-1] }}{{ u[-1:] }}");
        check("[1, 2][3, 1][3, 2][2, 1, 3]Hello", "{{ l[1:] }}{{ l[:-1] }}{{ l[::2] }}{{ l[::-1] }}{{ s[0:5] }}");
        check("f", "{{ messages[-1].tool_calls[0].function.name }}");
        check("systemsystemsystem", "{{ messages[0]['role'] }}{{ messages[0].role }}{{ messages.0.role }}");
        check("xx|", "{{ d.a }}{{ d['a'] }}{{ d.missing }}{{ missing }}|");
        check(
                "True True False True False",
                "{{ true == 1 }} {{ 1 == 1.0 }} {{ 'a' == none }} {{ [1] == [1] }} {{ (1,) == [1] }}");
        check("True True", "{{ 'abc' < 'abd' }} {{ [1,2] < [1,3] }}");
        check("False", "{{ x is defined and x.y }}");
        check("2.5 2.0 3.0", "{{ 10 / 4 }} {{ 10 / 5 }} {{ 3 * 1.0 }}");
    }

    @Test
    void loops() {
        check(
                "103TrueFalse3,212FalseFalse3,321FalseTrue3,",
                "{% for x in l %}{{ loop.index }}{{ loop.index0 }}{{ loop.revindex }}{{ loop.first }}{{ loop.last }}{{ loop.length }},{% endfor %}");
        check("b=1;a=x;", "{% for k, v in d.items() %}{{ k }}={{ v }};{% endfor %}");
        check("ba", "{% for k in d %}{{ k }}{% endfor %}");
        check("none", "{% for x in [] %}a{% else %}none{% endfor %}");
        check("1False3True", "{% for x in range(5) if x is odd %}{{ x }}{{ loop.last }}{% endfor %}");
        check(
                "0134",
                "{% for x in range(10) %}{% if x == 2 %}{% continue %}{% endif %}{% if x == 5 %}{% break %}{% endif %}{{ x }}{% endfor %}");
        check("<3>1 3<1>2 1<2> ", "{% for x in l %}{{ loop.previtem }}<{{ x }}>{{ loop.nextitem }} {% endfor %}");
        check("123", "{% for a, (b, c) in [(1, (2, 3))] %}{{ a }}{{ b }}{{ c }}{% endfor %}");
        check(
                "aTruebTrueaFalse",
                "{% for x in [1,2,3] %}{{ loop.cycle('a','b') }}{{ loop.changed(x // 2) }}{% endfor %}");
        check(
                "1(212(32))1(23)",
                "{% for x in [[1,[2]],[3]] recursive %}{{ loop.depth }}{% if x is iterable %}({{ loop(x) }}){% else %}{{ x }}{% endif %}{% endfor %}");
        check("0", "{% set x = 0 %}{% for i in [1,2] %}{% set x = i %}{% endfor %}{{ x }}");
        check("3", "{% set ns = namespace(x=0) %}{% for i in [1,2] %}{% set ns.x = ns.x + i %}{% endfor %}{{ ns.x }}");
        check("[a][\u00E9]", "{% for c in 'a\u00E9' %}[{{ c }}]{% endfor %}");
        check("E", "{% for x in [1] %}{% continue %}{% else %}E{% endfor %}");
    }

    @Test
    void macros() {
        check(
                "1213542",
                "{% macro m(a, b=2) %}{{ a }}{{ b }}{% endmacro %}{{ m(1) }}{{ m(1, 3) }}{{ m(b=4, a=5) }}{{ m() }}");
        check("(1, 2){'k': 3}", "{% macro m() %}{{ varargs }}{{ kwargs }}{% endmacro %}{{ m(1, 2, k=3) }}");
        check("<x!>", "{% macro m() %}<{{ caller('x') }}>{% endmacro %}{% call(v) m() %}{{ v }}!{% endcall %}");
        check("543210", "{% macro f(n) %}{{ n }}{% if n > 0 %}{{ f(n - 1) }}{% endif %}{% endmacro %}{{ f(5) }}");
        check("8", "{% set g = 7 %}{% macro m() %}{{ g }}{% endmacro %}{% set g = 8 %}{{ m() }}");
        check("3m('a', 'b')", "{% macro m(a, b=a) %}{{ b }}{% endmacro %}{{ m(3) }}{{ m.name }}{{ m.arguments }}");
    }

    @Test
    void statements() {
        check("12", "{% set a, b = 1, 2 %}{{ a }}{{ b }}");
        check("[ b3 ]", "{% set x %} b{{ n }} {% endset %}[{{ x }}]");
        check("[AB]", "{% set x | upper | trim %} ab {% endset %}[{{ x }}]");
        check("AB", "{% filter upper %}ab{% endfilter %}");
        check("3", "{% with a = 1, b = 2 %}{{ a + b }}{% endwith %}{{ a }}");
        check("c", "{% if 0 %}a{% elif '' %}b{% elif l %}c{% else %}d{% endif %}");
        check("1", "{% generation %}{% set z = 1 %}{{ z }}{% endgeneration %}{{ z }}");
        check("in", "{% block b %}in{% endblock %}");
        check("x", "{% if true: %}x{% endif %}");
        check("3Hello, World", "{% print n, s %}");
    }

    @Test
    void filters() {
        check("x|a", "{{ ' x '|trim }}|{{ 'xax'|trim('x') }}");
        check(
                "HELLO, WORLDhello, worldAb Cd-EfAb",
                "{{ s|upper }}{{ s|lower }}{{ 'ab cd-ef'|title }}{{ 'aB'|capitalize }}");
        check(
                "[1, 2, 3][3, 2, 1]['A', 'b']['A', 'b']",
                "{{ l|sort }}{{ l|sort(reverse=true) }}{{ ['b','A']|sort }}{{ ['b','A']|sort(case_sensitive=true) }}");
        check("3, 1, 2system|user|assistant", "{{ l|join(', ') }}{{ messages|join('|', attribute='role') }}");
        check("32|32", "{{ l|first }}{{ l|last }}{{ []|first }}|{{ l|length }}{{ d|count }}");
        check(
                "DENoneG",
                "{{ missing|default('D') }}{{ ''|default('E', true) }}{{ none|default('F') }}{{ ''|d('G', boolean=true) }}");
        check(
                "['system', 'user', 'assistant']A",
                "{{ messages|map(attribute='role')|list }}{{ ['a']|map('upper')|join }}");
        check("Hi <b>", "{{ messages|selectattr('role', 'equalto', 'user')|map(attribute='content')|first }}");
        check("1", "{{ messages|rejectattr('role', 'in', ['user', 'system'])|list|length }}");
        check(
                "[1, 3][1][2]",
                "{{ [1,2,3]|select('odd')|list }}{{ [0,1,none]|select|list }}{{ [1,2]|reject('eq', 1)|list }}");
        check("65a", "{{ [1,2,3]|sum }}{{ [1,5,2]|max }}{{ ['b','a']|min }}");
        check("[1, 2][3, 2, 1]cba", "{{ [1,1,2]|unique|list }}{{ [1,2,3]|reverse|list }}{{ 'abc'|reverse }}");
        check(
                "392.0312.041.263",
                "{{ '3.7'|int }}{{ 'x'|int(9) }}{{ '2'|float }}{{ '0x1f'|int(0,16) }}{{ 2.5|round }}{{ 3.5|round|int }}{{ 1.256|round(2) }}{{ -3|abs }}");
        check(
                "[('a', 'x'), ('b', 1)][('b', 1), ('a', 'x')]['b', 'a']",
                "{{ d|dictsort }}{{ d|items|list }}{{ d|list }}");
        check("HeLlo, WorldHell, Wrld", "{{ s|replace('l', 'L', 1) }}{{ s|replace('o', '') }}");
        check(
                "a\n    b\n\n    c|  a\n  b|a\n>\n>b",
                "{{ 'a\\nb\\n\\nc'|indent }}|{{ 'a\\nb'|indent(2, true) }}|{{ 'a\\n\\nb'|indent('>', blank=true) }}");
        check(
                "a-3-002.2a and b1",
                "{{ '%s-%d-%05.1f'|format('a', 3, 2.25) }}{{ '%s and %s' % ('a', 'b') }}{{ '%(x)s' % {'x': 1} }}");
        check(
                "[[1, 2], [3]][[1, 2], [3]][[1, 0, 0]]",
                "{{ [1,2,3]|batch(2)|list }}{{ [1,2,3]|slice(2)|list }}{{ [1]|batch(3, 0)|list }}");
        check("foo...|foo..", "{{ 'foo bar baz qux'|truncate(9) }}|{{ 'foo bar baz'|truncate(5, true, '..', 0) }}");
        check(
                "&lt;a&gt;<a>&lt;a&gt;&lt;x y",
                "{{ '<a>'|e }}{{ '<a>'|safe }}{{ ('<a>'|e) + '<' }}{{ '<b>x</b> y'|striptags }}");
        check("['assistant', 'system', 'user']", "{{ messages|groupby('role')|map(attribute='grouper')|list }}");
        check(
                "2a%20ba=b+c12.3 kB k=\"1\"",
                "{{ 'a b'|wordcount }}{{ 'a b'|urlencode }}{{ {'a': 'b c'}|urlencode }}{{ 12345|filesizeformat }}{{ {'k': 1, 'z': none}|xmlattr }}");
        check("  ab  |5x['a', 'b', 'c']", "{{ 'ab'|center(6) }}|{{ 5|string + 'x' }}{{ 'abc'|list }}{{ d|attr('x') }}");
    }

    @Test
    void jsonFilter() {
        check("{\"b\": 1, \"a\": \"x\"}", "{{ d|tojson }}");
        check(
                "{\"\u00E9\": [\"<\", null, true, 1.0, \"a\\\"\\\\\\n\"]}",
                "{{ {'\u00E9': ['<', none, true, 1.0, 'a\"\\\\\\n']}|tojson }}");
        check(
                "{\n  \"b\": [\n    1,\n    {\n      \"c\": 2\n    }\n  ],\n  \"a\": []\n}",
                "{{ {'b': [1, {'c': 2}], 'a': []}|tojson(indent=2) }}");
        check("{\"a\": 2, \"b\": 1}", "{{ {'b': 1, 'a': 2}|tojson(sort_keys=true) }}");
        check("\"\\u00e9\\ud83e\\udd99\"", "{{ '\u00E9\uD83E\uDD99'|tojson(ensure_ascii=true) }}");
        check("[1,2]", "{{ [1,2]|tojson(separators=(',', ':')) }}");
        check("{\"x\": 1, \"y\": \"\u00E9\\\"\"}", "{{ messages[2].tool_calls[0].function.arguments|tojson }}");
    }

    @Test
    void methods() {
        check("aaxxa", "{{ ' a '.strip() }}{{ 'xax'.lstrip('x') }}{{ 'xax'.rstrip('x') }}");
        check(
                "['a', 'b', 'c']['a', 'b']['a', 'b,c']['a b', 'c']c",
                "{{ 'a,b,c'.split(',') }}{{ ' a  b '.split() }}{{ 'a,b,c'.split(',', 1) }}{{ 'a b c'.rsplit(' ', 1) }}{{ 'a,b,c'.split(',')[-1] }}");
        check(
                "TrueTrue483",
                "{{ s.startswith('He') }}{{ s.endswith(('x', 'd')) }}{{ s.find('o') }}{{ s.rfind('o') }}{{ s.count('l') }}");
        check(
                "HELLO, WORLDhello, worldAb CdAbAb",
                "{{ s.upper() }}{{ s.lower() }}{{ 'ab cd'.title() }}{{ 'ab'.capitalize() }}{{ 'aB'.swapcase() }}");
        check(
                "a+ba,b('a', '=', 'b')",
                "{{ 'a-b'.replace('-', '+') }}{{ ','.join(['a', 'b']) }}{{ 'a=b'.partition('=') }}");
        check(
                "['a', 'b']007a  |  ax",
                "{{ 'a\\nb'.splitlines() }}{{ '7'.zfill(3) }}{{ 'a'.ljust(3) }}|{{ 'a'.rjust(3) }}{{ 'prefix-x'.removeprefix('prefix-') }}");
        check(
                "TrueTrueTrueTrueTrueTrue",
                "{{ '12'.isdigit() }}{{ 'ab'.isalpha() }}{{ 'a1'.isalnum() }}{{ ' '.isspace() }}{{ 'A'.isupper() }}{{ 'a'.islower() }}");
        check(
                "1 2    x 2.50",
                "{{ '{} {1} {a:>4} {b:.2f}'.format(1, 2, a='x', b=2.5) if false else '{0} {1} {a:>4} {b:.2f}'.format(1, 2, a='x', b=2.5) }}");
        check(
                "x0['b', 'a'][1, 'x'][('b', 1), ('a', 'x')]",
                "{{ d.get('a') }}{{ d.get('zz', 0) }}{{ d.keys()|list }}{{ d.values()|list }}{{ d.items()|list }}");
        check("111True", "{{ l.index(1) }}{{ l.count(3) }}{{ (1, 2).index(2) }}{{ 2.0.is_integer() }}");
    }

    @Test
    void tests() {
        check(
                "TrueTrueTrueTrueTrueTrueTrueTrue",
                "{{ n is number }}{{ n is integer }}{{ f is float }}{{ s is string }}{{ d is mapping }}{{ l is sequence }}{{ l is iterable }}{{ none is none }}");
        check(
                "TrueFalseTrueFalseTrueTrueTrue",
                "{{ n is odd }}{{ n is even }}{{ n is divisibleby 3 }}{{ n is divisibleby(2) }}{{ n is eq 3 }}{{ n is gt(2) }}{{ n in [3] }}");
        check(
                "TrueTrueTrueFalseTrueTrueFalse",
                "{{ true is boolean }}{{ true is true }}{{ false is false }}{{ 1 is true }}{{ missing is undefined }}{{ missing is iterable }}{{ s is mapping }}");
        check(
                "TrueTrueTrueTrueTrueTrueTrue",
                "{{ 'a' is lower }}{{ 'A' is upper }}{{ n is not none }}{{ 'tojson' is filter }}{{ 'odd' is test }}{{ n is sameas n }}{{ range is callable }}");
        check("TrueTrue", "{{ 1 is in [1, 2] }}{{ x is not defined }}");
    }

    @Test
    void globalFunctions() {
        check(
                "[0, 1, 2][1, 4, 7]range(0, 3)[5, 3, 1]",
                "{{ range(3)|list }}{{ range(1, 8, 3)|list }}{{ range(3) }}{{ range(5, 0, -2)|list }}");
        check("{'a': 1, 'b': 'c'}{'x': 1}", "{{ dict(a=1, b='c') }}{{ dict([('x', 1)]) }}");
        check("a|b", "{% set j = joiner('|') %}{{ j() }}a{{ j() }}b");
        check("abab", "{% set c = cycler('a', 'b') %}{{ c.next() }}{{ c.next() }}{{ c.next() }}{{ c.current }}");
        check("3False", "{% set ns = namespace(a=1) %}{% set ns.b = 2 %}{{ ns.a + ns.b }}{{ ns.zz is defined }}");
    }

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
    void time() {
        check(
                "06 Jul 2024 05:04:03 AM Saturday 24 188 6 %",
                "{{ strftime_now('%d %b %Y %H:%M:%S %p %A %y %j %-d %%') }}");
        check("2024-07-06 July Sat", "{{ strftime_now('%Y-%m-%d %B %a') }}");
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
