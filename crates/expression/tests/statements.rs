//! Statements and functions as tables: queries, jumps, deconstruction, arrays, functions in blocks, `dynamic`.
//! The answers are those of C#.
#![allow(clippy::unwrap_used, clippy::panic, reason = "a test")]

use expression::recorded::RecordedContext;
use expression::{Budget, Expression, Target};

fn check(cases: &[(&str, &str)]) {
    let context = RecordedContext::from_json("{}").unwrap();
    let mut wrong = Vec::new();
    for (source, expected) in cases {
        let found = match Expression::compile(source, Target::Object) {
            Err(problems) => format!("{problems:?}"),
            Ok(expression) => match expression.evaluate(&context, Budget::default()) {
                Ok(value) => value.display_string().to_string(),
                Err(exception) => format!("{}: {}", exception.type_name, exception.message),
            },
        };
        if found != *expected {
            wrong.push(format!("{source}\n  expected {expected:?}\n  found    {found:?}"));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn queries() {
    check(&[
        (
            r#"@(string.Join(",", from x in new[] { 1, 2, 3, 4 } where x % 2 == 0 select x * 10))"#,
            "20,40",
        ),
        (r#"@(string.Join(",", from x in new[] { 3, 1, 2 } select x))"#, "3,1,2"),
        (
            r#"@(string.Join(",", from x in new[] { 3, 1, 2 } orderby x descending select x))"#,
            "3,2,1",
        ),
        (
            r#"@(string.Join(",", from w in new[] { "bb", "a", "cc" } orderby w.Length, w descending select w))"#,
            "a,cc,bb",
        ),
        (
            r#"@(string.Join(",", from x in new[] { 1, 2 } from y in new[] { 10, 20 } select x + y))"#,
            "11,21,12,22",
        ),
        (
            r#"@(string.Join(",", from x in new[] { 1, 2 } from y in new[] { 10, 20 } where y > 10 let z = x * y select $"{x}*{y}={z}"))"#,
            "1*20=20,2*20=40",
        ),
        (
            r#"@(string.Join(",", from x in new[] { 1, 2, 3 } let y = x * x where y > 1 let z = y + 1 orderby z descending select x + ":" + y + ":" + z))"#,
            "3:9:10,2:4:5",
        ),
        (
            r#"@(string.Join(",", from x in new[] { 1, 2, 3 } join y in new[] { 2, 3, 4 } on x equals y select x * y))"#,
            "4,9",
        ),
        (
            r#"@(string.Join(",", from x in new[] { 1, 2 } join y in new[] { 2, 2 } on x equals y into g select x + ":" + g.Count()))"#,
            "1:0,2:2",
        ),
        (
            r#"@(string.Join(",", from w in new[] { "ab", "c", "de" } group w by w.Length into g orderby g.Key select g.Key + "=" + g.Count()))"#,
            "1=1,2=2",
        ),
        (
            r#"@(string.Join(";", from w in new[] { "ab", "c", "de" } group w.ToUpper() by w.Length into g select string.Join("+", g)))"#,
            "AB+DE;C",
        ),
        (
            r#"@(string.Join(",", from object o in new object[] { 1, 2 } select o))"#,
            "1,2",
        ),
        (
            r#"@(string.Join(",", from int o in new object[] { 1, 2 } select o + 1))"#,
            "2,3",
        ),
        (
            r"@((from x in new[] { 1, 2 } select new { x, d = x * 2 }).Last().ToString())",
            "{ x = 2, d = 4 }",
        ),
        (
            r#"@(string.Join(",", from x in new[] { 1, 2 } select x into y where y > 1 select y + 1))"#,
            "3",
        ),
        (
            r#"@(string.Join(",", from x in from y in new[] { 1, 2 } select y + 1 select x * 2))"#,
            "4,6",
        ),
    ]);
}

#[test]
fn jumps_and_labels() {
    check(&[
        ("@{ int i = 0; again: i++; if (i < 5) goto again; return i; }", "5"),
        (
            "@{ for (int i = 0; i < 3; i++) { for (int j = 0; j < 3; j++) { if (i * j == 2) goto found; } } return \"no\"; found: return \"yes\"; }",
            "yes",
        ),
        (
            "@{ var s = \"\"; try { goto end; } finally { s += \"f\"; } end: return s + \"e\"; }",
            "fe",
        ),
        (
            "@{ switch (1) { case 1: goto case 2; case 2: goto default; default: return \"d\"; } }",
            "d",
        ),
    ]);
}

#[test]
fn taking_values_apart() {
    check(&[
        (
            r#"@{ var s = ""; foreach (var (a, b) in new[] { (1, "x"), (2, "y") }) { s += a + b; } return s; }"#,
            "1x2y",
        ),
        (
            r"@{ var s = 0; foreach ((int a, var (b, _)) in new[] { (1, (2, 3)), (4, (5, 6)) }) { s += a * b; } return s; }",
            "22",
        ),
        (
            r#"@{ var s = ""; foreach ((var a, long b) in new[] { (1, 2), (3, 4) }) { s += a + b; } return s; }"#,
            "37",
        ),
        (
            r#"@{ var s = ""; foreach (var (k, v) in new Dictionary<string, int> { ["a"] = 1 }) { s += k + v; } return s; }"#,
            "a1",
        ),
        ("@{ int a = 1, b = 2; (a, b) = (b, a); return a * 10 + b; }", "21"),
        ("@{ var (a, (b, c)) = (1, (2, 3)); return a + b + c; }", "6"),
        ("@{ (string a, object b) = (null, 5); return (a ?? \"n\") + b; }", "n5"),
        ("@{ var t = (a: 1, b: 2); t.a = 5; t.b++; return t; }", "(5, 3)"),
        ("@{ var t = (1, (2, 3)); t.Item2.Item1 += 7; return t; }", "(1, (9, 3))"),
        ("@{ var a = new[] { (1, 2) }; a[0].Item2 = 9; return a[0].Item2; }", "9"),
    ]);
}

#[test]
fn arrays_of_dimensions() {
    check(&[
        (
            "@{ var a = new int[,] { { 1, 2, 3 }, { 4, 5, 6 } }; return a[1, 2] + a.GetLength(0) * 10 + a.GetLength(1) * 100 + a.Rank * 1000; }",
            "2326",
        ),
        ("@{ int[,] a = { { 1, 2 }, { 3, 4 } }; return a[1, 0]; }", "3"),
        (
            "@{ var a = new[,] { { 1, 2.5 }, { 3, 4 } }; return a[0, 0] + a[0, 1]; }",
            "3.5",
        ),
        (
            "@{ var a = new int[2, 2, 1] { { { 1 }, { 2 } }, { { 3 }, { 4 } } }; var s = 0; foreach (var x in a) s = s * 10 + x; return s; }",
            "1234",
        ),
        ("@{ int[][] a = { new[] { 1 }, new[] { 2, 3 } }; return a[1][1]; }", "3"),
    ]);
}

#[test]
fn functions_in_blocks() {
    check(&[
        (
            "@{ int F(int a, int b = 2, params int[] c) => a + b * 10 + c.Length * 100; return F(1) + F(1, 3) + F(1, 2, 7, 8); }",
            "273",
        ),
        (
            "@{ string F(int a, string b = \"x\") => a + b; return F(b: \"q\", a: 3) + F(4); }",
            "3q4x",
        ),
        (
            "@{ void Swap(ref int a, ref int b) { var t = a; a = b; b = t; } int x = 1, y = 2; Swap(ref x, ref y); return x * 10 + y; }",
            "21",
        ),
        (
            "@{ bool Try(string s, out int n) { n = s.Length; return n > 0; } return Try(\"abc\", out var k) ? k : -1; }",
            "3",
        ),
        (
            "@{ void Inc(ref int a) => a++; var v = new[] { 5 }; Inc(ref v[0]); return v[0]; }",
            "6",
        ),
        (
            "@{ T Max<T>(T a, T b) where T : IComparable<T> => a.CompareTo(b) > 0 ? a : b; return Max(3, 5) + Max(\"a\", \"b\"); }",
            "5b",
        ),
        (
            "@{ List<T> Two<T>(T a) => new List<T> { a, a }; return Two(\"x\").Count + Two<object>(1).GetType().ToString(); }",
            "2System.Collections.Generic.List`1[System.Object]",
        ),
        (
            "@{ int Fact(int n) => n < 2 ? 1 : n * Fact(n - 1); return Fact(5); }",
            "120",
        ),
        (
            "@{ bool Even(int n) => n == 0 || Odd(n - 1); bool Odd(int n) => n != 0 && Even(n - 1); return Even(10); }",
            "True",
        ),
        ("@{ int x = 5; return F(); int F() => x; }", "5"),
        ("@{ int n = 0; void Add() { n++; } Add(); Add(); return n; }", "2"),
        (
            "@{ int Twice(int a) => a * 2; return string.Join(\",\", new[] { 1, 2 }.Select(Twice)); }",
            "2,4",
        ),
        (
            "@{ int Twice(int a) => a * 2; Func<int, int> f = Twice; return f(4); }",
            "8",
        ),
        (
            "@{ IEnumerable<int> Count() { int i = 0; while (true) yield return i++; } return string.Join(\",\", Count().Skip(2).Take(3)); }",
            "2,3,4",
        ),
        (
            "@{ IEnumerable<int> F(int n) { for (int i = 0; i < n; i++) { if (i == 1) continue; if (i == 4) yield break; yield return i; } } return string.Join(\",\", F(9)); }",
            "0,2,3",
        ),
        (
            "@{ var log = \"\"; IEnumerable<string> F() { log += \"a\"; yield return \"1\"; try { log += \"b\"; yield return \"2\"; } finally { log += \"f\"; } } foreach (var x in F()) { log += x; } return log; }",
            "a1b2f",
        ),
        (
            "@{ IEnumerable<int> F() { foreach (var x in new[] { 1, 2 }) { switch (x) { case 1: yield return 10; goto case 2; case 2: yield return 20; break; } } } return string.Join(\",\", F()); }",
            "10,20,20",
        ),
        (
            "@{ IEnumerable<int> Tree(int n) { if (n > 0) { foreach (var x in Tree(n - 1)) yield return x; yield return n; foreach (var x in Tree(n - 1)) yield return x; } } return string.Join(\"\", Tree(3)); }",
            "1213121",
        ),
        (
            "@{ IEnumerable<T> Each<T>(params T[] all) { foreach (var a in all) yield return a; } return string.Join(\",\", Each(1, 2)) + string.Join(\",\", Each(\"a\")); }",
            "1,2a",
        ),
    ]);
}

#[test]
fn dynamic_values() {
    check(&[
        ("@{ dynamic d = 5; return d + 1; }", "6"),
        ("@{ dynamic d = \"abc\"; return d.Length + d.Substring(1); }", "3bc"),
        (
            "@{ dynamic d = new List<int> { 1, 2 }; d.Add(3); d[0] = 9; return d[0] + d.Count; }",
            "12",
        ),
        (
            "@{ dynamic d = \"x\"; return d - 1; }",
            "Microsoft.CSharp.RuntimeBinder.RuntimeBinderException: operator '-' cannot be applied to operands of type 'string' and 'int'",
        ),
        (
            "@{ dynamic d = null; return d.Foo; }",
            "Microsoft.CSharp.RuntimeBinder.RuntimeBinderException: Cannot perform runtime binding on a null reference",
        ),
        (
            "@{ dynamic d = JObject.Parse(\"{'name':{'first':'A'},'n':[1,2],'k':3}\"); return d.name.first + \"/\" + d.n[1] + \"/\" + (d.k + 1) + \"/\" + (d.missing == null); }",
            "A/2/4/True",
        ),
        (
            "@{ dynamic d = JObject.Parse(\"{'a':1}\"); d.b = 2; d.c = \"x\"; return ((JObject)d).ToString(Newtonsoft.Json.Formatting.None); }",
            "{\"a\":1,\"b\":2,\"c\":\"x\"}",
        ),
        (
            "@{ dynamic d = JObject.Parse(\"{'a':'5','f':true}\"); int n = d.a; string s = d.a; return n + s + ((bool)d.f ? \"y\" : \"n\"); }",
            "55y",
        ),
        ("@{ dynamic d = 3; int i = d; long l = d; return i + l; }", "6"),
        (
            "@{ dynamic d = 3; string s = d; return s; }",
            "Microsoft.CSharp.RuntimeBinder.RuntimeBinderException: cannot implicitly convert type 'int' to 'string'",
        ),
        ("@{ dynamic d = 3; d++; d += 2; return d; }", "6"),
        ("@{ dynamic d = new { A = 1 }; return d.A; }", "1"),
        ("@{ dynamic d = 2; return Math.Max(d, 5); }", "5"),
        (
            "@{ var s = 0; dynamic d = new[] { 1, 2 }; foreach (var x in d) s += x; return s; }",
            "3",
        ),
        ("@{ dynamic d = (Func<int, int>)(x => x + 1); return d(4); }", "5"),
    ]);
}
