//! The numbers of every problem that reading and compiling policy documents can find: one list, each explained once.
//!
//! Numbers are stable and never reused. `TG30` are problems of the text, `TG31` of elements and attributes,
//! `TG32` of places and references, `TG33` names what is not built. Problems inside expressions carry C#'s own numbers.

/// `@(` or `@{` has no closing bracket.
pub const UNCLOSED_EXPRESSION: &str = "TG3001";
/// An end tag names another element than the one that is open.
pub const MISMATCHED_TAG: &str = "TG3002";
/// An element has no end tag.
pub const UNCLOSED_ELEMENT: &str = "TG3003";
/// An end tag closes nothing.
pub const STRAY_END_TAG: &str = "TG3004";
/// Something in a tag is neither an attribute nor its end.
pub const MALFORMED_TAG: &str = "TG3005";
/// A comment, CDATA section, processing instruction or attribute value has no end.
pub const UNCLOSED_MARKUP: &str = "TG3006";
/// An attribute stands twice on one element.
pub const DUPLICATE_ATTRIBUTE: &str = "TG3007";
/// A document is too large or too deeply nested.
pub const DOCUMENT_LIMIT: &str = "TG3008";
/// An entity reference that XML does not define.
pub const UNKNOWN_ENTITY: &str = "TG3009";
/// Not well-formed, yet its meaning is clear; APIM refuses it.
pub const LOOSE_MARKUP: &str = "TG3010";
/// Text where only elements may stand.
pub const STRAY_TEXT: &str = "TG3011";
/// A Liquid template that cannot be read.
pub const LIQUID: &str = "TG3012";
/// A part of a Liquid template that has no effect.
pub const LIQUID_WITHOUT_EFFECT: &str = "TG3013";

/// A stylesheet that cannot be read.
pub const STYLESHEET: &str = "TG3014";
/// `@` begins a value that was meant as an expression and has no bracket.
pub const NO_BRACKETS: &str = "TG3015";

/// A required attribute is missing.
pub const MISSING_ATTRIBUTE: &str = "TG3101";
/// An attribute that the element does not have.
pub const UNKNOWN_ATTRIBUTE: &str = "TG3102";
/// A literal of the wrong type or outside its range.
pub const WRONG_VALUE: &str = "TG3103";
/// An expression where only a literal may stand.
pub const LITERAL_ONLY: &str = "TG3104";
/// A required child element or text is missing.
pub const MISSING_CHILD: &str = "TG3105";
/// A child element that the element does not have.
pub const UNKNOWN_CHILD: &str = "TG3106";
/// More of a child element than may be.
pub const TOO_MANY_CHILDREN: &str = "TG3107";
/// Attributes or children that exclude each other, or of which one is needed.
pub const CONFLICT: &str = "TG3108";
/// An attribute as another tool spells it; APIM does not know it.
pub const ALIAS: &str = "TG3109";
/// A token that a deployment tool has yet to replace.
pub const TOKEN: &str = "TG3110";
/// A value that is empty, or whose expression says that it may be, where APIM's rule is that it is not.
pub const MAY_BE_EMPTY: &str = "TG3111";

/// An element that is no policy.
pub const UNKNOWN_POLICY: &str = "TG3201";
/// A policy in a section where it may not stand.
pub const WRONG_SECTION: &str = "TG3202";
/// A policy in a scope where it may not stand.
pub const WRONG_SCOPE: &str = "TG3203";
/// A policy more often in a section than may be.
pub const ONCE: &str = "TG3204";
/// `<base/>` where it may not stand.
pub const MISPLACED_BASE: &str = "TG3205";
/// The root or a section of a document is not what it should be.
pub const DOCUMENT_SHAPE: &str = "TG3206";
/// `<backend>` holds more than one policy.
pub const BACKEND_CHILDREN: &str = "TG3207";
/// A fragment or backend that the catalog does not have.
pub const UNKNOWN_REFERENCE: &str = "TG3208";
/// Fragments that include each other.
pub const FRAGMENT_CYCLE: &str = "TG3209";

/// What messages are validated by is not there or cannot be used.
pub const UNUSABLE_SCHEMA: &str = "TG3210";

/// A policy of the reference that is not built yet.
pub const POLICY_NOT_BUILT: &str = "TG3301";
/// A feature of a policy that is not built yet.
pub const FEATURE_NOT_BUILT: &str = "TG3302";
/// A feature that needs what this gateway cannot have; docs/compatibility.md gives the reason.
pub const NOT_OFFERED: &str = "TG3303";
