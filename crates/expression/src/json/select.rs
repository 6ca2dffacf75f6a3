//! `SelectToken` and `SelectTokens`.

use super::error::JsonError;
use super::path::{Query, evaluate};
use super::token::JToken;

impl JToken {
    /// `SelectTokens(path, errorWhenNoMatch)`, Newtonsoft's dialect of `JSONPath`.
    ///
    /// # Errors
    /// `JsonException` for a malformed path, and for a missing property or element if `error_when_no_match`.
    pub fn select_tokens(&self, path: &str, error_when_no_match: bool) -> Result<Vec<Self>, JsonError> {
        Ok(self.select_counted(path, error_when_no_match)?.0)
    }

    /// [`Self::select_tokens`], with the number of tokens that were looked at.
    ///
    /// # Errors
    /// As [`Self::select_tokens`].
    pub fn select_counted(&self, path: &str, error_when_no_match: bool) -> Result<(Vec<Self>, usize), JsonError> {
        let query = Query::parse(path)?;
        let snapshot = self.snapshot();
        let (found, work) = evaluate(&query, &snapshot.arena, snapshot.node, error_when_no_match)?;
        Ok((found.into_iter().map(|node| snapshot.token(node)).collect(), work))
    }

    /// The one token that a path found, if it found any.
    ///
    /// # Errors
    /// `JsonException` when there are several.
    pub fn only(found: Vec<Self>) -> Result<Option<Self>, JsonError> {
        let mut found = found.into_iter();
        match (found.next(), found.next()) {
            (_, Some(_)) => Err(JsonError::json("Path returned multiple tokens.")),
            (first, None) => Ok(first),
        }
    }

