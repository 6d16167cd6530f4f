package dev.tenon.models.chat.jinja;

import static dev.tenon.models.chat.jinja.Rendering.check;

import org.junit.jupiter.api.Test;

/** The language itself; the expected texts are what Jinja 3.1.6 gives in transformers' sandbox. */
class JinjaTest {
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
}
