//! What is reported for mistakes, and where. `¦` marks the start of each problem.

use super::parse;

fn check(table: &[(&str, &[&str])]) {
    for (marked, expected) in table {
        let source = marked.replace('¦', "");
        let places: Vec<usize> = marked
            .match_indices('¦')
            .enumerate()
            .map(|(index, (at, mark))| at - index * mark.len())
            .collect();
        let problems = parse(&source).1;
        let found: Vec<String> = problems
            .iter()
            .map(|problem| format!("{} {}", problem.code, problem.message))
            .collect();
        assert_eq!(found, *expected, "{marked}");
        assert_eq!(
            problems.iter().map(|problem| problem.span.start).collect::<Vec<_>>(),
            places,
            "{marked}"
        );
    }
}

#[test]
fn missing_pieces() {
    check(&[
        ("¦", &["TG2001 a policy expression starts with `@(` or `@{`"]),
        ("@(¦)", &["CS1525 expression expected, found `)`"]),
        ("@(¦", &["CS1733 expression expected, found the end"]),
        ("@(a + ¦)", &["CS1525 expression expected, found `)`"]),
        ("@(a¦", &["CS1026 `)` expected, found the end"]),
        ("@(a¦; )", &["CS1026 `)` expected, found `;`"]),
        ("@(a¦ b)", &["CS1026 `)` expected, found `b`"]),
        ("@(f(a¦ b))", &["CS1026 `)` expected, found `b`"]),
        ("@(f(a, ¦))", &["CS1525 expression expected, found `)`"]),
        ("@(a ? b¦)", &["CS1003 `:` expected, found `)`"]),
        ("@(a.¦)", &["CS1001 name expected, found `)`"]),
        ("@(a.¦class)", &["CS1041 name expected, found the keyword `class`"]),
        (
            "@(new A¦)",
            &["CS1526 `(`, `[` or `{` behind the type of `new` expected, found `)`"],
        ),
        (
            "@(new int[]¦)",
            &["CS1586 the array's length or `{ … }` with its elements expected, found `)`"],
        ),
        (
            "@(a == ¦throw b)",
            &["CS8115 a `throw` expression stands only behind `??`, `?`, `:` and `=>`"],
        ),
        ("@(a[¦])", &["CS0443 an index expected, found `]`"]),
        ("@(a[¦out b])", &["CS1525 expression expected, found `out`"]),
        (
            "@(new[¦4])",
            &["CS0178 an array's length without the type of its elements"],
        ),
        ("@(f(¦int))", &["CS1525 expression expected, found `int`"]),
        ("@(typeof(¦))", &["CS1031 type expected, found `)`"]),
        ("@(a) ¦b", &["CS1022 the policy expression ends before `b`"]),
        ("@((¦a: 1).b)", &["CS8124 a tuple has at least two elements, found one"]),
        ("@(a¦ // b)", &["CS1026 `)` expected, found the end"]),
    ]);
}

#[test]
fn statements_go_on_after_a_mistake() {
    check(&[
        ("@{ return 1¦ }", &["CS1002 `;` expected, found `}`"]),
        (
            "@{ var a = 1¦\n var b = ¦; return a¦ }",
            &[
                "CS1002 `;` expected, found `var`",
                "CS1525 expression expected, found `;`",
                "CS1002 `;` expected, found `}`",
            ],
        ),
        (
            "@{ f(a¦; g();¦ ",
            &["CS1026 `)` expected, found `;`", "CS1513 `}` expected, found the end"],
        ),
        ("@{ if (a¦ { b(); } }", &["CS1026 `)` expected, found `{`"]),
        ("@{ if (a) ¦}", &["CS1525 statement expected, found `}`"]),
        ("@{ f()¦); g(); }", &["CS1002 `;` expected, found `)`"]),
        ("@{ ¦) g(); }", &["CS1525 expression expected, found `)`"]),
        (
            "@{ ¦else { a(); } }",
            &["CS8641 `else` without the `if` that it belongs to"],
        ),
        (
            "@{ try { a(); }¦ return 1; }",
            &["CS1524 `catch` or `finally` expected, found `return`"],
        ),
        (
            "@{ switch (a) {¦ b(); } return 1; }",
            &["CS1513 `}` expected, found `b`"],
        ),
        (
            "@{ foreach (x ¦in xs) { } }",
            &["CS0230 `foreach` needs a type and a name"],
        ),
        ("@{ int a¦[3]; }", &["CS0650 brackets behind the variable's name"]),
        ("@{ var a = ¦{ 1 }; }", &["CS0820 `{ … }` alone has no type for `var`"]),
        ("@{ return 1; } ¦}", &["CS1022 the policy expression ends before `}`"]),
    ]);
}

