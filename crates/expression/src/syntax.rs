//! C# 7 as it is written in policy expressions: characters → tokens → tree.
//!
//! Parsing never fails: it gives a tree and the problems found on the way. Never here: names' meaning, types, values.

pub mod ast;
