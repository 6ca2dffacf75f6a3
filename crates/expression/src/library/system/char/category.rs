//! Unicode's general categories of UTF-16 units.

use crate::library::Class;
use regex_syntax::hir::{Class as Characters, HirKind};
use std::sync::LazyLock;

/// `System.Globalization.UnicodeCategory`
pub static UNICODE_CATEGORY: Class = Class::enumeration(
    "System.Globalization.UnicodeCategory",
    &[
        ("UppercaseLetter", 0),
        ("LowercaseLetter", 1),
        ("TitlecaseLetter", 2),
        ("ModifierLetter", 3),
        ("OtherLetter", 4),
        ("NonSpacingMark", 5),
        ("SpacingCombiningMark", 6),
        ("EnclosingMark", 7),
        ("DecimalDigitNumber", 8),
        ("LetterNumber", 9),
        ("OtherNumber", 10),
        ("SpaceSeparator", 11),
        ("LineSeparator", 12),
        ("ParagraphSeparator", 13),
        ("Control", 14),
        ("Format", 15),
        ("Surrogate", 16),
        ("PrivateUse", 17),
        ("ConnectorPunctuation", 18),
        ("DashPunctuation", 19),
        ("OpenPunctuation", 20),
        ("ClosePunctuation", 21),
        ("InitialQuotePunctuation", 22),
        ("FinalQuotePunctuation", 23),
        ("OtherPunctuation", 24),
        ("MathSymbol", 25),
        ("CurrencySymbol", 26),
        ("ModifierSymbol", 27),
        ("OtherSymbol", 28),
        ("OtherNotAssigned", 29),
    ],
);

/// Unicode's names of the categories, in the order of .NET's numbers.
const NAMES: [&str; 30] = [
    "Lu", "Ll", "Lt", "Lm", "Lo", "Mn", "Mc", "Me", "Nd", "Nl", "No", "Zs", "Zl", "Zp", "Cc", "Cf", "", "Co", "Pc",
    "Pd", "Ps", "Pe", "Pi", "Pf", "Po", "Sm", "Sc", "Sk", "So", "Cn",
];

/// `Surrogate`
const SURROGATE: i32 = 16;

/// `OtherNotAssigned`
const NOT_ASSIGNED: u8 = 29;

/// The category's number of a unit.
pub fn category(unit: u16) -> i32 {
    static ALL: LazyLock<Vec<u8>> = LazyLock::new(table);
    if char::from_u32(u32::from(unit)).is_none() {
        return SURROGATE;
    }
    ALL.get(usize::from(unit)).copied().unwrap_or(NOT_ASSIGNED).into()
}

/// The category's number of a character, which is that of its units.
pub fn category_of(character: char) -> i32 {
    u16::try_from(character as u32).map_or(SURROGATE, category)
}

/// The category's number of each unit.
fn table() -> Vec<u8> {
    let mut all = vec![NOT_ASSIGNED; 1 << 16];
    for (number, name) in (0..).zip(NAMES) {
        let Ok(class) = regex_syntax::parse(&format!(r"\p{{{name}}}")) else {
            continue;
        };
        let HirKind::Class(Characters::Unicode(characters)) = class.kind() else {
            continue;
        };
        for range in characters.iter() {
            for character in range.start()..=range.end() {
                if let Some(place) = all.get_mut(character as usize) {
                    *place = number;
                }
            }
        }
    }
    all
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn categories() {
        for (character, expected) in [
            ('Ж', 0),
            ('ж', 1),
            ('ǅ', 2),
            ('字', 4),
            ('\u{301}', 5),
            ('٣', 8),
            ('½', 10),
            (' ', 11),
            ('\n', 14),
            ('_', 18),
            ('€', 26),
            ('\u{378}', 29),
        ] {
            assert_eq!(category(character as u16), expected, "{character:?}");
        }
        assert_eq!(category(0xd800), SURROGATE);
    }
}
