//! Expressions that would hang or crash the process if nothing stopped them.
#![allow(clippy::unwrap_used, clippy::panic, reason = "a test")]

use expression::recorded::RecordedContext;
use expression::{Budget, Expression, Target};

fn check(source: String, expected: &'static str) {
    check_with(source, "{}".to_owned(), expected);
}

/// Runs on a stack as small as that of a worker thread.
fn check_with(source: String, context: String, expected: &'static str) {
    let run = move || {
        let found = match Expression::compile(&source, Target::Object) {
            Err(problems) => problems
                .first()
                .map(|problem| problem.message.clone())
                .unwrap_or_default(),
            Ok(expression) => {
                let context = RecordedContext::from_json(&context).unwrap();
                let budget = Budget {
                    steps: 300_000,
                    allocation: 16 << 20,
                    ..Budget::default()
                };
                match expression.evaluate(&context, budget) {
                    Ok(value) => value.display_string().to_string(),
                    Err(exception) => exception.message,
                }
            }
        };
        assert!(
            found.contains(expected),
            "{source}: expected {expected:?}, found {found:?}"
        );
    };
    std::thread::Builder::new()
        .stack_size(2 << 20)
        .spawn(run)
        .unwrap()
        .join()
        .unwrap();
}

#[test]
fn endless_work_is_stopped() {
    for source in [
        "@{ for (;;) { } }",
        "@{ while (true) { } }",
        "@{ do { } while (true); }",
        "@{ try { for (;;) { } } catch { return 1; } }",
        "@{ try { for (;;) { } } finally { for (;;) { } } }",
        "@{ int i = 1; switch (i) { case 1: goto case 2; case 2: goto case 1; } return 1; }",
        "@{ a: goto a; }",
        "@{ IEnumerable<int> F() { while (true) yield return 1; } return F().Count(); }",
        "@{ dynamic d = 1; while (d > 0) d++; return (from x in Enumerable.Range(0, int.MaxValue) select x).Count(); }",
        "@(Enumerable.Repeat(1, int.MaxValue).Count())",
        "@(Enumerable.Range(0, 9999).SelectMany(x => Enumerable.Range(0, 9999)).Last())",
        "@{ var s = new Stack<int>(); for (;;) { s.Push(1); } }",
    ] {
        check(source.to_owned(), "more steps");
    }
}

#[test]
fn what_looks_at_much_is_counted() {
    let loops = |made: &str, again: &str| {
        format!("@{{ {made} var n = 0; for (int i = 0; i < 2000; i++) {{ n += {again}; }} return \"done\"; }}")
    };
    let text = "var s = new string('x', 2000000);";
    let elements = r#"var x = XElement.Parse("<r>" + new string('x', 9000).Replace("x", "<a/>") + "</r>");"#;
    let attributes = r#"var x = XElement.Parse("<r " + string.Join(" ", Enumerable.Range(0, 4000).Select(i => "a" + i + "=''")) + "/>");"#;
    let array = r#"var t = JArray.Parse("[" + new string('x', 40000).Replace("x", "1,") + "1]").First;"#;
    let declared = r#"@(JsonConvert.DeserializeXNode("{\"r\":{" + string.Join(",", Enumerable.Range(0, 2500).Select(i => "\"@xmlns:p" + i + "\":\"u\",\"p0:a" + i + "\":1")) + "}}").ToString().Substring(0, 1))"#;
    for source in [
        loops(text, "s[i] == 'x' ? 1 : 0"),
        loops(text, "s.Length % 2"),
        loops(elements, "x.Value.Length"),
        loops(attributes, "x.GetNamespaceOfPrefix(\"p\") == null ? 1 : 0"),
        loops(attributes, "x.GetPrefixOfNamespace(\"p\") == null ? 1 : 0"),
        loops(array, "t.Next == null ? 1 : 0"),
        loops(array, "t.Path.Length"),
        declared.to_owned(),
    ] {
        check(source, "more steps");
    }
}

#[test]
fn endless_memory_is_stopped() {
    for source in [
        r#"@{ var s = "x"; while (true) { s += s; } }"#,
        "@(new string('x', int.MaxValue))",
        "@(new int[int.MaxValue].Length)",
        "@(new int[65535, 65535].Length)",
        r#"@("x".PadLeft(int.MaxValue))"#,
        r#"@($"{1,2147483647}")"#,
        r#"@{ while (true) { string.Format("{0,999999}", 1); } }"#,
        r#"@("a".Replace("a", new string('b', 9000000)).Replace("b", "bb"))"#,
    ] {
        check(source.to_owned(), "more memory");
    }
}

