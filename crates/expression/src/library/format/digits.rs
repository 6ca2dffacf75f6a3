//! Decimal digits of numbers, rounded as .NET rounds them when it prints: binary numbers exactly and half to even,
//! integers and `decimal` half away from zero.
//!
//! Never here: signs, points and groups of a format.

use crate::value::Value;

/// Beyond this many decimal places a `double` has only zeros.
const PLACES_OF_DOUBLE: usize = 1100;

/// A number as `0.d₁d₂d₃… × 10^scale`; no digits for zero.
#[derive(Clone, Debug)]
pub struct Digits {
    /// Whether there is a minus sign.
    pub negative: bool,
    /// `0` to `9` in ASCII, without zeros at the ends.
    pub figures: Vec<u8>,
    /// Where the point is.
    pub scale: i32,
    /// Whether the number is binary, which has a negative zero.
    pub binary: bool,
}

/// The value of a binary number.
pub fn binary(value: &Value) -> Option<f64> {
    match value {
        Value::Double(number) => Some(*number),
        Value::Single(number) => Some(f64::from(*number)),
        _ => None,
    }
}

impl Digits {
    /// All digits of an integer or a `decimal`; `count` significant digits of a binary number.
    pub fn significant(value: &Value, count: usize) -> Self {
        let Some(number) = binary(value) else {
            let mut digits = Self::parse(&value.display_string(), false);
            digits.round(count);
            return digits;
        };
        let kept = count.clamp(1, PLACES_OF_DOUBLE);
        Self::parse(&format!("{number:.*e}", kept - 1), true)
    }

    /// So many decimal places.
    pub fn fixed(value: &Value, places: usize) -> Self {
        let Some(number) = binary(value) else {
            let mut digits = Self::parse(&value.display_string(), false);
            let kept = i64::from(digits.scale) + i64::try_from(places).unwrap_or(i64::MAX / 2);
            match usize::try_from(kept) {
                Ok(kept) => digits.round(kept),
                Err(_) => digits.clear(),
            }
            return digits;
        };
        Self::parse(&format!("{number:.*}", places.min(PLACES_OF_DOUBLE)), true)
    }

    /// Reads `-12.50`, `1.25e-3`.
    fn parse(text: &str, binary: bool) -> Self {
        let (mantissa, exponent) = text.split_once('e').unwrap_or((text, "0"));
        let (negative, unsigned) = mantissa
            .strip_prefix('-')
            .map_or((false, mantissa), |rest| (true, rest));
        let (whole, fraction) = unsigned.split_once('.').unwrap_or((unsigned, ""));
        let all: Vec<u8> = whole.bytes().chain(fraction.bytes()).collect();
        let leading = all.iter().take_while(|digit| **digit == b'0').count();
        let scale = whole.len() as i64 - leading as i64 + exponent.parse::<i64>().unwrap_or_default();
        let mut digits = Self {
            negative,
            figures: all.get(leading..).unwrap_or_default().to_vec(),
            scale: i32::try_from(scale).unwrap_or_default(),
            binary,
        };
        digits.trim();
        digits
    }

    fn clear(&mut self) {
        self.figures.clear();
        self.trim();
    }

    fn trim(&mut self) {
        while self.figures.last() == Some(&b'0') {
            self.figures.pop();
        }
        if self.figures.is_empty() {
            self.scale = 0;
            // Integers and `decimal` have no negative zero.
            self.negative &= self.binary;
        }
    }

    /// Keeps `count` digits, rounding half away from zero.
    pub fn round(&mut self, count: usize) {
        let rounds_up = self.figures.get(count).is_some_and(|digit| *digit >= b'5');
        self.figures.truncate(count);
        if rounds_up {
            while self.figures.last() == Some(&b'9') {
                self.figures.pop();
            }
            if let Some(last) = self.figures.last_mut() {
                *last += 1;
            } else {
                self.figures.push(b'1');
                self.scale += 1;
            }
        }
        self.trim();
    }

    /// Digits before the point, `0` when there are none.
    pub fn whole(&self) -> String {
        let count = usize::try_from(self.scale).unwrap_or_default();
        if count == 0 {
            return "0".to_owned();
        }
        self.figures
            .iter()
            .map(|digit| char::from(*digit))
            .chain(std::iter::repeat('0'))
            .take(count)
            .collect()
    }

    /// So many digits behind the point.
    pub fn fraction(&self, places: usize) -> String {
        let zeros = usize::try_from(-i64::from(self.scale)).unwrap_or_default();
        let skipped = usize::try_from(self.scale).unwrap_or_default();
        std::iter::repeat_n('0', zeros)
            .chain(self.figures.iter().skip(skipped).map(|digit| char::from(*digit)))
            .chain(std::iter::repeat('0'))
            .take(places)
            .collect()
    }
}
