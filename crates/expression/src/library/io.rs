//! `System.IO`: readers and writers of texts in memory.
//!
//! Never here: files and streams, which expressions cannot reach.

mod string_reader;
mod string_writer;

pub use string_reader::rest;
pub use string_writer::write;

use super::Class;

/// Its types.
pub const CLASSES: &[&Class] = &[
    &string_reader::STRING_READER,
    &string_reader::TEXT_READER,
    &string_writer::STRING_WRITER,
    &string_writer::TEXT_WRITER,
];