#[test]
fn calls_inside_calls_are_stopped() {
    let deep = format!(
        "@{{ Func<int, int> f = null; f = n => {}f(n){}; return f(1); }}",
        "(1 + ".repeat(60),
        ")".repeat(60)
    );
    for source in [
        "@{ Func<int, int> f = null; f = n => f(n) + 1; return f(1); }",
        "@{ int F(int n) => F(n + 1); return F(0); }",
        "@{ IEnumerable<int> e = new[] { 1 }; for (int i = 0; i < 9999; i++) { e = e.Concat(new[] { i }); } return e.Count(); }",
        "@{ IEnumerable<int> e = new[] { 1 }; for (int i = 0; i < 9999; i++) { e = e.Where(x => x > 0); } return e.Count(); }",
        "@{ var l = new List<object>(); l.Add(l); return JsonConvert.SerializeObject(l); }",
        "@{ var l = new List<object>(); l.Add(l); return new JArray(l); }",
        &deep,
    ] {
        check(source.to_owned(), "nested too deep");
    }
}

#[test]
fn long_chains_are_released() {
    for source in [
        "@{ object o = null; for (int i = 0; i < 60000; i++) { o = new object[] { o }; } return 1; }",
        "@{ object o = null; for (int i = 0; i < 60000; i++) { var k = o; o = (Func<object>)(() => k); } return 1; }",
        "@{ IEnumerable<int> e = new[] { 1 }; for (int i = 0; i < 20000; i++) { e = e.Where(x => x > 0); } return 1; }",
        r#"@{ Exception e = null; for (int i = 0; i < 60000; i++) { e = new Exception("x", e); } return 1; }"#,
    ] {
        check(source.to_owned(), "1");
    }
}

#[test]
fn deep_sources_are_refused_or_evaluated() {
    check(format!("@({}1{})", "(".repeat(5000), ")".repeat(5000)), "nested");
    check(format!("@(1{})", " + 1".repeat(90)), "91");
    check(format!("@({}true)", "!".repeat(90)), "True");
}

#[test]
fn widths_beyond_what_formatting_knows_do_no_harm() {
    let long = "new string('1', 70000)";
    for (source, expected) in [
        (
            "@(TimeSpan.Zero.ToString(new string('d', 70000)))",
            "not in a correct format",
        ),
        ("@(TimeSpan.Zero.ToString(\"mmm\"))", "not in a correct format"),
        (
            "@(new DateTime(2020, 1, 2).ToString(new string('y', 70000)).Length)",
            "70000",
        ),
        (
            &format!("@(decimal.Parse({long} + \"e-70000\", System.Globalization.NumberStyles.Float) < 1)"),
            "True",
        ),
        ("@{ for (;;) { var s = 1.ToString(\"D9999999\"); } }", "more memory"),
    ] {
        check(source.to_owned(), expected);
    }
}

#[test]
fn functions_and_queries_have_an_end() {
    for source in [
        "@{ int F(int n) => F(n + 1); return F(0); }",
        "@{ void F(ref int a) { F(ref a); } int x = 1; F(ref x); return x; }",
        "@{ dynamic f = null; f = (Func<dynamic, dynamic>)(x => f(x)); return f(1); }",
        "@{ IEnumerable<int> F(int n) { foreach (var x in F(n + 1)) yield return x; } return F(0).Count(); }",
    ] {
        check(source.to_owned(), "nested too deep");
    }
    let types = "@{ int F<T>(T a, int n) => n == 0 ? 0 : F(new List<T> { a }, n - 1); return F(1, 3); }";
    check(types.to_owned(), "sets of type arguments");
    let query = |clauses: String| format!("@((from x in new[] {{ 1 }} {clauses} select x).Count())");
    check(query("where x > 0 ".repeat(3000)), "in one chain");
    check(query("where x > 0 ".repeat(40)), "1");
    let lets: Vec<String> = (0..40).map(|at| format!("let y{at} = x + {at}")).collect();
    check(query(lets.join(" ")), "1");
}

