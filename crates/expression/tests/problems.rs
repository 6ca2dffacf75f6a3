//! What the checker refuses: an expression, and the numbers of its problems.
#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing, reason = "a test")]

use expression::{Expression, Target};

fn check(cases: &[(&str, &str)]) {
    let mut wrong = Vec::new();
    for (source, expected) in cases {
        let mut codes: Vec<&str> = match Expression::compile(source, Target::Object) {
            Ok(_) => Vec::new(),
            Err(problems) => problems.iter().map(|problem| problem.code).collect(),
        };
        codes.sort_unstable();
        codes.dedup();
        if codes.join(" ") != *expected {
            wrong.push(format!("{source}: expected {expected}, found {}", codes.join(" ")));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn problems_have_the_numbers_of_csharp() {
    check(&[
        ("@((byte)300)", "CS0221"),
        ("@(2147483647 + 1)", "CS0220"),
        ("@(1 / 0)", "CS0020"),
        (
            r#"@{ var o = JObject.Parse("{\"a\":\"x\"}"); return o["a"] == "x"; }"#,
            "CS0019",
        ),
        ("@{ return; }", "CS0126"),
        ("@{ int x; return x; }", "CS0165"),
        (r#"@{ int x = "s"; return x; }"#, "CS0029"),
        ("@{ string s = 5; return s; }", "CS0029"),
        ("@{ int x = 5L; return x; }", "CS0266"),
        ("@{ if (1) { return 2; } return 3; }", "CS0029"),
        ("@{ var x = null; return x; }", "CS0815"),
        ("@{ return undefinedName; }", "CS0103"),
        (r#"@{ return "a".Foo(); }"#, "CS1061"),
        (r#"@{ return "a".Substring(); }"#, "CS1501"),
        (r#"@{ return "a".Substring("x"); }"#, "CS1503"),
        ("@{ int x = 1; int x = 2; return x; }", "CS0128"),
        ("@{ if (true) { } }", "CS0161"),
        ("@{ foreach (var x in 5) { } return 1; }", "CS1579"),
        ("@{ return 1 + ; }", "CS1525"),
        ("@{ break; return 1; }", "CS0139"),
        (r#"@("a" - "b")"#, "CS0019"),
        ("@(!5)", "CS0023"),
        (r#"@(-"a")"#, "CS0023"),
        ("@(new Foo())", "CS0246"),
        ("@((Foo)null)", "CS0246"),
        ("@{ Func<int,int> f = (a, b) => a; return 1; }", "CS1593"),
        ("@{ var f = x => x; return 1; }", "CS0815"),
        ("@{ const int N = 5; N = 6; return N; }", "CS0131"),
        (r#"@{ string s = "a"; s.Length = 5; return s; }"#, "CS0200"),
        (r#"@{ context.Variables["a"] = "b"; return 1; }"#, "CS0200"),
        (r#"@{ string s = "a"; s[0] = 'b'; return s; }"#, "CS0200"),
        (r#"@{ string s = "a"; s[0]++; return s; }"#, "CS0200"),
        (r#"@{ new JArray()["a", 2] = 1; return 1; }"#, "CS1501"),
        (r#"@(true ? 1 : "a")"#, "CS0173"),
        ("@(5.ToString)", "CS0428"),
        ("@{ for (int i = 0; i < 3; i++) { int i = 5; } return 1; }", "CS0136"),
        ("@{ object o = 5; return o + 1; }", "CS0019"),
    ]);
}

#[test]
fn all_problems_are_reported_with_advice() {
    let source = r#"@{ var x = contxt.Request; return "a".Substrin(1) + DateTime.UtcNw; }"#;
    let Err(problems) = Expression::compile(source, Target::Object) else {
        panic!("it compiled")
    };
    let found: Vec<(&str, &str, Option<&str>)> = problems
        .iter()
        .map(|problem| {
            (
                problem.code,
                &source[problem.span.start..problem.span.end],
                problem.help.as_deref(),
            )
        })
        .collect();
    assert_eq!(
        found,
        [
            ("CS0103", "contxt", Some("did you mean `context`?")),
            ("CS1061", "Substrin", Some("did you mean `Substring`?")),
            ("CS0117", "UtcNw", Some("did you mean `UtcNow`?")),
        ]
    );
}

#[test]
fn a_target_takes_values_of_its_type_only() {
    for (source, target, accepted) in [
        ("@(5)", Target::Boolean, false),
        ("@(true)", Target::Boolean, true),
        (r#"@(context.Variables["x"])"#, Target::Boolean, true),
        ("@(5L)", Target::Int32, false),
        ("@(5)", Target::Int64, true),
        (r#"@("5")"#, Target::Int32, true),
        ("@(1.5)", Target::Double, true),
        ("@(new object())", Target::String, true),
        (r#"@(context.Trace("x"))"#, Target::Object, false),
    ] {
        assert_eq!(
            Expression::compile(source, target).is_ok(),
            accepted,
            "{source} for {target:?}"
        );
    }
}
