//! The exceptions that JSON operations throw in .NET, as values.

use std::fmt;

/// The .NET type of an exception.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[expect(missing_docs, reason = "each is the .NET exception of its name")]
pub enum ExceptionType {
    Argument,
    ArgumentNull,
    ArgumentOutOfRange,
    Format,
    InvalidCast,
    InvalidOperation,
    Json,
    JsonReader,
    Overflow,
}

impl ExceptionType {
    /// Its full .NET name.
    pub fn name(self) -> &'static str {
        match self {
            Self::Argument => "System.ArgumentException",
            Self::ArgumentNull => "System.ArgumentNullException",
            Self::ArgumentOutOfRange => "System.ArgumentOutOfRangeException",
            Self::Format => "System.FormatException",
            Self::InvalidCast => "System.InvalidCastException",
            Self::InvalidOperation => "System.InvalidOperationException",
            Self::Json => "Newtonsoft.Json.JsonException",
            Self::JsonReader => "Newtonsoft.Json.JsonReaderException",
            Self::Overflow => "System.OverflowException",
        }
    }
}

/// An exception: its .NET type and .NET's (or Newtonsoft's) message.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct JsonError {
    /// What C#'s `catch` sees.
    pub exception: ExceptionType,
    /// Newtonsoft's words.
    pub message: String,
}

impl JsonError {
    pub(super) fn new(exception: ExceptionType, message: impl Into<String>) -> Self {
        Self {
            exception,
            message: message.into(),
        }
    }

    pub(super) fn invalid_operation(message: impl Into<String>) -> Self {
        Self::new(ExceptionType::InvalidOperation, message)
    }

    pub(super) fn argument(message: impl Into<String>) -> Self {
        Self::new(ExceptionType::Argument, message)
    }

    pub(super) fn json(message: impl Into<String>) -> Self {
        Self::new(ExceptionType::Json, message)
    }

    pub(super) fn out_of_range(message: &str) -> Self {
        Self::new(
            ExceptionType::ArgumentOutOfRange,
            format!("{message} (Parameter 'index')"),
        )
    }
}

impl fmt::Display for JsonError {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{}: {}", self.exception.name(), self.message)
    }
}

impl std::error::Error for JsonError {}