#[test]
fn keys_and_documents_are_accounted_for() {
    for source in [
        "@{ var s = new string('x', 1000000); return Enumerable.Repeat(s, 99999).Distinct().Count(); }",
        r#"@{ var s = new string('x', 1000000); return Enumerable.Repeat(s, 99999).Contains(s + "y"); }"#,
        "@{ var s = new string('x', 1000000); return Enumerable.Repeat(s, 99999).OrderBy(x => x).Count(); }",
        "@{ var s = new string('x', 1000000); return Enumerable.Repeat(s, 99999).ToLookup(x => x, StringComparer.OrdinalIgnoreCase).Count; }",
        r#"@{ var a = new JArray(Enumerable.Range(0, 9999)); int n = 0; for (;;) { n += a.SelectTokens("$..*").Count(); } }"#,
        "@{ var a = new JArray(Enumerable.Range(0, 9999)); for (;;) { JToken.DeepEquals(a, a); } }",
        "@{ var s = new JArray(Enumerable.Range(0, 9999)).ToString(); for (;;) { try { JObject.Parse(s); } catch (JsonReaderException) { } } }",
    ] {
        check(source.to_owned(), "more steps");
    }
    for source in [
        "@{ var a = new JArray(Enumerable.Range(0, 9999)); for (;;) { a.DeepClone(); } }",
        "@{ var a = new JArray(1); for (;;) { a.Merge(a); } }",
        "@{ var l = new JArray(); for (;;) { l.Add(new JArray(l.AncestorsAndSelf())); } }",
    ] {
        check(source.to_owned(), "more ");
    }
}

#[test]
fn a_list_is_asked_for_its_ends_without_going_through_it() {
    let source = "@{ var a = new JArray(Enumerable.Range(0, 9999)); int n = 0;
        for (int i = 0; i < 9999; i++) { n += (int)a.First() + (int)a.Last() + a.Count() + (int)a.ElementAt(5); } return n; }";
    check(source.to_owned(), "199999998");
}

#[test]
fn deep_records_do_not_end_the_process() {
    let build = "object Deep() { object r = null; for (int i = 0; i < 20000; i++) { r = new { a = r }; } return r; }";
    let pairs = "object Deep() { object r = null; for (int i = 0; i < 20000; i++) { r = new KeyValuePair<int, object>(i, r); } return r; }";
    for (use_of_it, expected) in [
        ("Deep().Equals(Deep())", "False"),
        ("Deep().ToString().Length > 0", "True"),
        ("new HashSet<object> { Deep(), Deep() }.Count", "2"),
    ] {
        check(format!("@{{ {build} return {use_of_it}; }}"), expected);
        check(format!("@{{ {pairs} return {use_of_it}; }}"), expected);
    }
}

#[test]
fn xml_costs_what_it_is_long_and_deep() {
    // Deeper than is read.
    let text = "string.Concat(Enumerable.Repeat(\"<a>\", 1001))";
    check(
        format!("@(XElement.Parse({text}))"),
        "nested deeper than the 1000 levels",
    );
    // Entities inside of entities are never expanded.
    let entities = "<!DOCTYPE a [<!ENTITY b \"xxxxxxxxxx\"><!ENTITY c \"&b;&b;&b;&b;&b;&b;\">]><a>&c;</a>";
    let entities = entities.replace('"', "\\\"");
    check(format!("@(XElement.Parse(\"{entities}\"))"), "not expanded");
    // Deeper than is read, made by hand: nothing recurses, and the indentation is too long.
    let nested = "var x = new XElement(\"a\"); for (int i = 0; i < 20000; i++) x = new XElement(\"a\", x);";
    check(
        format!("@{{ {nested} return x.DescendantsAndSelf().Count(); }}"),
        "20001",
    );
    check(format!("@{{ {nested} return x.ToString(); }}"), "more memory");
    check(
        format!("@{{ {nested} return x.Value + x.XPathEvaluate(\"count(//a)\"); }}"),
        "20000",
    );
    check(
        format!("@{{ {nested} return XNode.DeepEquals(x, new XElement(x)); }}"),
        "True",
    );
    // Copies of itself double it.
    check(
        "@{ var x = new XElement(\"a\"); for (;;) x.Add(x); }".to_owned(),
        "more memory",
    );
    check(
        "@{ var x = new XElement(\"a\"); for (;;) x.Add(\"tttttttttttttttt\"); }".to_owned(),
        "more ",
    );
    // Queries that look at every node for every node.
    let wide = "var x = new XElement(\"a\", Enumerable.Range(0, 2000).Select(i => new XElement(\"b\", i)));";
    for query in [
        "count(//*[//*[//*]])",
        "count(//b[preceding::b[following::b]])",
        "string(//b[. = //b][. != //b])",
    ] {
        check(
            format!("@{{ {wide} return x.XPathEvaluate(\"{query}\"); }}"),
            "more steps",
        );
    }
    let nested = format!("{}1{}", "(".repeat(30_000), ")".repeat(30_000));
    check(
        format!("@(new XElement(\"a\").XPathEvaluate(\"{nested}\"))"),
        "nested deeper",
    );
    let row = "1".to_owned() + &" + 1".repeat(5_000);
    check(format!("@(new XElement(\"a\").XPathEvaluate(\"{row}\"))"), "5001");
    let brackets = format!("{}b{}", "b[".repeat(38), "]".repeat(38));
    check(
        format!("@(new XElement(\"a\").XPathEvaluate(\"count({brackets})\"))"),
        "0",
    );
    // An attribute is looked for among many.
    let many = "var x = new XElement(\"a\"); for (int i = 0; i < 3000; i++) x.SetAttributeValue(\"b\" + i, i);";
    check(format!("@{{ {many} return x.Attributes().Count(); }}"), "more steps");
}

