//! The grammar: source text and the tree it gives, without any problem.

use super::{dump, parse};

/// Each source, wrapped into `@(…)`, gives the tree and no problem.
fn check(table: &[(&str, &str)]) {
    for (source, tree) in table {
        check_whole(&format!("@({source})"), tree);
    }
}

/// Each source, wrapped into `@{…}`, gives the statements and no problem.
fn check_statements(table: &[(&str, &str)]) {
    for (source, tree) in table {
        check_whole(&format!("@{{ {source} }}"), &format!("{{{tree}}}"));
    }
}

fn check_whole(source: &str, expected: &str) {
    let (tree, problems) = parse(source);
    assert_eq!(problems, [], "{source}");
    assert_eq!(dump::tree(&tree), expected, "{source}");
}

#[test]
fn literals() {
    check(&[
        ("null", "null"),
        ("true", "true"),
        ("0xFFul", "255ul"),
        ("1_000", "1000"),
        ("1.50m", "1.50m"),
        (".5f", "0.5f"),
        ("1e3", "1000.0d"),
        ("'a'", "'a'"),
        ("'\\''", "'\\''"),
        ("'\\u0041'", "'A'"),
        ("'\\x41'", "'A'"),
        (r#""a\"b\\\n\t\0""#, r#""a\"b\\\n\t\0""#),
        (r#""\x41g\u00e9\U0001F600""#, "\"Agé😀\""),
        (r#""\uD83D\uDE00 \uD83D!""#, "\"😀 \u{fffd}!\""),
        (
            r#"@"c:\dir ""x""
y""#,
            r#""c:\\dir \"x\"\ny""#,
        ),
        (
            r#""http://x//y" /* c */ + // d
"z""#,
            r#"(+ "http://x//y" "z")"#,
        ),
    ]);
}

#[test]
fn interpolated_strings() {
    check(&[
        (r#"$"""#, "($\")"),
        (r#"$"a{b}c""#, r#"($" "a" {b} "c")"#),
        (r#"$"{{{a}}}""#, r#"($" "{" {a} "}")"#),
        (
            r#"$"{a,-10:N2}{b:yyyy-MM-dd HH:mm}""#,
            r#"($" {a,(- 10):N2} {b:yyyy-MM-dd HH:mm})"#,
        ),
        (r#"$"{d["k"]}{f("}")}""#, r#"($" {(at d "k")} {(call f "}")})"#),
        (r#"$"{(a ? "x" : "y")}""#, r#"($" {(() (?: a "x" "y"))})"#),
        (
            r#"$"{a?.B ?? "n"}{a?[0]:X}""#,
            r#"($" {(?? (? a ?.B) "n")} {(? a (at ? 0)):X})"#,
        ),
        (r#"$@"\{a}""{b}""#, r#"($" "\\" {a} "\"" {b})"#),
        (r#"@$"{$"{$"{x}"}"}""#, r#"($" {($" {($" {x})})})"#),
        (
            r#"$"{xs.Select(x => { return x; })}\n""#,
            r#"($" {(call xs.Select (=> (x) {(return x)}))} "\n")"#,
        ),
        (r#"$"{new { A = 1 }}""#, r#"($" {(new A=1)})"#),
        (r#"$"{x:N2}}}""#, r#"($" {x:N2}})"#),
    ]);
}

#[test]
fn operators_bind_as_in_csharp() {
    check(&[
        ("1 + 2 * 3 - 4", "(- (+ 1 (* 2 3)) 4)"),
        (
            "a || b && c | d ^ e & f == g < h << i + j * k",
            "(|| a (&& b (| c (^ d (& e (== f (< g (<< h (+ i (* j k))))))))))",
        ),
        ("a ?? b ?? c", "(?? a (?? b c))"),
        ("a ?? b ? c : d", "(?: (?? a b) c d)"),
        ("a ? b : c ? d : e", "(?: a b (?: c d e))"),
        ("a ? b ? c : d : e", "(?: a (?: b c d) e)"),
        ("x = y = z", "(= x (= y z))"),
        ("x >>= y >> 1", "(>>= x (>> y 1))"),
        ("a >= b", "(>= a b)"),
        ("-x.y", "(- x.y)"),
        ("!a == ~b", "(== (! a) (~ b))"),
        ("- -a", "(- (- a))"),
        ("++a + a--", "(+ (++ a) (a post--))"),
        ("a is B && c as D == null", "(&& (is a B) (== (as c D) null))"),
        ("a - (b)", "(- a (() b))"),
        ("x?.5:1", "(?: x 0.5d 1)"),
    ]);
}

#[test]
fn chains() {
    check(&[
        ("a.b.c(d)[e, f]", "(at (call a.b.c d) e f)"),
        ("a?.b.c(d)?[e].f", "(? a (? (call ?.b.c d) (at ? e).f))"),
        ("f(x: 1, y: ref z, out w)", "(call f x:1 y:ref z out w)"),
        ("string.Join(\",\", a)", "(call string.Join \",\" a)"),
        (
            "Body.As<JObject>(preserveContent: true)[\"a\"]",
            "(at (call Body.As<JObject> preserveContent:true) \"a\")",
        ),
        ("global::System.Math.PI", "System.Math.PI"),
        ("@class.@if", "class.if"),
        ("\\u0061b.größe", "ab.größe"),
        ("nameof(a.b)", "(nameof a.b)"),
        ("typeof(Dictionary<,>)", "(typeof Dictionary<MISSING,MISSING>)"),
        ("typeof(int?[])", "(typeof array1(int?))"),
        ("default(T)", "(default T)"),
        ("f(default)", "(call f (default))"),
        ("checked(a + b)", "(checked (+ a b))"),
        ("sizeof(int)", "4"),
    ]);
}

#[test]
fn type_arguments_or_less_than() {
    check(&[
        ("f(a<b, c>(d))", "(call f (call a<b,c> d))"),
        ("f(a < b, c > d)", "(call f (< a b) (> c d))"),
        ("a < b", "(< a b)"),
        ("a < b > (c)", "(call a<b> c)"),
        ("i < n && n > (1)", "(&& (< i n) (> n (() 1)))"),
        ("x.Value<List<List<int>>>(y)", "(call x.Value<List<List<int>>> y)"),
        (
            "x.Get<(int a, string)?, T[]>()",
            "(call x.Get<(int a string)?,array1(T)>)",
        ),
        ("$\"{a<b>.c}\"", "($\" {a<b>.c})"),
        ("a as List<int> ?? b", "(?? (as a List<int>) b)"),
    ]);
}

#[test]
fn casts_or_brackets() {
    check(&[
        ("(string)a[\"x\"]", "(cast string (at a \"x\"))"),
        ("(int)-1", "(cast int (- 1))"),
        ("(a)-1", "(- (() a) 1)"),
        ("(a)b", "(cast a b)"),
        ("(a.b<c>)(d)", "(cast a.b<c> (() d))"),
        ("(int?)null ?? 1", "(?? (cast int? null) 1)"),
        ("(byte[])a", "(cast array1(byte) a)"),
        ("(A)!b", "(cast A (! b))"),
        ("(a) is B", "(is (() a) B)"),
        ("(string)(object)5", "(cast string (cast object 5))"),
        ("((string)a).B", "(() (cast string a)).B"),
        ("(a, b: 2).c", "(tuple a b:2).c"),
        ("((int, string))t", "(cast (int string) t)"),
        ("(Func<int, int>)(x => x)", "(cast Func<int,int> (() (=> (x) x)))"),
        ("(string.Empty)", "(() string.Empty)"),
        ("(a)\"s\"", "(cast a \"s\")"),
        ("(a).b", "(() a).b"),
        ("(T)new T()", "(cast T (new T ()))"),
    ]);
}

#[test]
fn nullable_or_conditional() {
    check(&[
        ("a is int ? 1 : 2", "(?: (is a T:int) 1 2)"),
        ("a as int? ?? 2", "(?? (as a int?) 2)"),
        ("a as int? == null", "(== (as a int?) null)"),
        ("a as string ? b : c", "(?: (as a string) b c)"),
        ("(a as int?)", "(() (as a int?))"),
        ("new int?(5)", "(new int? (5))"),
        ("new int?[2]", "(new[] int? 2 1[])"),
        ("a ? (b) : (c)", "(?: a (() b) (() c))"),
        ("f(a ? b : c, d: e ? f : g)", "(call f (?: a b c) d:(?: e f g))"),
    ]);
}

#[test]
fn patterns() {
    check(&[
        ("a is null", "(is a null)"),
        ("a is string s && s.Length > 1", "(&& (is a [string s]) (> s.Length 1))"),
        ("a is var x", "(is a [var x])"),
        ("a is List<int>", "(is a T:List<int>)"),
        ("a is List<int> _", "(is a [List<int> _])"),
        ("a is A.B", "(is a A.B)"),
        ("a is string[]", "(is a T:array1(string))"),
        ("a is int.MaxValue", "(is a int.MaxValue)"),
        ("a is -1 + 2", "(is a (+ (- 1) 2))"),
        ("a is B || c", "(|| (is a B) c)"),
        ("!(a is B b)", "(! (() (is a [B b])))"),
    ]);
}

#[test]
fn declarations_in_expressions() {
    check(&[
        ("int.TryParse(s, out var n)", "(call int.TryParse s out [var n])"),
        (
            "f(out int n, out _, out var _, out List<int> l)",
            "(call f out [int n] out _ out [var _] out [List<int> l])",
        ),
        ("(var a, (int b, _)) = t", "(= (tuple [var a] (tuple [int b] _)) t)"),
        ("var (a, (b, _)) = t", "(= [var (a (b _))] t)"),
        ("(a, b) = (b, a)", "(= (tuple a b) (tuple b a))"),
    ]);
}

#[test]
fn lambdas() {
    check(&[
        ("x => x", "(=> (x) x)"),
        ("() => 1", "(=> () 1)"),
        ("(x, y) => x + y", "(=> (x y) (+ x y))"),
        ("(int x, ref T y) => { }", "(=> (int x ref T y) {})"),
        (
            "xs.Where(x => x > 1).Select(y => new { y })",
            "(call (call xs.Where (=> (x) (> x 1))).Select (=> (y) (new y)))",
        ),
        ("a ? x => 1 : y => 2", "(?: a (=> (x) 1) (=> (y) 2))"),
        ("x => y => z", "(=> (x) (=> (y) z))"),
        ("x => x ? 1 : throw e", "(=> (x) (?: x 1 (throw e)))"),
        ("delegate { return 1; }", "(=> - {(return 1)})"),
        ("delegate (int x) { return x; }", "(=> (int x) {(return x)})"),
        ("a ?? throw new E(b)", "(?? a (throw (new E (b))))"),
    ]);
}

#[test]
fn creations() {
    check(&[
        ("new A.B<C>(d)", "(new A.B<C> (d))"),
        (
            "new A { B = 1, C = { D = 2, }, E = { 3 }, [\"f\"] = 4 }",
            "(new A {B=1 C={D=2} E={+(3)} [\"f\"]=4})",
        ),
        (
            "new D { { \"a\", 1 }, { \"b\", 2 } }",
            "(new D {+(\"a\" 1) +(\"b\" 2)})",
        ),
        (
            "new List<int>(n) { 1, a == b, }",
            "(new List<int> (n) {+(1) +((== a b))})",
        ),
        ("new L { }", "(new L {})"),
        ("new { A = 1, b.C, d?.E }", "(new A=1 b.C (? d ?.E))"),
        ("new[] { 1, 2 }", "(new[] ? 1[] {1 2})"),
        ("new[,] { { 1 }, { 2 } }", "(new[] ? 2[] {{1} {2}})"),
        ("new int[2, n][][,]", "(new[] int 2 n 2[1, 2])"),
        ("new byte[] { }", "(new[] byte 1[] {})"),
        ("new int[3].Length", "(new[] int 3 1[]).Length"),
        (
            "new JObject(new JProperty(\"a\", 1)).ToString()",
            "(call (new JObject ((new JProperty (\"a\" 1)))).ToString)",
        ),
    ]);
}

#[test]
fn queries() {
    check(&[
        ("from x in xs select x.y", "(query (from x xs) (select x.y))"),
        (
            "from A x in xs from y in x.ys let z = y + 1 where z > 1 orderby z descending, y ascending, x select z",
            "(query (from A x xs) (from y x.ys) (let z (+ y 1)) (where (> z 1)) (orderby z desc y x) (select z))",
        ),
        (
            "from x in xs join B y in ys on x.a equals y.b into g join c in cs on x equals (c) group x by x.k into h where h.on select h",
            "(query (from x xs) (join B y ys x.a y.b g) (join c cs x (() c)) (group x x.k) (into h (where h.on) (select h)))",
        ),
        ("from + select", "(+ from select)"),
        ("f(from, where, by)", "(call f from where by)"),
        (
            "(from x in xs where x is A select x).ToList()",
            "(call (() (query (from x xs) (where (is x A)) (select x))).ToList)",
        ),
    ]);
}

#[test]
fn contextual_words_are_names() {
    check(&[
        (
            "var + dynamic + nameof + when + await + async + yield + partial + get",
            "(+ (+ (+ (+ (+ (+ (+ (+ var dynamic) nameof) when) await) async) yield) partial) get)",
        ),
        ("x.select.from(y.where)", "(call x.select.from y.where)"),
        ("await => async", "(=> (await) async)"),
        ("await x.y", "(await x.y)"),
    ]);
}

#[test]
fn declarations() {
    check_statements(&[
        ("var a = 1, b = 2;", "(var a=1 b=2)"),
        ("int? a;", "(int? a)"),
        ("const string A = \"x\";", "(const string A=\"x\")"),
        (
            "Dictionary<string, List<int>> d = null;",
            "(Dictionary<string,List<int>> d=null)",
        ),
        ("int[] c = { 1, 2 };", "(array1(int) c=(new[] int 1[] {1 2}))"),
        ("int[][,] c = { };", "(array1(array2(int)) c=(new[] int 1[2] {}))"),
        ("(int a, string) t = f();", "((int a string) t=(call f))"),
        ("var (a, b) = t;", "(= [var (a b)] t);"),
        ("(int a, var b) = t;", "(= (tuple [int a] [var b]) t);"),
        ("(x, y) = (y, x);", "(= (tuple x y) (tuple y x));"),
        (
            "a = b; c.d(); e++; f[0] += 1;",
            "(= a b); (call c.d); (e post++); (+= (at f 0) 1);",
        ),
        ("dynamic d = 1;", "(dynamic d=1)"),
        ("Func<int, int> f = x => x + 1;", "(Func<int,int> f=(=> (x) (+ x 1)))"),
        (
            "global::System.Text.StringBuilder b = null;",
            "(System.Text.StringBuilder b=null)",
        ),
        ("from = select; where(by);", "(= from select); (call where by);"),
    ]);
}

#[test]
fn local_functions() {
    check_statements(&[
        (
            "int f(int x, string y = \"\") => x;",
            "(fn int f<>(int x string y=\"\") x)",
        ),
        ("void f() { return; }", "(fn void f<>() {(return)})"),
        (
            "T? f<T, U>(params U[] us) where T : struct where U : new() { return us; }",
            "(fn T? f<T U>(params array1(U) us) {(return us)})",
        ),
        (
            "IEnumerable<int> f() { yield return 1; yield break; }",
            "(fn IEnumerable<int> f<>() {(yield 1) (yield)})",
        ),
    ]);
}

#[test]
fn branches_and_loops() {
    check_statements(&[
        (
            "if (a) b(); else if (c) { } else return;",
            "(if a (call b); (if c {} (return)))",
        ),
        ("while (a) b++;", "(while a (b post++);)"),
        ("do { a(); } while (b);", "(do {(call a);} b)"),
        (
            "for (int i = 0, j = 1; i < n; i++, j--) { }",
            "(for (int i=0 j=1); (< i n); (i post++) (j post--) {})",
        ),
        ("for (i = 0;;) break;", "(for  (= i 0);; break)"),
        ("for (;;) continue;", "(for ;; continue)"),
        ("foreach (var x in xs) { f(x); }", "(foreach var x xs {(call f x);})"),
        (
            "foreach (KeyValuePair<string, int> p in ps) ;",
            "(foreach KeyValuePair<string,int> p ps ;)",
        ),
        ("foreach (var (k, v) in d) ;", "(foreach var (k v) d ;)"),
        (
            "foreach ((string k, var v) in d) ;",
            "(foreach (tuple [string k] [var v]) d ;)",
        ),
        ("x: goto x;", "(x: (goto x))"),
        (";", ";"),
    ]);
}

#[test]
fn switches() {
    check_statements(&[
        (
            "switch (a) { case 1: case 2: b(); break; case string s when s.Length > 0: goto case 1; case null: goto default; \
         case A.B: { return 1; } case int when c: case var x: default: throw e; }",
            "(switch a (case 1 case 2: (call b); break) (case [string s] when (> s.Length 0): (goto case 1)) (case null: (goto default)) \
         (case A.B: {(return 1)}) (case T:int when c case [var x] default: (throw e)))",
        ),
        ("switch (a) { }", "(switch a)"),
        (
            "switch (a) { case (int)1 + 2: break; case (b) when c: break; }",
            "(switch a (case (+ (cast int 1) 2): break) (case (() b) when c: break))",
        ),
    ]);
}

#[test]
fn exceptions_and_resources() {
    check_statements(&[
        (
            "try { a(); } catch (E e) when (e.F) { throw; } catch (G) { } catch { } finally { b(); }",
            "(try {(call a);} (catch E e when e.F {(throw)}) (catch G {}) (catch {}) {(call b);})",
        ),
        (
            "using (var h = new H(k)) using (g) return h;",
            "(using (var h=(new H (k))) (using g (return h)))",
        ),
        (
            "checked { a++; } unchecked { }",
            "(checked {(a post++);}) (unchecked {})",
        ),
        ("lock (a) { }", "(lock a {})"),
        ("throw new E();", "(throw (new E ()))"),
    ]);
}

#[test]
fn white_space_around_the_expression() {
    check_whole("  @( 1 )\r\n", "1");
    check_whole("\n@{\n}\n ", "{}");
}

#[test]
fn long_lists_are_not_deep() {
    let statements = "a(b, c);\n".repeat(2000);
    assert_eq!(parse(&format!("@{{ {statements} }}")).1, []);
    let arguments = "a.b, ".repeat(2000);
    assert_eq!(parse(&format!("@(f({arguments} c))")).1, []);
    let terms = "+ a.b.c(d)[0]".repeat(200);
    assert_eq!(parse(&format!("@(1 {terms})")).1, []);
}
