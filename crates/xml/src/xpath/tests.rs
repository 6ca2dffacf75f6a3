//! Queries and what they give.

use super::*;
use crate::reader::read_document;

struct Limited(u64);

impl Host for Limited {
    fn namespace(&self, prefix: &str) -> Option<Arc<str>> {
        (prefix == "p").then(|| "urn:p".into())
    }
    fn charge(&mut self, steps: u64) -> bool {
        match self.0.checked_sub(steps) {
            Some(left) => {
                self.0 = left;
                true
            }
            None => false,
        }
    }
}

const DOCUMENT: &str =
    "<r xml:lang='en-GB'><a k='1'>x</a><a k='2'>y<c>2</c></a><!--n--><?pi d?><p:b xmlns:p='urn:p' p:k='3'>5</p:b></r>";

fn shown(query: &str, steps: u64) -> String {
    let tree = read_document(DOCUMENT, false).unwrap();
    let answer = Query::parse(query).and_then(|query| query.evaluate(&tree, NodeId::FIRST, &mut Limited(steps)));
    match answer {
        Ok(Answer::Nodes(nodes)) => {
            let texts: Vec<String> = nodes.iter().map(|id| tree.value(*id).to_string()).collect();
            format!("[{}]", texts.join(","))
        }
        Ok(Answer::Number(number)) => number_text(number),
        Ok(Answer::Text(text)) => text,
        Ok(Answer::Boolean(value)) => value.to_string(),
        Err(error) => format!("{error:?}"),
    }
}

fn check(query: &str, expected: &str) {
    assert_eq!(shown(query, 10_000), expected, "{query}");
}

#[test]
fn paths_find_nodes_in_document_order() {
    check("/r/a", "[x,y2]");
    check("//c", "[2]");
    check("r/a/@k", "[1,2]");
    check("//@*", "[en-GB,1,2,3]");
    check("/r/p:b/@p:k", "[3]");
    check("//p:*", "[5]");
    check("/r/a[2]/c", "[2]");
    check("/r/*[last()]", "[5]");
    check("//c/ancestor::*[1]/@k", "[2]");
    check("//c/preceding::a", "[x]");
    check("//a[1]/following::*", "[y2,2,5]");
    check("//a | //c | //@k", "[x,1,y2,2,2]");
    check("//comment() | //processing-instruction('pi')", "[n,d]");
    check("(//a)[2]/text()", "[y]");
    check("//a[@k = '2' and c]", "[y2]");
    check("//c/..", "[y2]");
    check("//a/following-sibling::*[1]", "[y2,5]");
}

#[test]
fn expressions_have_values() {
    check("count(//a)", "2");
    check("sum(//@k) div 2", "1.5");
    check("1 + 2 * 3 - -1", "8");
    check("concat('a', 1, true())", "a1true");
    check("substring('12345', 1.5, 2.6)", "234");
    check("normalize-space('  a  b ')", "a b");
    check("translate('abc', 'ab', 'A')", "Ac");
    check("name(//p:b)", "p:b");
    check("//a = //c", "false");
    check("//@k > 1", "true");
    check("boolean(//zz)", "false");
    check("round(-2.5)", "-2");
    check("string(1 div 0)", "Infinity");
    check("//c[lang('en')]", "[2]");
    check("5 mod 3 = 2", "true");
}

#[test]
fn what_is_no_query_is_refused_and_what_takes_long_is_stopped() {
    check("//q:a", "Prefix(\"q\")");
    check("count(1)", "NoNodes");
    for broken in [
        "", "//", "/r/", "a[", "a]", "zz()", "count()", "'x", "a b", "$v", "1 +", "@", "a::b",
    ] {
        assert!(Query::parse(broken).is_err(), "{broken}");
    }
    assert!(Query::parse(&"(".repeat(50_000)).is_err());
    assert!(Query::parse(&format!("1{}", " + 1".repeat(50_000))).is_ok());
    assert!(Query::parse(&format!("{}1", "-".repeat(50_000))).is_ok());
    let nested = format!("{}1{}", "(".repeat(39), ")".repeat(39));
    check(&nested, "1");
    assert_eq!(shown("//*[//*[//*]]", 50), "Stopped");
}

proptest::proptest! {
    #[test]
    fn no_text_panics(text in "[/@*.|()\\[\\]a-d:'= <>!0-9,-]{0,40}") {
        shown(&text, 5_000);
    }
}
