//! Sets of characters: `[a-z-[aeiou]]`, `\w`, `\p{L}`.
//!
//! A character beyond the Basic Multilingual Plane is two units in .NET and one here; its category is that of its units,
//! `Surrogate`, so that `\w` refuses it in both.

use super::fold::{lower, variants};
use crate::library::unicode_category;

/// A set of categories, a bit each, in the order of `UnicodeCategory`.
type Categories = u32;

/// Letters, non-spacing marks, decimal digits and connectors: `\w`.
const WORD: Categories = 0b1_1111 | 1 << 5 | 1 << 8 | 1 << 18;
const DIGIT: Categories = 1 << 8;

/// What a set is made of.
#[derive(Clone, Debug)]
pub enum Part {
    /// From one character to another.
    Range(char, char),
    /// Characters of some categories.
    Categories(Categories),
    /// White space.
    Space,
    /// What a part does not hold.
    Not(Box<Self>),
    /// What any of these holds.
    Any(Vec<Self>),
}

impl Part {
    /// `\w`
    pub const WORD: Self = Self::Categories(WORD);
    /// `\d`
    pub const DIGIT: Self = Self::Categories(DIGIT);

    /// `\p{name}`: a category, a letter for a family of them, or a block.
    pub fn named(name: &str) -> Option<Self> {
        const NAMES: [&str; 30] = [
            "Lu", "Ll", "Lt", "Lm", "Lo", "Mn", "Mc", "Me", "Nd", "Nl", "No", "Zs", "Zl", "Zp", "Cc", "Cf", "Cs", "Co",
            "Pc", "Pd", "Ps", "Pe", "Pi", "Pf", "Po", "Sm", "Sc", "Sk", "So", "Cn",
        ];
        let mut categories = 0;
        for (bit, known) in NAMES.iter().enumerate() {
            if *known == name || name.len() == 1 && known.starts_with(name) {
                categories |= 1 << bit;
            }
        }
        if categories != 0 {
            return Some(Self::Categories(categories));
        }
        let block = BLOCKS.iter().find(|(known, ..)| name.strip_prefix("Is") == Some(known));
        block.map(|(_, from, to)| Self::Range(*from, *to))
    }

    /// What it holds as sorted stretches, when it can be said so.
    fn ranges(&self) -> Option<Vec<(char, char)>> {
        match self {
            Self::Range(from, to) => Some(vec![(*from, *to)]),
            Self::Any(parts) => {
                let all: Option<Vec<_>> = parts.iter().map(Self::ranges).collect();
                all.map(|ranges| merged(ranges.into_iter().flatten().collect()))
            }
            Self::Not(part) => part.ranges().map(|ranges| complement(&ranges)),
            Self::Categories(_) | Self::Space => None,
        }
    }
}

/// Stretches in order, none touching another.
fn merged(mut ranges: Vec<(char, char)>) -> Vec<(char, char)> {
    ranges.sort_unstable();
    let mut all: Vec<(char, char)> = Vec::with_capacity(ranges.len());
    for (from, to) in ranges {
        match all.last_mut() {
            Some(last) if from as u32 <= last.1 as u32 + 1 => last.1 = last.1.max(to),
            _ => all.push((from, to)),
        }
    }
    all
}

/// What lies between stretches.
fn complement(ranges: &[(char, char)]) -> Vec<(char, char)> {
    let mut gaps = Vec::new();
    let mut next = Some('\0');
    for (from, to) in ranges {
        if let Some(start) = next
            && start < *from
        {
            let before = (start..*from).next_back();
            gaps.extend(before.map(|end| (start, end)));
        }
        next = (*to..=char::MAX).nth(1);
    }
    gaps.extend(next.map(|start| (start, char::MAX)));
    gaps
}

/// A set of characters. However many parts it was written with, a look into it takes a few steps.
#[derive(Clone, Debug)]
pub struct Set {
    /// In order, none touching another.
    ranges: Vec<(char, char)>,
    categories: Categories,
    space: bool,
    no_space: bool,
    negated: bool,
    without: Option<Box<Self>>,
    fold: bool,
    /// Which of the first 128 characters it holds.
    ascii: u128,
}

