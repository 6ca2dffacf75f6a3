//! How JSON text is read and written where it is not done as usual: the settings of Newtonsoft's serializer that touch
//! the text.
//!
//! Never here: reading (`reader`) and writing (`writer`) themselves.

use super::scalar::Scalar;
use super::writer::Formatting;
use crate::date::{DateTime, DateTimeKind, parse_json_date};
use crate::text::Text;

/// `DateParseHandling`: what texts that look like dates become.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum DateParse {
    /// Texts.
    None,
    /// `DateTime`
    #[default]
    DateTime,
    /// `DateTimeOffset`
    DateTimeOffset,
}

/// `DateTimeZoneHandling`: what kind dates are made to have. All times are UTC here, so that nothing but the kind changes.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[expect(missing_docs, reason = "each is Newtonsoft's member of its name")]
pub enum Zone {
    Local,
    Utc,
    Unspecified,
    #[default]
    RoundtripKind,
}

impl Zone {
    /// A date of this kind.
    pub fn apply(self, date: DateTime) -> DateTime {
        let kind = match self {
            Self::Local => DateTimeKind::Local,
            Self::Utc => DateTimeKind::Utc,
            Self::Unspecified => DateTimeKind::Unspecified,
            Self::RoundtripKind => date.kind,
        };
        DateTime { kind, ..date }
    }
}

/// Containers inside each other that are read, Newtonsoft 13's default.
pub const MAX_DEPTH: usize = 64;

/// How JSON is read.
#[derive(Clone, Copy, Debug)]
pub struct ReadStyle {
    /// What texts that look like dates become.
    pub dates: DateParse,
    /// The kind of those dates.
    pub zone: Zone,
    /// Numbers that are not whole become `decimal`.
    pub decimals: bool,
    /// How many containers may be inside each other.
    pub depth: usize,
}

impl Default for ReadStyle {
    fn default() -> Self {
        Self {
            dates: DateParse::default(),
            zone: Zone::default(),
            decimals: false,
            depth: MAX_DEPTH,
        }
    }
}

impl ReadStyle {
    /// What a text becomes.
    pub(super) fn scalar(self, text: Text) -> Scalar {
        let Some(date) = parse_json_date(&text).filter(|_| self.dates != DateParse::None) else {
            return Scalar::String(text);
        };
        if self.dates == DateParse::DateTime {
            return Scalar::Date(self.zone.apply(date));
        }
        match crate::library::parse_date_time_offset(&text) {
            Some(crate::value::Value::DateTimeOffset(local, offset)) => Scalar::DateOffset(local, offset),
            _ => Scalar::DateOffset(date, 0),
        }
    }
}

/// `StringEscapeHandling`: what is escaped in texts beside what must be.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Escape {
    /// Nothing.
    #[default]
    Default,
    /// Whatever is not ASCII.
    NonAscii,
    /// The characters that HTML gives a meaning.
    Html,
}

impl Escape {
    /// Whether it escapes a character.
    pub(super) fn takes(self, c: char) -> bool {
        match self {
            Self::Default => false,
            Self::NonAscii => c > '\u{7f}',
            Self::Html => matches!(c, '<' | '>' | '&' | '\'' | '"'),
        }
    }
}

/// `FloatFormatHandling`: what becomes of numbers that JSON does not have.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum FloatFormat {
    /// `"NaN"`
    #[default]
    String,
    /// `NaN`
    Symbol,
    /// `0.0`
    DefaultValue,
}

/// How JSON is written.
#[derive(Clone, Debug)]
pub struct WriteStyle {
    /// How it is laid out.
    pub formatting: Formatting,
    /// Dates are `\/Date(…)\/`, not ISO 8601.
    pub microsoft_dates: bool,
    /// The format of dates, where it is another.
    pub date_format: Option<Text>,
    /// The kind of dates.
    pub zone: Zone,
    /// What is escaped.
    pub escape: Escape,
    /// Numbers that JSON does not have.
    pub floats: FloatFormat,
}

impl From<Formatting> for WriteStyle {
    fn from(formatting: Formatting) -> Self {
        Self {
            formatting,
            microsoft_dates: false,
            date_format: None,
            zone: Zone::default(),
            escape: Escape::default(),
            floats: FloatFormat::default(),
        }
    }
}

impl WriteStyle {
    /// A date, or one with an offset in minutes, without quotes.
    pub(super) fn date(&self, date: DateTime, offset: Option<i32>) -> String {
        let date = if offset.is_none() { self.zone.apply(date) } else { date };
        if let Some(format) = &self.date_format {
            // Whoever set the format has seen that it is one.
            return crate::library::format_date(date, offset, format).unwrap_or_default();
        }
        if self.microsoft_dates {
            return microsoft(date, offset);
        }
        match offset {
            Some(offset) => date.iso_with_offset(i64::from(offset)),
            None => date.iso(),
        }
    }
}

fn microsoft(date: DateTime, offset: Option<i32>) -> String {
    let ticks = date.ticks - i64::from(offset.unwrap_or_default()) * 600_000_000;
    let milliseconds = (ticks - crate::date::UNIX_EPOCH_TICKS).div_euclid(10_000);
    let is_bound = date.ticks == 0 || date.ticks == crate::date::MAX_TICKS;
    let offset = match (offset, date.kind) {
        (Some(minutes), _) => {
            let sign = if minutes < 0 { '-' } else { '+' };
            format!("{sign}{:02}{:02}", minutes.abs() / 60, minutes.abs() % 60)
        }
        (None, DateTimeKind::Local) => "+0000".to_owned(),
        (None, DateTimeKind::Unspecified) if !is_bound => "+0000".to_owned(),
        _ => String::new(),
    };
    format!("\\/Date({milliseconds}{offset})\\/")
}
