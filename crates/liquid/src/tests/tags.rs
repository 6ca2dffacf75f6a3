//! Tags, operators and white space.

use super::{check, problems, rendered};

#[test]
fn values_are_written_as_dotnet_does() {
    check(&[
        ("{{ body.name }} {{body.Age}} {{ body.price }}", "Ann 41 2.5"),
        (
            "{{ body.ok }} {{ body.none }}.{{ body.missing.x }}.{{ unknown }}",
            "true ..",
        ),
        ("{{ body.when }}", "05/06/2024 07:08:09"),
        ("{{ body.day }}", "2024-05-06"),
        ("{{ body.list }} {{ body.nested }}", "312 123"),
        ("{{ body.person }}", "[first, Ann][size, 7]"),
        (
            "{{ 'a' }}{{ \"b'\" }}{{ 1.50 }}{{ -3 }}{{ true }}{{ nil }}",
            "ab'1.5-3true",
        ),
        ("{{}}{{ }}", ""),
        ("{{ body.NAME }} {{ body['AGE'] }} {{ BODY.name }}", "Ann 41 Ann"),
        (
            "{{ body.list[1] }}{{ body.list[9] }}{{ body.list[-1] }}{{ body['na' ] }}",
            "1",
        ),
        (
            "{{ body.list.size }} {{ body.words.first }}{{ body.words.last }} {{ body.name.size }}",
            "4 bc 3",
        ),
        ("{{ body.person.size }} {{ body.person.first }}", "7 Ann"),
        (
            "{% assign k = 'name' %}{{ body[k] }} {{ body.things[1]['name'] }}",
            "Ann Ink",
        ),
        ("{{ (1..4) }}", "1234"),
        ("{{ body.name | nothing: 1 | upcase }}", "ANN"),
        ("{{ body.name | UrlEncode | url_encode | urlencode }}", "Ann"),
    ]);
}

#[test]
fn conditions_compare_by_the_left_sides_type() {
    let yes = [
        "body.ok",
        "body.blank",
        "0",
        "body.nothing",
        "body.Age == 41",
        "body.Age == '41'",
        "'41' == body.Age",
        "body.Age != 40",
        "body.Age <> 40",
        "body.Age > 40 and body.price < 3",
        "body.price >= 2.5",
        "body.price <= 3",
        "body.Age > body.price",
        "body.none == nil",
        "body.none == null",
        "body.missing == nil",
        "body.blank == empty",
        "body.nothing == empty",
        "body.blank == blank",
        "'abc' contains 'b'",
        "body.words contains 'A'",
        "body.words startswith 'b'",
        "body.words endswith 'c'",
        "'abc' endswith 'bc'",
        "'abc' startswith 'ab'",
        "body.person haskey 'first'",
        "body.person hasvalue 'Ann'",
        "'b' > 'a'",
        // From the right: false and (false or true) or …
        "body.off or body.ok",
        "body.ok or body.off and body.off",
        "body.when > '2024-01-01'",
        "'true' == 'true'",
        "body.ok == 'true'",
        "1 < 1.5",
        "2 > 1.5",
        "2.0 == 2",
    ];
    let no = [
        "body.off",
        "body.none",
        "body.missing",
        "body.Age == 'x'",
        "body.none < 3",
        "body.none == empty",
        "body.off and body.ok or body.ok",
        "'abc' contains 'x'",
        "body.Age contains 4",
        "body.name == 'ann'",
        "body.list == body.words",
        "body.person haskey 'x'",
    ];
    for condition in yes {
        assert_eq!(
            rendered(&format!("{{% if {condition} %}}y{{% else %}}n{{% endif %}}")),
            "y",
            "{condition}"
        );
        assert_eq!(
            rendered(&format!("{{% unless {condition} %}}y{{% endunless %}}")),
            "",
            "{condition}"
        );
    }
    for condition in no {
        assert_eq!(
            rendered(&format!("{{% if {condition} %}}y{{% else %}}n{{% endif %}}")),
            "n",
            "{condition}"
        );
    }
}

