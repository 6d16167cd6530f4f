package dev.tenon.models.chat.jinja;

import static dev.tenon.models.chat.jinja.Rendering.check;

import org.junit.jupiter.api.Test;

/** Filters, methods, tests and functions; the expected texts are what Jinja 3.1.6 gives in transformers' sandbox. */
class JinjaBuiltinsTest {
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
    void time() {
        check(
                "06 Jul 2024 05:04:03 AM Saturday 24 188 6 %",
                "{{ strftime_now('%d %b %Y %H:%M:%S %p %A %y %j %-d %%') }}");
        check("2024-07-06 July Sat", "{{ strftime_now('%Y-%m-%d %B %a') }}");
    }
}