impl Set {
    /// A set; `fold` when case makes no difference.
    pub fn new(parts: Vec<Part>, negated: bool, without: Option<Self>, fold: bool) -> Self {
        let mut set = Self {
            ranges: Vec::new(),
            categories: 0,
            space: false,
            no_space: false,
            negated,
            without: without.map(Box::new),
            fold,
            ascii: 0,
        };
        for part in parts {
            match (&part, part.ranges()) {
                (_, Some(ranges)) => set.ranges.extend(ranges),
                (Part::Categories(categories), _) => set.categories |= categories,
                (Part::Space, _) => set.space = true,
                (Part::Not(inner), _) => match **inner {
                    // Every character is of one category.
                    Part::Categories(categories) => set.categories |= !categories,
                    _ => set.no_space = true,
                },
                _ => {}
            }
        }
        set.ranges = merged(std::mem::take(&mut set.ranges));
        for code in 0..128_u8 {
            if set.test(code.into()) {
                set.ascii |= 1 << code;
            }
        }
        set
    }

    fn test(&self, c: char) -> bool {
        let held = if self.fold {
            variants(c).into_iter().any(|variant| self.in_range(variant))
        } else {
            self.in_range(c)
        };
        let held = held
            || self.categories != 0 && self.categories >> unicode_category(c) & 1 == 1
            || self.space && c.is_whitespace()
            || self.no_space && !c.is_whitespace();
        held != self.negated && !self.without.as_ref().is_some_and(|without| without.holds(c))
    }

    fn in_range(&self, c: char) -> bool {
        let behind = self.ranges.partition_point(|(from, _)| *from <= c);
        let before = behind.checked_sub(1).and_then(|at| self.ranges.get(at));
        before.is_some_and(|(_, to)| c <= *to)
    }

    /// Whether it holds a character.
    pub fn holds(&self, c: char) -> bool {
        if c.is_ascii() {
            self.ascii >> (c as u32) & 1 == 1
        } else {
            self.test(c)
        }
    }

    /// Which of the first 128 characters it holds, a bit each.
    pub fn ascii(&self) -> u128 {
        self.ascii
    }
}

/// Whether a character is part of a word to `\b`.
pub fn is_word(c: char) -> bool {
    if c.is_ascii() {
        c.is_ascii_alphanumeric() || c == '_'
    } else {
        // Joiners hold the characters of a word together.
        matches!(c, '\u{200c}' | '\u{200d}') || WORD >> unicode_category(c) & 1 == 1
    }
}

/// Whether two characters are the same when case makes no difference.
pub fn same(left: char, right: char) -> bool {
    left == right || lower(left) == lower(right)
}

