//! Text that is expected, in which `<any>` stands for anything.
//!
//! Never here: what is compared with what.

/// Stands for any text.
pub const ANY: &str = "<any>";

/// Whether `text` is what `pattern` says.
pub fn matches(pattern: &str, text: &str) -> bool {
    fits(pattern, ANY, text)
}

/// Whether a URL is one that `pattern` names, in which `*` stands for anything; without a `?` it names any query.
pub fn names_url(pattern: &str, url: &str) -> bool {
    let without_query = url.split_once('?').map_or(url, |(path, _)| path);
    fits(pattern, "*", if pattern.contains('?') { url } else { without_query })
}

/// Pieces are looked for from left to right, the last one at the end: the first place where each is found will do.
fn fits(pattern: &str, any: &str, text: &str) -> bool {
    let mut pieces = pattern.split(any);
    let first = pieces.next().unwrap_or_default();
    let Some(mut rest) = text.strip_prefix(first) else {
        return false;
    };
    let Some(mut piece) = pieces.next() else {
        return rest.is_empty();
    };
    for next in pieces {
        let Some((_, behind)) = rest.split_once(piece) else {
            return false;
        };
        (rest, piece) = (behind, next);
    }
    rest.ends_with(piece)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn any_stands_for_anything() {
        for (pattern, text, expected) in [
            ("a", "a", true),
            ("a", "ab", false),
            ("<any>", "", true),
            ("a<any>c", "abc", true),
            ("a<any>c", "abcd", false),
            ("a<any>b<any>c", "a1b2b3c", true),
            ("a<any>a", "a", false),
        ] {
            assert_eq!(matches(pattern, text), expected, "{pattern} {text}");
        }
    }

    #[test]
    fn urls_are_named_with_stars() {
        for (pattern, url, expected) in [
            ("http://a/*", "http://a/b?c=d", true),
            ("http://a/b", "http://a/b?c=d", true),
            ("http://a/b?c=d", "http://a/b?c=e", false),
            ("*/b", "http://a/b", true),
        ] {
            assert_eq!(names_url(pattern, url), expected, "{pattern} {url}");
        }
    }
}
