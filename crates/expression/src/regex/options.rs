//! `RegexOptions`

/// How a pattern is read; .NET's bits.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Options(pub i32);

impl Options {
    /// `i`
    pub const IGNORE_CASE: Self = Self(1);
    /// `m`
    pub const MULTILINE: Self = Self(2);
    /// `n`
    pub const EXPLICIT_CAPTURE: Self = Self(4);
    /// `s`
    pub const SINGLE_LINE: Self = Self(16);
    /// `x`
    pub const IGNORE_SPACE: Self = Self(32);
    /// From the end to the begin.
    pub const RIGHT_TO_LEFT: Self = Self(64);
    /// Classes are those of ASCII.
    pub const ECMA_SCRIPT: Self = Self(256);

    /// Whether an option is on.
    pub fn has(self, option: Self) -> bool {
        self.0 & option.0 != 0
    }

    /// With an option on or off.
    #[must_use]
    pub fn with(self, option: Self, on: bool) -> Self {
        Self(if on { self.0 | option.0 } else { self.0 & !option.0 })
    }

    /// The option of a letter in `(?imnsx)`.
    pub fn of_letter(letter: char) -> Option<Self> {
        Some(match letter.to_ascii_lowercase() {
            'i' => Self::IGNORE_CASE,
            'm' => Self::MULTILINE,
            'n' => Self::EXPLICIT_CAPTURE,
            's' => Self::SINGLE_LINE,
            'x' => Self::IGNORE_SPACE,
            _ => return None,
        })
    }

    /// Whether .NET takes these bits together.
    pub fn is_valid(self) -> bool {
        // ECMAScript goes with IgnoreCase, Multiline and Compiled alone.
        (0..1 << 10).contains(&self.0) && !(self.has(Self::ECMA_SCRIPT) && self.0 & !0x30b != 0)
    }
}
