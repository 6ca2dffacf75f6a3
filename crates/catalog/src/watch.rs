//! Noticing that an artifact folder changed.
//!
//! Never here: loading it.