    /// `SelectToken(path, errorWhenNoMatch)`; `None` where nothing matches.
    ///
    /// # Errors
    /// As [`Self::select_tokens`], and if more than one token matches.
    pub fn select_token(&self, path: &str, error_when_no_match: bool) -> Result<Option<Self>, JsonError> {
        Self::only(self.select_tokens(path, error_when_no_match)?)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::json::Formatting;
    use proptest::prelude::*;

    const DOCUMENT: &str = "{a:{b:[{c:1,k:'x'},{c:2,k:'y'},{c:3.5,k:'z',d:null}],'x y':true},a2:[1,2,3,4,5],s:'str',dt:'2024-05-06T07:08:09Z',n:{a:{a:7}}}";

    fn document() -> JToken {
        JToken::parse(&DOCUMENT.into()).unwrap()
    }

    fn check(strict: bool, table: &[(&str, &str)]) {
        for (path, expected) in table {
            let found = document().select_tokens(path, strict).map_or_else(
                |error| error.message,
                |found| {
                    found
                        .iter()
                        .map(|token| token.to_json(Formatting::None))
                        .collect::<Vec<_>>()
                        .join("|")
                },
            );
            assert_eq!(found, *expected, "{path}");
        }
    }

    #[test]
    fn steps() {
        check(
            false,
            &[
                ("a.b[0].c", "1"),
                ("$.a.b[1].k", "\"y\""),
                ("$['a']['x y']", "true"),
                ("a['b'][0]['c','k']", "1|\"x\""),
                ("n..a", r#"{"a":7}|7"#),
                ("$..c", "1|2|3.5"),
                ("$..['c','k']", "1|\"x\"|2|\"y\"|3.5|\"z\""),
                ("$.a2[*]", "1|2|3|4|5"),
                ("n.*", r#"{"a":7}"#),
                ("n..*", r#"{"a":{"a":7}}|{"a":7}|7"#),
                ("a2[1:3]", "2|3"),
                ("a2[-2:]", "4|5"),
                ("a2[::2]", "1|3|5"),
                ("a2[::-1]", "5|4|3|2|1"),
                ("a2[3:0:-1]", "4|3|2"),
                ("a2[0,2]", "1|3"),
                ("a2[ 1 ]", "2"),
                ("a2[9]", ""),
                ("a2[5:9]", ""),
                ("a.zz.b", ""),
                ("s[0]", ""),
                ("$x", ""),
                (" a", ""),
            ],
        );
        let token = document();
        assert!(token.select_token("", false).unwrap().unwrap().same_reference(&token));
        assert_eq!(
            token.select_token("a2[*]", false).unwrap_err().message,
            "Path returned multiple tokens."
        );
    }

    #[test]
    fn conditions() {
        check(
            false,
            &[
                ("a.b[?(@.c > 1)].k", "\"y\"|\"z\""),
                ("a.b[?(@.c == 2)].k", "\"y\""),
                ("a.b[?(@.c == 2.0)].k", "\"y\""),
                ("a.b[?(@.k == 'x' || @.k == 'y')].c", "1|2"),
                ("a.b[?(@.k == 'x' && @.c == 1)].c", "1"),
                ("a.b[?(@.k == 'x' || @.k == 'y' && @.c == 2)].c", "1|2"),
                ("a.b[?(@.d)].c", "3.5"),
                ("a.b[?(@.d == null)].c", "3.5"),
                ("a.b[?(@.k != 'x')].c", "2|3.5"),
                ("a.b[?(@.c <> 1)].c", "2|3.5"),
                ("a.b[?(@.c >= 2 && @.c < 3)].k", "\"y\""),
                ("a.b[?(@.k > 'x')].c", "2|3.5"),
                ("a.b[?(@.c === 2)].k", "\"y\""),
                ("a.b[?(@.c == $.a2[0])].k", "\"x\""),
                ("$..[?(@.c == 1)].k", "\"x\""),
                ("a2[?(@ > 3)]", "4|5"),
                (
                    "a.b[?(@.c > 'x')].c",
                    "The input string 'x' was not in a correct format.",
                ),
            ],
        );
    }

    #[test]
    fn malformed_paths() {
        check(
            false,
            &[
                ("a2[::0]", "Step cannot be zero."),
                ("a.", "Unexpected end while parsing path."),
                ("a[", "Path ended with open indexer."),
                ("a[0", "Path ended with open indexer."),
                ("a['b", "Path ended with an open string."),
                ("a['b'", "Path ended with open indexer."),
                ("a[?(", "Path ended with open query."),
                ("a[?(@.c ==", "Path ended with open query."),
                ("a[?(@.c == 1)", "Path ended with open indexer."),
                ("a[?(@.c ~ 1)]", "Could not read query operator."),
                ("a[?(x)]", "Unexpected character while parsing path query: x"),
                ("a[?(@.c & @.k)]", "Unexpected character while parsing path query: &"),
                ("a[x]", "Unexpected character while parsing path indexer: x"),
                ("a[]", "Array index expected."),
                ("a2[1,]", "Array index expected."),
                ("a[1 2]", "Unexpected character while parsing path indexer: 2"),
                ("a[0]b", "Unexpected character following indexer: b"),
                ("a b", "Unexpected character while parsing path:  "),
                ("a]", "Unexpected character while parsing path: ]"),
                ("(a)", "Unexpected character while parsing path indexer: a"),
                (
                    "a2[-1]",
                    "Index was out of range. Must be non-negative and less than the size of the collection. (Parameter 'index')",
                ),
            ],
        );
    }

    #[test]
    fn error_when_no_match() {
        check(
            true,
            &[
                ("zz", "Property 'zz' does not exist on JObject."),
                ("s.x", "Property 'x' not valid on JValue."),
                ("a[0]", "Index 0 not valid on JObject."),
                ("a2[9]", "Index 9 outside the bounds of JArray."),
                ("a2[5:9]", "Array slice of 5 to 9 returned no results."),
                ("a[1:2]", "Array slice is not valid on JObject."),
                ("s.*", "Property '*' not valid on JValue."),
                ("s[*]", "Index * not valid on JValue."),
                ("s['q','r']", "Properties 'q', 'r' not valid on JValue."),
            ],
        );
    }

    #[test]
    fn a_search_ends() {
        let wide = JToken::array();
        for number in 0..1000 {
            wide.add(number).unwrap();
        }
        let powers = format!("${}", "..[0]['a','b']".repeat(3) + &"[?(@..* == $..*)]".repeat(3));
        assert!(wide.select_tokens("$[?(@ < $[*] && $..* != $..*)]", false).is_ok());
        assert!(
            wide.select_tokens("$[?($[?($[*] < -1)])]", false)
                .unwrap_err()
                .message
                .contains("looks at more than")
        );
        let _ = wide.select_tokens(&powers, false);
        let nested = "$[?(@".repeat(10_000);
        assert!(wide.select_tokens(&nested, false).is_err());
    }

    proptest! {
        #[test]
        fn no_path_makes_the_search_panic(path in r"([$@.\[\]()?*:,'&|=<>! 0-9a-c\\-]|&&|\|\||\?\(|'a'|\.\.){0,30}") {
            let _ = document().select_tokens(&path, false);
            let _ = document().select_tokens(&path, true);
        }
    }
}
