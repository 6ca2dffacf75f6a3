//! How else a server could read a path: one that merges slashes, decodes `%2F`, takes `\` for `/`, or cuts off
//! parameters (`;…`) sees another path than the one that was matched.
//!
//! Never here: `.` and `..`, which are refused whatever they mean; which operation a reading calls.

const SLASHES: u8 = 1;
const BACKSLASHES: u8 = 2;
const PARAMETERS: u8 = 4;
const MERGED: u8 = 8;

/// Every other reading of `path`; none for most paths. What is in front of `below` keeps its `;rev=…`, which is the
/// gateway's own and goes no further.
pub fn others(path: &str, below: usize) -> impl Iterator<Item = String> {
    let possible = possible(path);
    (1..=possible)
        .filter(move |habits| habits & !possible == 0)
        .map(move |habits| read(path, below, habits))
        .filter(move |reading| reading != path)
}

/// The habits of servers that make a difference to this path.
fn possible(path: &str) -> u8 {
    let mut habits = if path.contains("//") { MERGED } else { 0 };
    if path.bytes().any(|byte| matches!(byte, b'%' | b'\\' | b';')) {
        let folded = path.to_ascii_lowercase();
        for (sign, habit) in [
            ("%2f", SLASHES),
            ("\\", BACKSLASHES),
            ("%5c", BACKSLASHES),
            (";", PARAMETERS),
            ("%3b", PARAMETERS),
        ] {
            if folded.contains(sign) {
                // What is left of a segment may be nothing.
                habits |= habit | MERGED;
            }
        }
    }
    habits
}

fn read(path: &str, below: usize, habits: u8) -> String {
    let (before, rest) = path.split_at_checked(below).unwrap_or((path, ""));
    let mut reading = with_slashes(before, habits);
    let rest = with_slashes(rest, habits);
    if habits & PARAMETERS == 0 {
        reading.push_str(&rest);
    } else {
        let names: Vec<&str> = rest.split('/').map(without_parameters).collect();
        reading.push_str(&names.join("/"));
    }
    if habits & MERGED == 0 { reading } else { merged(reading) }
}

fn with_slashes(text: &str, habits: u8) -> String {
    let mut text = text.to_owned();
    if habits & SLASHES != 0 {
        text = text.replace("%2F", "/").replace("%2f", "/");
    }
    if habits & BACKSLASHES != 0 {
        text = text.replace('\\', "/").replace("%5C", "/").replace("%5c", "/");
    }
    text
}

fn without_parameters(segment: &str) -> &str {
    let end = [";", "%3B", "%3b"]
        .into_iter()
        .filter_map(|sign| segment.find(sign))
        .min();
    end.and_then(|end| segment.get(..end)).unwrap_or(segment)
}

/// With one slash where there were several.
fn merged(mut path: String) -> String {
    let mut before = ' ';
    path.retain(|character| {
        let doubled = character == '/' && before == '/';
        before = character;
        !doubled
    });
    path
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn only_ambiguous_paths_have_other_readings() {
        let check = |path: &str, below: usize, expected: &[&str]| {
            let mut found: Vec<String> = others(path, below).collect();
            found.sort();
            found.dedup();
            assert_eq!(found, expected, "{path}");
        };
        for plain in ["/", "/a/b/", "/a%20b/%41", "/a.b-c~d"] {
            check(plain, 0, &[]);
        }
        check("//a", 0, &["/a"]);
        check("/a///b//", 0, &["/a/b/"]);
        check("/a%2fb", 0, &["/a/b"]);
        check("/%2Fa", 0, &["//a", "/a"]);
        check("/a\\b", 0, &["/a/b"]);
        check("/a%5Cb%2Fc", 0, &["/a%5Cb/c", "/a/b%2Fc", "/a/b/c"]);
        check("/a;x=1/b%3B", 0, &["/a/b"]);
        check("/a/;x/b", 0, &["/a//b", "/a/b"]);
        check("/a;rev=2/b", 8, &[]);
        check("/a;rev=2/b;x", 8, &["/a;rev=2/b"]);
    }

    proptest! {
        #[test]
        fn a_path_has_fifteen_other_readings_at_most(path in "/[a-c%2fF5C\\\\;/]{0,40}", below in 0_usize..45) {
            prop_assert!(others(&path, below).count() <= 15);
        }
    }
}