/// The blocks that `\p{Is…}` names.
const BLOCKS: &[(&str, char, char)] = &[
    ("BasicLatin", '\u{0}', '\u{7f}'),
    ("Latin-1Supplement", '\u{80}', '\u{ff}'),
    ("LatinExtended-A", '\u{100}', '\u{17f}'),
    ("LatinExtended-B", '\u{180}', '\u{24f}'),
    ("IPAExtensions", '\u{250}', '\u{2af}'),
    ("SpacingModifierLetters", '\u{2b0}', '\u{2ff}'),
    ("CombiningDiacriticalMarks", '\u{300}', '\u{36f}'),
    ("Greek", '\u{370}', '\u{3ff}'),
    ("GreekandCoptic", '\u{370}', '\u{3ff}'),
    ("Cyrillic", '\u{400}', '\u{4ff}'),
    ("CyrillicSupplement", '\u{500}', '\u{52f}'),
    ("Armenian", '\u{530}', '\u{58f}'),
    ("Hebrew", '\u{590}', '\u{5ff}'),
    ("Arabic", '\u{600}', '\u{6ff}'),
    ("Syriac", '\u{700}', '\u{74f}'),
    ("Thaana", '\u{780}', '\u{7bf}'),
    ("Devanagari", '\u{900}', '\u{97f}'),
    ("Bengali", '\u{980}', '\u{9ff}'),
    ("Gurmukhi", '\u{a00}', '\u{a7f}'),
    ("Gujarati", '\u{a80}', '\u{aff}'),
    ("Oriya", '\u{b00}', '\u{b7f}'),
    ("Tamil", '\u{b80}', '\u{bff}'),
    ("Telugu", '\u{c00}', '\u{c7f}'),
    ("Kannada", '\u{c80}', '\u{cff}'),
    ("Malayalam", '\u{d00}', '\u{d7f}'),
    ("Sinhala", '\u{d80}', '\u{dff}'),
    ("Thai", '\u{e00}', '\u{e7f}'),
    ("Lao", '\u{e80}', '\u{eff}'),
    ("Tibetan", '\u{f00}', '\u{fff}'),
    ("Myanmar", '\u{1000}', '\u{109f}'),
    ("Georgian", '\u{10a0}', '\u{10ff}'),
    ("HangulJamo", '\u{1100}', '\u{11ff}'),
    ("Ethiopic", '\u{1200}', '\u{137f}'),
    ("Cherokee", '\u{13a0}', '\u{13ff}'),
    ("Khmer", '\u{1780}', '\u{17ff}'),
    ("Mongolian", '\u{1800}', '\u{18af}'),
    ("PhoneticExtensions", '\u{1d00}', '\u{1d7f}'),
    ("LatinExtendedAdditional", '\u{1e00}', '\u{1eff}'),
    ("GreekExtended", '\u{1f00}', '\u{1fff}'),
    ("GeneralPunctuation", '\u{2000}', '\u{206f}'),
    ("SuperscriptsandSubscripts", '\u{2070}', '\u{209f}'),
    ("CurrencySymbols", '\u{20a0}', '\u{20cf}'),
    ("CombiningDiacriticalMarksforSymbols", '\u{20d0}', '\u{20ff}'),
    ("CombiningMarksforSymbols", '\u{20d0}', '\u{20ff}'),
    ("LetterlikeSymbols", '\u{2100}', '\u{214f}'),
    ("NumberForms", '\u{2150}', '\u{218f}'),
    ("Arrows", '\u{2190}', '\u{21ff}'),
    ("MathematicalOperators", '\u{2200}', '\u{22ff}'),
    ("MiscellaneousTechnical", '\u{2300}', '\u{23ff}'),
    ("ControlPictures", '\u{2400}', '\u{243f}'),
    ("EnclosedAlphanumerics", '\u{2460}', '\u{24ff}'),
    ("BoxDrawing", '\u{2500}', '\u{257f}'),
    ("BlockElements", '\u{2580}', '\u{259f}'),
    ("GeometricShapes", '\u{25a0}', '\u{25ff}'),
    ("MiscellaneousSymbols", '\u{2600}', '\u{26ff}'),
    ("Dingbats", '\u{2700}', '\u{27bf}'),
    ("BraillePatterns", '\u{2800}', '\u{28ff}'),
    ("CJKRadicalsSupplement", '\u{2e80}', '\u{2eff}'),
    ("KangxiRadicals", '\u{2f00}', '\u{2fdf}'),
    ("CJKSymbolsandPunctuation", '\u{3000}', '\u{303f}'),
    ("Hiragana", '\u{3040}', '\u{309f}'),
    ("Katakana", '\u{30a0}', '\u{30ff}'),
    ("Bopomofo", '\u{3100}', '\u{312f}'),
    ("HangulCompatibilityJamo", '\u{3130}', '\u{318f}'),
    ("EnclosedCJKLettersandMonths", '\u{3200}', '\u{32ff}'),
    ("CJKCompatibility", '\u{3300}', '\u{33ff}'),
    ("CJKUnifiedIdeographsExtensionA", '\u{3400}', '\u{4dbf}'),
    ("CJKUnifiedIdeographs", '\u{4e00}', '\u{9fff}'),
    ("YiSyllables", '\u{a000}', '\u{a48f}'),
    ("HangulSyllables", '\u{ac00}', '\u{d7af}'),
    ("PrivateUse", '\u{e000}', '\u{f8ff}'),
    ("PrivateUseArea", '\u{e000}', '\u{f8ff}'),
    ("CJKCompatibilityIdeographs", '\u{f900}', '\u{faff}'),
    ("AlphabeticPresentationForms", '\u{fb00}', '\u{fb4f}'),
    ("ArabicPresentationForms-A", '\u{fb50}', '\u{fdff}'),
    ("VariationSelectors", '\u{fe00}', '\u{fe0f}'),
    ("CombiningHalfMarks", '\u{fe20}', '\u{fe2f}'),
    ("CJKCompatibilityForms", '\u{fe30}', '\u{fe4f}'),
    ("SmallFormVariants", '\u{fe50}', '\u{fe6f}'),
    ("ArabicPresentationForms-B", '\u{fe70}', '\u{feff}'),
    ("HalfwidthandFullwidthForms", '\u{ff00}', '\u{ffef}'),
    ("Specials", '\u{fff0}', '\u{ffff}'),
];
