//! The cultures that formats know, and the order of strings in the invariant culture, simplified from Unicode's root
//! collation, which .NET 5 and later sort by: white space, punctuation, symbols, digits, letters; letters first by their
//! base letter, then by accent, then lower case before upper case. No character weighs nothing but control characters:
//! the word sort of older .NET, which passes over hyphens and apostrophes, is not offered.

use std::cmp::Ordering;

/// A culture that numbers and dates are written in.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Culture {
    /// The culture that policies run in.
    #[default]
    Invariant,
    /// `en-US`
    UnitedStates,
}

impl Culture {
    /// The culture of a name; `None` when it is not known here.
    pub fn named(name: &str) -> Option<Self> {
        if name.is_empty() {
            return Some(Self::Invariant);
        }
        (name.eq_ignore_ascii_case("en-US") || name.eq_ignore_ascii_case("en")).then_some(Self::UnitedStates)
    }

    /// `CultureInfo.Name`
    pub fn name(self) -> &'static str {
        match self {
            Self::Invariant => "",
            Self::UnitedStates => "en-US",
        }
    }
}

/// Compares two texts in the invariant culture.
pub fn culture_compare(left: &str, right: &str, ignores_case: bool) -> Ordering {
    if left == right {
        return Ordering::Equal;
    }
    let primary = weighing(left).map(primary).cmp(weighing(right).map(primary));
    let accents = || weighing(left).map(lower).cmp(weighing(right).map(lower));
    let cases = || {
        if ignores_case {
            Ordering::Equal
        } else {
            weighing(left)
                .map(char::is_uppercase)
                .cmp(weighing(right).map(char::is_uppercase))
        }
    };
    primary.then_with(accents).then_with(cases)
}

/// A character in capitals, where that is one character.
pub fn upper(c: char) -> char {
    let mut capitals = c.to_uppercase();
    match (capitals.next(), capitals.next()) {
        (Some(capital), None) => capital,
        _ => c,
    }
}

/// A character in small letters, where that is one character.
pub fn lower(c: char) -> char {
    let mut small = c.to_lowercase();
    match (small.next(), small.next()) {
        (Some(small), None) => small,
        _ => c,
    }
}

/// `StringComparison`'s number of a comparison by culture.
pub fn culture_of_flag(ignores_case: bool) -> i32 {
    if ignores_case { 3 } else { 2 }
}

/// ASCII's punctuation and symbols in the order of Unicode's root collation (CLDR).
const SYMBOLS: &str = "_-,;:!?.'\"()[]{}@*/\\&#%`^+<=>|~$";

/// The characters that have a weight: all but control characters, white space among them excepted.
fn weighing(text: &str) -> impl Iterator<Item = char> + '_ {
    text.chars().filter(|c| !c.is_control() || c.is_whitespace())
}

/// Kind of character, place among the symbols, base letter.
fn primary(c: char) -> (u8, usize, char) {
    let kind = if c.is_alphabetic() {
        3
    } else if c.is_numeric() {
        2
    } else {
        u8::from(!c.is_whitespace())
    };
    let place = if kind == 1 {
        SYMBOLS.find(c).unwrap_or(SYMBOLS.len())
    } else {
        0
    };
    (kind, place, base_letter(lower(c)))
}

/// Latin letters without their accents.
fn base_letter(c: char) -> char {
    match c {
        'à'..='å' | 'ā' | 'ă' | 'ą' => 'a',
        'ç' | 'ć' | 'č' => 'c',
        'ď' => 'd',
        'è'..='ë' | 'ē' | 'ė' | 'ę' | 'ě' => 'e',
        'ì'..='ï' | 'ī' | 'į' => 'i',
        'ł' => 'l',
        'ñ' | 'ń' | 'ň' => 'n',
        'ò'..='ö' | 'ø' | 'ō' | 'ő' => 'o',
        'ř' => 'r',
        'ś' | 'š' | 'ş' => 's',
        'ť' => 't',
        'ù'..='ü' | 'ū' | 'ů' | 'ű' => 'u',
        'ý' | 'ÿ' => 'y',
        'ź' | 'ż' | 'ž' => 'z',
        other => other,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lower_case_comes_before_upper_case_of_the_same_letter() {
        let mut words = ["b", "A", "a", "B", "é", "z", "1", "_", "ab"];
        words.sort_by(|left, right| culture_compare(left, right, false));
        assert_eq!(words, ["_", "1", "a", "A", "ab", "b", "B", "é", "z"]);
        assert_eq!(culture_compare("ABC", "abc", true), Ordering::Equal);
    }

    #[test]
    fn symbols_have_the_order_of_the_root_collation_and_none_is_passed_over() {
        let mut words = ["a$b", "a~b", "a b", "a-b", "a_b", "ab", "a.b", "a1b", "a'b", "a\u{1}b"];
        words.sort_by(|left, right| culture_compare(left, right, false));
        assert_eq!(
            words,
            ["a b", "a_b", "a-b", "a.b", "a'b", "a~b", "a$b", "a1b", "ab", "a\u{1}b"]
        );
        assert_eq!(culture_compare("ab", "a\u{1}b", false), Ordering::Equal);
    }
}
