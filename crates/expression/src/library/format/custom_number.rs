//! Custom numeric formats: `0.00`, `#,##0`, `0%`, `0.0,,`, `0.##E+0`, `+0;-0;zero`.

use super::digits::{Digits, binary};
use super::number::exponent_text;
use crate::value::Value;

/// A finite number in a custom format.
pub fn format(value: &Value, format: &str) -> String {
    let characters: Vec<char> = format.chars().collect();
    // .NET prints no more of a binary number than it was once sure of.
    let precision = if matches!(value, Value::Single(_)) { 7 } else { 15 };
    let digits = match binary(value) {
        Some(_) => Digits::significant(value, precision),
        None => Digits::significant(value, usize::MAX),
    };
    let mut wanted = match (digits.figures.is_empty(), digits.negative) {
        (true, _) => 2,
        (false, true) => 1,
        (false, false) => 0,
    };
    loop {
        let (chosen, section) = section(&characters, wanted);
        let layout = Layout::of(section);
        let mut rounded = digits.clone();
        if !rounded.figures.is_empty() {
            rounded.scale += layout.shift;
            let kept = if layout.scientific {
                i64::from(layout.digits)
            } else {
                i64::from(rounded.scale) + i64::from(layout.digits) - i64::from(layout.point)
            };
            round(&mut rounded, kept);
            if rounded.figures.is_empty() && wanted != 2 {
                // What was rounded to zero takes the section of zero.
                wanted = 2;
                if self::section(&characters, 2).0 != chosen {
                    continue;
                }
            }
        }
        return Writer::new(&layout, &rounded).write(section, chosen == 0);
    }
}

fn round(digits: &mut Digits, kept: i64) {
    if kept < 0 {
        digits.figures.clear();
    }
    digits.round(usize::try_from(kept).unwrap_or_default());
}

/// The section of this number, or the first where it is missing or empty.
fn section(format: &[char], wanted: usize) -> (usize, &[char]) {
    let mut sections = Vec::new();
    let (mut start, mut at) = (0, 0);
    while let Some(c) = format.get(at) {
        match c {
            '\'' | '"' => at = closing(format, at),
            '\\' => at += 1,
            ';' => {
                sections.push(format.get(start..at).unwrap_or_default());
                start = at + 1;
            }
            _ => {}
        }
        at += 1;
    }
    sections.push(format.get(start..).unwrap_or_default());
    match sections.get(wanted).filter(|section| !section.is_empty()) {
        Some(section) => (wanted, section),
        None => (0, sections.first().copied().unwrap_or_default()),
    }
}

/// Where the quote that opens at `at` closes, or the end.
fn closing(format: &[char], at: usize) -> usize {
    let quote = format.get(at);
    let mut end = at + 1;
    while format.get(end).is_some_and(|c| Some(c) != quote) {
        end += 1;
    }
    end
}

/// What a section asks for.
struct Layout {
    /// Placeholders.
    digits: i32,
    /// Placeholders before the point.
    point: i32,
    /// Digits before the point that are always written.
    least_whole: i32,
    /// Minus the digits behind the point that are always written.
    least_fraction: i32,
    groups: bool,
    scientific: bool,
    /// Powers of ten by which the number is multiplied.
    shift: i32,
}

impl Layout {
    fn of(section: &[char]) -> Self {
        let (mut digits, mut point, mut first, mut last) = (0, None, None, 0);
        let (mut comma, mut commas, mut groups) = (None, 0, false);
        let (mut scientific, mut shift) = (false, 0);
        let mut at = 0;
        while let Some(c) = section.get(at) {
            match c {
                '#' => digits += 1,
                '0' => {
                    first.get_or_insert(digits);
                    digits += 1;
                    last = digits;
                }
                '.' => {
                    point.get_or_insert(digits);
                }
                ',' if digits > 0 && point.is_none() => {
                    if comma == Some(digits) {
                        commas += 1;
                    } else {
                        groups |= comma.is_some();
                        (comma, commas) = (Some(digits), 1);
                    }
                }
                '%' => shift += 2,
                '\u{2030}' => shift += 3,
                '\'' | '"' => at = closing(section, at),
                '\\' => at += 1,
                'E' | 'e' => {
                    if let Some((_, _, length)) = exponent(section, at) {
                        scientific = true;
                        at += length - 1;
                    }
                }
                _ => {}
            }
            at += 1;
        }
        let point = point.unwrap_or(digits);
        match comma {
            Some(place) if place == point => shift -= commas * 3,
            Some(_) => groups = true,
            None => {}
        }
        Self {
            digits,
            point,
            least_whole: first.map_or(0, |first: i32| (point - first).max(0)),
            least_fraction: (point - last).min(0),
            groups,
            scientific,
            shift,
        }
    }
}