#[test]
fn branches_take_the_first_that_holds() {
    check(&[
        ("{% if body.off %}a{% elsif body.ok %}b{% else %}c{% endif %}", "b"),
        ("{% unless body.ok %}a{% else %}b{% endunless %}", "b"),
        (
            "{% case body.Age %}x{% when 1, 41 %}a{% when 'x' or '41' %}b{% else %}c{% endcase %}",
            "ab",
        ),
        ("{% case body.name %}{% when 'Bob' %}a{% else %}c{% endcase %}", "c"),
        ("{% if 1 %}{% if nil %}a{% endif %}b{% endif %}", "b"),
    ]);
}

#[test]
fn loops_go_through_lists_and_dictionaries() {
    check(&[
        ("{% for x in body.words %}{{ x }}{% endfor %}", "bAc"),
        ("{% for x in body.list limit:2 offset: 1 %}{{ x }},{% endfor %}", "1,,"),
        (
            "{% for x in (1..6) limit:2 %}{{x}}{% endfor %}{% for x in (1..6) limit:2 offset:continue %}{{x}}{% endfor %}",
            "1234",
        ),
        ("{% for x in body.words reversed %}{{ x }}{% endfor %}", "cAb"),
        ("{% for x in (1..body.words.size) %}{{ x }}{% endfor %}", "123"),
        (
            "{% for x in body.words %}{{ forloop.index }}/{{ forloop.length }}{{ forloop.rindex0 }}{{ forloop.first }}{{ forloop.last }} {% endfor %}{{ forloop.index }}{{ x }}",
            "1/32truefalse 2/31falsefalse 3/30falsetrue ",
        ),
        (
            "{% for x in body.person %}{{ x[0] }}={{ x.value }};{{ x }}{% endfor %}",
            "first=Ann;[first, Ann]size=7;[size, 7]",
        ),
        (
            "{% for x in (1..9) %}{% if x == 2 %}{% continue %}{% endif %}{% if x > 3 %}{% break %}{% endif %}{{ x }}{% endfor %}.",
            "13.",
        ),
        (
            "{% for x in body.none %}{{ x }}{% endfor %}{% for x in body.Age %}{{ x }}{% endfor %}",
            "",
        ),
        (
            "{% for x in body.none %}{{ x }}{% else %}none{% endfor %}{% for x in body.Age %}{{ x }}{% else %}-{% endfor %}{% for x in (1..2) %}{{ x }}{% else %}!{% endfor %}",
            "none-12",
        ),
        (
            "{% for x in (1..3) limit:0 %}{{ x }}{% else %}0{% endfor %}{% for x in (1..2) %}{{ x }}{% for y in body.none %}{% else %}{% break %}{% endfor %}{% endfor %}",
            "01",
        ),
        (
            "[{% JSONArrayFor x in body.none %}{{ x }}{% else %}0{% endJSONArrayFor %}]",
            "[0]",
        ),
        (
            "{% for x in body.nested %}{% for y in x %}{{ y }}{% endfor %};{% endfor %}",
            "12;3;",
        ),
        (
            "[{% JSONArrayFor x in body.things %}{\"n\":\"{{ x.name }}\"}{% endJSONArrayFor %}]",
            r#"[{"n":"pen"},{"n":"Ink"}]"#,
        ),
        ("[{% jsonarrayfor x in body.nothing %}1{% endjsonarrayfor %}]", "[]"),
        (
            "{% for x in (1..4) %}{% cycle 'a', 'b' %}{% cycle g: 1, 2, 3 %}{% endfor %}",
            "a1b2a3b1",
        ),
        (
            "{% for x in body.words %}{% ifchanged %}-{% endifchanged %}{% ifchanged %}{{ forloop.index | AtMost: 2 }}{% endifchanged %}{% endfor %}",
            "-1-2-2",
        ),
        (
            "{% tablerow x in body.words cols:2 %}{{ x }}{{ tablerowloop.col }}{% endtablerow %}",
            "<tr class=\"row1\">\n<td class=\"col1\">b1</td><td class=\"col2\">A2</td></tr>\n<tr class=\"row2\"><td class=\"col1\">c1</td></tr>\n",
        ),
    ]);
}

