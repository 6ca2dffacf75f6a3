//! Collections as a real C# compiler and runtime have them: values, and the types of exceptions.

#![allow(
    clippy::unwrap_used,
    missing_docs,
    reason = "a test may fail loudly and has no public items"
)]

use expression::recorded::RecordedContext;
use expression::{Budget, Expression, Target};

/// The text of the value, or the name of the exception's type.
fn check(source: &str, expected: &str) {
    let context = RecordedContext::from_json("{}").unwrap();
    let expression = Expression::compile(source, Target::Object).unwrap();
    let found = match expression.describe(&context, Budget::default()) {
        Ok(described) => described.text.unwrap_or_default(),
        Err(exception) => exception.type_name,
    };
    assert_eq!(found, expected, "{source}");
}

#[test]
fn collections_are_those_of_dotnet() {
    for (source, expected) in [
        (
            "@{ var l = new List<int>{1,2,3}; foreach (var x in l) { if (x==2) l.Add(4); } return l.Count; }",
            "System.InvalidOperationException",
        ),
        (
            "@(new List<int>{1,2,3}.GetRange(2,2).Count)",
            "System.ArgumentException",
        ),
        (
            "@(new List<int>{1,2,3}.FindLastIndex(5, x => true))",
            "System.ArgumentOutOfRangeException",
        ),
        (
            r#"@{ var s = new HashSet<int>{1,2,3}; s.Remove(1); s.Add(9); return string.Join(",", s); }"#,
            "9,2,3",
        ),
        (
            r#"@(string.Join(",", new List<int>{3,1,2}.ConvertAll(x => x*2)))"#,
            "6,2,4",
        ),
        (
            "@{ var q = new Queue<int>(new[]{1,2}); foreach (var x in q) q.Enqueue(x); return 1; }",
            "System.InvalidOperationException",
        ),
        (
            "@(new List<int>().LastIndexOf(1, 0))",
            "System.ArgumentOutOfRangeException",
        ),
        (
            r#"@{ var d = new Dictionary<string,int>{{"a",1}}; var k = d.Keys; d["b"]=2; return k.Count; }"#,
            "2",
        ),
        ("@(new HashSet<int>{1,2}.IsProperSubsetOf(new[]{1,2,3,3}))", "True"),
        ("@(new List<int>(-1).Count)", "System.ArgumentOutOfRangeException"),
        (
            "@{ var e = new List<int>{5}.GetEnumerator(); e.MoveNext(); return e.Current; }",
            "5",
        ),
        (
            r#"@{ var l = new List<object>{1,"a"}; l.Sort(); return 1; }"#,
            "System.InvalidOperationException",
        ),
        ("@(((ICollection<int>)new[]{1}).IsReadOnly)", "True"),
        (
            "@{ ((ICollection<int>)new[]{1}).Add(2); return 1; }",
            "System.NotSupportedException",
        ),
        ("@(new List<int>{1,3,5}.BinarySearch(4))", "-3"),
        (
            "@{ var a = new int[1]; new List<int>{1,2}.CopyTo(a); return 1; }",
            "System.ArgumentException",
        ),
        ("@(new Stack<int>().Pop())", "System.InvalidOperationException"),
        (
            "@{ var l = new List<int>{1,2}; l.ForEach(x => l.Add(x)); return l.Count; }",
            "System.InvalidOperationException",
        ),
        (
            r#"@{ var l = new List<int>{1,2,3}; l.InsertRange(1, new[]{8,9}); l.RemoveRange(3,2); l.Reverse(0,2); return string.Join(",", l); }"#,
            "8,1,9",
        ),
        (
            "@{ var l = new List<int>{1,2,3}; l.Reverse(2,2); return 1; }",
            "System.ArgumentException",
        ),
    ] {
        check(source, expected);
    }
}