/// `E0`, `E+00`, `e-0` at a place: whether a plus sign is written, how many digits at least, and its length.
fn exponent(section: &[char], at: usize) -> Option<(bool, usize, usize)> {
    let sign = section.get(at + 1).filter(|sign| matches!(sign, '+' | '-'));
    let start = at + 1 + usize::from(sign.is_some());
    let zeros = section.iter().skip(start).take_while(|c| **c == '0').count();
    (zeros > 0).then_some((sign == Some(&'+'), zeros, start - at + zeros))
}

struct Writer<'a> {
    layout: &'a Layout,
    number: &'a Digits,
    text: String,
    next: usize,
    /// Places before the point that are still to come.
    place: i32,
    /// Digits that the section has no placeholder for; negative: placeholders that the number has no digit for.
    surplus: i32,
    has_point: bool,
}

impl<'a> Writer<'a> {
    fn new(layout: &'a Layout, number: &'a Digits) -> Self {
        let (place, surplus) = if layout.scientific {
            (layout.point, 0)
        } else {
            (number.scale.max(layout.point), number.scale - layout.point)
        };
        Self {
            layout,
            number,
            text: String::new(),
            next: 0,
            place,
            surplus,
            has_point: false,
        }
    }

    fn write(mut self, section: &[char], is_first: bool) -> String {
        if self.number.negative && is_first {
            self.text.push('-');
        }
        let mut at = 0;
        while let Some(c) = section.get(at) {
            match c {
                '#' | '0' | '.' => {
                    while self.surplus > 0 {
                        self.surplus -= 1;
                        let digit = self.digit().unwrap_or('0');
                        self.push(digit);
                    }
                    if *c == '.' { self.point() } else { self.placeholder() }
                }
                ',' => {}
                '\'' | '"' => {
                    let end = closing(section, at);
                    self.text.extend(section.get(at + 1..end).unwrap_or_default());
                    at = end;
                }
                '\\' => {
                    at += 1;
                    self.text.extend(section.get(at));
                }
                'E' | 'e' if self.layout.scientific => match exponent(section, at) {
                    Some((plus, width, length)) => {
                        self.exponent(*c, plus, width);
                        at += length - 1;
                    }
                    None => self.text.push(*c),
                },
                other => self.text.push(*other),
            }
            at += 1;
        }
        self.text
    }

    fn digit(&mut self) -> Option<char> {
        let digit = self.number.figures.get(self.next).map(|digit| char::from(*digit))?;
        self.next += 1;
        Some(digit)
    }

    fn push(&mut self, digit: char) {
        self.text.push(digit);
        if self.layout.groups && self.place > 1 && (self.place - 1) % 3 == 0 {
            self.text.push(',');
        }
        self.place -= 1;
    }

    fn placeholder(&mut self) {
        let zero = |wanted: bool| wanted.then_some('0');
        let digit = if self.surplus < 0 {
            self.surplus += 1;
            zero(self.place <= self.layout.least_whole)
        } else {
            let place = self.place;
            let least = self.layout.least_fraction;
            self.digit().or_else(|| zero(place > least))
        };
        match digit {
            Some(digit) => self.push(digit),
            None => self.place -= 1,
        }
    }

    fn point(&mut self) {
        let has_digits = self.layout.point < self.layout.digits && self.next < self.number.figures.len();
        if self.place == 0 && !self.has_point && (self.layout.least_fraction < 0 || has_digits) {
            self.text.push('.');
            self.has_point = true;
        }
    }

    fn exponent(&mut self, letter: char, plus: bool, width: usize) {
        let exponent = if self.number.figures.is_empty() {
            0
        } else {
            self.number.scale - self.layout.point
        };
        let text = exponent_text(exponent, letter, width.min(10));
        if plus || exponent < 0 {
            self.text.push_str(&text);
        } else {
            self.text.push_str(&text.replacen('+', "", 1));
        }
    }
}