#[test]
fn variables_live_to_the_end() {
    check(&[
        ("{% assign x = body.name | Upcase %}{{ x }}", "ANN"),
        ("{% for i in (1..2) %}{% assign x = i %}{% endfor %}{{ x }}{{ i }}", "2"),
        (
            "{% capture x %}a{{ body.name }}{% endcapture %}{{ x }}{{ x.size }}",
            "aAnn4",
        ),
        ("{% assign body = 1 %}{{ body }}", "1"),
        ("{% increment n %}{% increment n %}{% decrement m %}{{ n }}", "01-12"),
    ]);
}

#[test]
fn raw_text_and_comments() {
    check(&[
        ("a{% raw %}{{ x }}{% if %}{% endraw %}b", "a{{ x }}{% if %}b"),
        ("{% literal %}{{ x }}{% endliteral %}", "{{ x }}"),
        (
            "a{% comment %}{{ x {% if %} {% comment %}{% endcomment %} b{% endcomment %}c",
            "ac",
        ),
        ("{ \"a\": {\"b\": 1}} %} }} @ {", "{ \"a\": {\"b\": 1}} %} }} @ {"),
    ]);
}

#[test]
fn dashes_take_spaces_before_and_one_line_end_behind() {
    check(&[
        ("a \t {%- if 1 -%}\n  b{% endif -%} \t c", "a  bc"),
        ("a\n  {{- 1 -}}\r\n\n b", "a\n1\n b"),
        ("{%- comment -%} x {%- endcomment -%}  b", "  b"),
    ]);
}

#[test]
fn what_fails_says_so_in_its_place() {
    check(&[
        (
            "a{{ 1 | DividedBy: 0 }}b",
            "aLiquid error: Attempted to divide by zero.b",
        ),
        (
            "{{ 'a' | Minus: 1 }}",
            "Liquid error: The binary operator Subtract is not defined for the types 'System.String' and 'System.Int32'.",
        ),
        (
            "{% if 1 > 'x' %}a{% endif %}",
            "Liquid error: Input string was not in a correct format.",
        ),
    ]);
}

#[test]
fn problems_have_their_places() {
    for (template, expected) in [
        ("a{{ b", vec!["1..3 `{{` has no end, expected `}}`"]),
        ("a{% if b", vec!["1..3 `{%` has no end, expected `%}`"]),
        ("{% if a %}b", vec!["3..5 `if` has no end, expected `{% endif %}`"]),
        (
            "{% endif %}",
            vec!["3..8 `endif` closes nothing, or belongs to nothing"],
        ),
        (
            "{% for x in y %}{% endif %}",
            vec!["19..24 found `endif`, expected `endfor` of `for`"],
        ),
        ("{% foo %}", vec!["3..6 unknown tag `foo`"]),
        (
            "{% include 'a' %}",
            vec!["3..10 the tag `include` has nothing to work with here: a body's template stands alone"],
        ),
        ("{{ | Upcase }}", vec!["3..11 found `| Upcase`, expected a value"]),
        ("{{ a | }}", vec!["7..7 found nothing, expected the name of a filter"]),
        (
            "{{ a | upcasee }}",
            vec!["7..14 ?there is no filter `upcasee`: the value passes unchanged (did you mean `Upcase`?)"],
        ),
        (
            "{{ a b | Upcase }}",
            vec!["5..6 ?`b` has no meaning here and is passed over"],
        ),
        (
            "{% for x on y %}{% endfor %}",
            vec!["9..13 found `on y`, expected `in`"],
        ),
        ("{% assign x y %}", vec!["12..13 found `y`, expected `=`"]),
        (
            "{% if a = b %}{% endif %}",
            vec!["8..11 ?`= b` has no meaning here and is passed over"],
        ),
        ("{{ 'a }}", vec!["3..5 the text has no end, expected '"]),
        ("{% raw %}x", vec!["2..2 `raw` has no end, expected `{% endraw %}`"]),
    ] {
        assert_eq!(problems(template), expected, "{template}");
    }
}