#[test]
fn literals() {
    check(&[
        ("@(¦\"a\n + b)", &["CS1010 the string has no closing `\"` on its line"]),
        ("@(¦@\"a)", &["CS1039 the string has no closing `\"`"]),
        ("@($\"¦a)", &["CS1039 the string has no closing `\"`"]),
        ("@(\"¦\\d\")", &["CS1009 `\\d` is not an escape sequence"]),
        (
            "@(\"¦\\u12\")",
            &["CS1009 the escape sequence needs 4 hexadecimal digits of a character's number"],
        ),
        (
            "@(¦'')",
            &["CS1011 a character literal holds one character, found none"],
        ),
        (
            "@(¦'abc' + d)",
            &["CS1012 a character literal holds one character, found 3"],
        ),
        (
            "@(¦99999999999999999999)",
            &["CS1021 the whole number does not fit into 64 bits"],
        ),
        ("@(a ¦€)", &["CS1056 unexpected character `€`"]),
        ("@(a ¦/* b)", &["CS1035 the comment that starts with `/*` has no `*/`"]),
        (
            "@{\n¦#if A\nreturn 1; }",
            &["CS1040 preprocessor directives cannot be used in policy expressions"],
        ),
        ("@($\"a¦}\")", &["CS8086 `}` without `{` in an interpolated string"]),
        ("@($\"{¦}\")", &["CS1525 expression expected, found `}`"]),
        (
            "@($\"{¦a ? \"b\" : \"c\"}\")",
            &["CS8361 `:` ends the value in an interpolated string, so a bare `?:` cannot stand there"],
        ),
        (
            "@($\"{a¦ b}\" + c)",
            &["CS1513 `}` of the interpolated string expected, found `b`"],
        ),
    ]);
}

#[test]
fn newer_syntax_is_named() {
    let newer = |marked: &str, feature: &str| {
        check(&[(marked, &[&format!("CS8370 {feature}; policy expressions are C# 7")])]);
    };
    newer("@(a ¦switch { 1 => 2, _ => 3 } + b)", "a switch expression is C# 8");
    newer("@{ a ¦??= b; return a; }", "`??=` is C# 8");
    newer("@(a[¦^1])", "an index from the end `^` is C# 8");
    newer("@(a[1¦..2])", "a range `..` is C# 8");
    newer("@(a[¦..])", "a range `..` is C# 8");
    newer("@(a is ¦not null && b)", "a `not` pattern is C# 9");
    newer("@(a is ¦{ B: 1 } c && d)", "a property pattern `{ … }` is C# 8");
    newer("@(a is ¦> 1)", "a relational pattern is C# 9");
    newer("@(a ¦with { B = 1 })", "a `with` expression is C# 9");
    newer("@{ List<int> a = ¦new(); return a; }", "`new` without a type is C# 9");
    newer("@(f(¦[1, 2]))", "a collection expression `[…]` is C# 12");
    newer(
        "@(¦\"\"\"a \"b\" c\"\"\" + d)",
        "a raw string literal `\"\"\"` is C# 11",
    );
    newer("@{ ¦using var a = b(); return a; }", "a `using` declaration is C# 8");
    newer("@(a¦!.b)", "the null-forgiving operator `!` is C# 8");
    newer(
        "@{ ¦static int f() => 1; return f(); }",
        "a `static` local function is C# 8",
    );
    newer("@(f(¦static x => x))", "a `static` lambda is C# 9");
    newer("@(¦\"a\"u8)", "a UTF-8 string literal is C# 11");
}

#[test]
fn what_policies_may_not_use_is_named() {
    let unavailable = |marked: &str, what: &str| {
        check(&[(
            marked,
            &[&format!("TG2002 {what} cannot be used in policy expressions")],
        )]);
    };
    unavailable("@(¦this.a)", "`this`");
    unavailable("@(¦async x => x)", "`async`");
    unavailable("@{ ¦async Task<int> f() { return 1; } return 1; }", "`async`");
    unavailable("@{ ¦unsafe { } return 1; }", "`unsafe`");
    unavailable("@{ ¦class A { int b; } return 1; }", "`class`");
    unavailable("@{ ¦public int a = 1; return a; }", "the modifier `public`");
    unavailable(
        "@{ ¦ref int a = ref b; return a; }",
        "a reference (`ref`) outside of arguments",
    );
}

#[test]
fn help_says_what_to_do() {
    let help = |source: &str| {
        parse(source)
            .1
            .first()
            .and_then(|problem| problem.help.clone())
            .unwrap_or_default()
    };
    assert!(help("@(a;)").contains("@{ … return value; }"));
    assert!(help("@(a // b)").contains("`//` comment"));
    assert!(help("@('ab')").contains("double quotes"));
}