#[test]
fn advice_on_a_name_is_not_sought_for_one_that_nobody_meant() {
    check(format!("@(context.{})", "Value".repeat(20_000)), "Value");
}

#[test]
fn bodies_cost_what_they_are_long() {
    let items = format!("[{}]", vec!["1"; 50_000].join(","));
    let json = format!(r#"{{"request": {{"body": {{"items": {items}}}}}}}"#);
    let xml = format!(r#"{{"request": {{"body": "<r>{}</r>"}}}}"#, "<a/>".repeat(20_000));
    for (ty, change, context) in [
        ("JObject", "body[\"x\"] = 1", &json),
        ("XElement", "body.Add(1)", &xml),
        ("byte[]", "body[0] = 1", &json),
    ] {
        let source = format!(
            "@{{ var all = new List<object>(); for (;;) {{ var body = context.Request.Body.As<{ty}>(true); {change}; all.Add(body); }} }}"
        );
        check_with(source, context.clone(), "more memory");
    }
    let much = format!(r#"{{"request": {{"body": [{}]}}}}"#, vec!["1"; 500_000].join(","));
    check_with(
        "@(context.Request.Body.As<JArray>().Count)".to_owned(),
        much,
        "more memory",
    );
}

#[test]
fn comparing_letters_that_differ_in_case_alone_costs_what_it_takes() {
    check(
        "@{ var a = new string('a', 100000); var b = new string('A', 100000); for (;;) string.Compare(a, b); }"
            .to_owned(),
        "more steps",
    );
}

#[test]
fn recursion_through_sequences_ends_before_the_stack_does() {
    for sequence in [
        "Enumerable.Range(0, 1).Where(x => true).Select(x => F(n + 1)).Sum()",
        "new[] { 1 }.SelectMany(x => new[] { F(n + 1) }).Count()",
        "new[] { 1 }.Where(x => true).Where(x => true).Where(x => true).Where(x => F(n + 1) > 0).ToList().Count",
        "new[] { 1 }.OrderBy(x => x).GroupBy(x => F(n + 1)).Count()",
    ] {
        check(
            format!("@{{ int F(int n) {{ return {sequence}; }} return F(0); }}"),
            "too deep",
        );
    }
    check(
        "@{ int F(int n) { return n == 0 ? 0 : 1 + Enumerable.Range(0, 1).Where(x => true).Sum(x => F(n - 1)); } return F(40); }"
            .to_owned(),
        "40",
    );
}

#[test]
fn conditions_inside_conditions_are_counted() {
    let (open, close) = ("(true && !(n < 0 || ".repeat(12), "))".repeat(12));
    check(
        format!("@{{ bool F(int n) {{ return {open}F(n + 1){close}; }} return F(0); }}"),
        "too deep",
    );
}

#[test]
fn a_chain_of_parts_asks_each_source_once() {
    let parts = ".Take(5).Skip(0)".repeat(30);
    check(
        format!("@(string.Join(\",\", new[] {{ 1, 2, 3 }}.Skip(1){parts}.Skip(1)))"),
        "3",
    );
    check(format!("@(new[] {{ 1, 2, 3 }}.Skip(1){parts}.Last())"), "3");
}
