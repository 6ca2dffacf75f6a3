//! The numbers of all problems that this crate reports. A number never changes its meaning.

/// A YAML document or block is malformed, or a value in it is of the wrong type.
pub const MALFORMED_YAML: &str = "TG5002";
/// A block that is fenced in is not closed.
pub const NOT_CLOSED: &str = "TG5003";
/// The word that says what a block is, the name of an option or of a setting is unknown.
pub const UNKNOWN_WORD: &str = "TG5004";
/// An option or setting has a wrong value, or lacks one.
pub const BAD_VALUE: &str = "TG5005";
/// A request, a response or another message is not written as one.
pub const BAD_MESSAGE: &str = "TG5006";
/// A block stands where it says nothing: an expectation before any request, a request without a response.
pub const MISPLACED: &str = "TG5007";
/// A document has no scenario.
pub const NO_SCENARIO: &str = "TG5008";
/// A section writes one file twice, or two scenarios have one name.
pub const TWICE: &str = "TG5009";
