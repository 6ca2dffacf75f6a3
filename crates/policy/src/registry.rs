//! What a policy is to everyone else: a name, where it may stand, and how it is read.
//!
//! Never here: the list of policies.

use crate::block::{Scope, Section};
use crate::element::ElementReader;
use crate::step::{Run, Step, WaitingStep};

/// A policy's entry. Whatever another part must know of a policy is a field here with a default.
pub(crate) struct Policy {
    /// The element's name.
    pub name: &'static str,
    /// How Microsoft's policy toolkit misspells it, which is taken with a warning.
    pub misspelt: Option<&'static str>,
    /// Sections that its page names.
    pub sections: Sections,
    /// Sections that its page does not name and where it works nevertheless.
    pub tolerated: Sections,
    /// Scopes that its page names.
    pub scopes: Scopes,
    /// Whether a section may hold it once only.
    pub once: bool,
    /// Whether it keeps the response, so that outbound goes on behind it when the response comes from the cache.
    pub keeps_response: bool,
    /// Whether it always answers, so that nothing behind it runs.
    pub ends: bool,
    /// Reads its element; nothing when something is wrong, which is reported.
    pub parse: fn(&mut ElementReader<'_, '_>) -> Option<Run>,
}

impl Policy {
    /// A policy that may stand anywhere, any number of times.
    pub const fn new(name: &'static str, parse: fn(&mut ElementReader<'_, '_>) -> Option<Run>) -> Self {
        Self {
            name,
            misspelt: None,
            sections: Sections::ALL,
            tolerated: Sections::NONE,
            scopes: Scopes::ALL,
            once: false,
            keeps_response: false,
            ends: false,
            parse,
        }
    }
}

/// A policy that never waits, as [`Policy::parse`] gives it.
#[expect(
    clippy::unnecessary_wraps,
    reason = "the last expression of `parse`, which uses `?` before it"
)]
pub(crate) fn now(step: impl Step + 'static) -> Option<Run> {
    Some(Run::Now(Box::new(step)))
}

/// A policy that may wait, as [`Policy::parse`] gives it.
#[expect(
    clippy::unnecessary_wraps,
    reason = "the last expression of `parse`, which uses `?` before it"
)]
pub(crate) fn waiting(step: impl WaitingStep + 'static) -> Option<Run> {
    Some(Run::Waiting(Box::new(step)))
}

/// A set of sections.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Sections(u8);

impl Sections {
    pub const NONE: Self = Self(0);
    pub const INBOUND: Self = Self(1);
    pub const BACKEND: Self = Self(2);
    pub const OUTBOUND: Self = Self(4);
    pub const ON_ERROR: Self = Self(8);
    pub const ALL: Self = Self(15);

    /// Either's sections.
    pub const fn and(self, other: Self) -> Self {
        Self(self.0 | other.0)
    }

    pub fn contains(self, section: Section) -> bool {
        let bit = match section {
            Section::Inbound => Self::INBOUND,
            Section::Backend => Self::BACKEND,
            Section::Outbound => Self::OUTBOUND,
            Section::OnError => Self::ON_ERROR,
        };
        self.0 & bit.0 != 0
    }

    /// In words: "inbound, outbound".
    pub fn list(self) -> String {
        let names = Section::ALL
            .into_iter()
            .filter(|section| self.contains(*section))
            .map(Section::name);
        names.collect::<Vec<_>>().join(", ")
    }
}

/// A set of scopes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Scopes(u8);

impl Scopes {
    pub const GLOBAL: Self = Self(1);
    pub const PRODUCT: Self = Self(2);
    pub const API: Self = Self(4);
    pub const OPERATION: Self = Self(8);
    pub const ALL: Self = Self(15);

    /// Either's scopes.
    pub const fn and(self, other: Self) -> Self {
        Self(self.0 | other.0)
    }

    pub fn contains(self, scope: Scope) -> bool {
        let bit = match scope {
            Scope::Global => Self::GLOBAL,
            Scope::Product => Self::PRODUCT,
            Scope::Api => Self::API,
            Scope::Operation => Self::OPERATION,
        };
        self.0 & bit.0 != 0
    }

    /// In words: "product, api".
    pub fn list(self) -> String {
        const EACH: [Scope; 4] = [Scope::Global, Scope::Product, Scope::Api, Scope::Operation];
        let names = EACH.into_iter().filter(|scope| self.contains(*scope)).map(Scope::name);
        names.collect::<Vec<_>>().join(", ")
    }
}
