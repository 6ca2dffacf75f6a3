//! The cultures that formats know, and the order of strings in the invariant culture, simplified: white space and
//! punctuation, digits, letters; letters first by their base letter, then by accent, then lower case before upper case.

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
    let primary = left.chars().map(primary).cmp(right.chars().map(primary));
    let accents = || left.chars().map(lower).cmp(right.chars().map(lower));
    let cases = || {
        if ignores_case {
            Ordering::Equal
        } else {
            left.chars()
                .map(char::is_uppercase)
                .cmp(right.chars().map(char::is_uppercase))
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

/// Kind of character, then its base letter.
fn primary(c: char) -> (u8, char) {
    let kind = if c.is_alphabetic() {
        3
    } else if c.is_numeric() {
        2
    } else {
        u8::from(!c.is_whitespace())
    };
    (kind, base_letter(lower(c)))
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
}
