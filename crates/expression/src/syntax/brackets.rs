//! Which bracket closes which, found once for all tokens: lookahead needs it at every `(`, recovery after a mistake too.

use super::token::{Token, TokenKind};

/// For each token that opens something, the token that closes it, if there is one.
#[derive(Default)]
pub(super) struct Brackets(Vec<Option<usize>>);

#[derive(Clone, Copy, PartialEq)]
enum Kind {
    Round,
    Square,
    Curly,
    Hole,
    Interpolation,
}

impl Brackets {
    /// Matches all brackets. One that closes nothing is passed over; one that is not closed before its surroundings
    /// are stays without a partner.
    pub(super) fn of(tokens: &[Token]) -> Self {
        let mut closing = vec![None; tokens.len()];
        let mut open: Vec<(Kind, usize)> = Vec::new();
        // How many of each kind are open, so that a stray bracket does not search the whole stack.
        let mut counts = [0_usize; 5];
        for (index, token) in tokens.iter().enumerate() {
            let Some((kind, opens)) = bracket(&token.kind) else {
                continue;
            };
            let Some(count) = counts.get_mut(kind as usize) else {
                continue;
            };
            if opens {
                *count += 1;
                open.push((kind, index));
                continue;
            }
            if *count == 0 {
                continue;
            }
            while let Some((top, start)) = open.pop() {
                if let Some(count) = counts.get_mut(top as usize) {
                    *count -= 1;
                }
                if top == kind {
                    if let Some(partner) = closing.get_mut(start) {
                        *partner = Some(index);
                    }
                    break;
                }
            }
        }
        Self(closing)
    }

    /// The token that closes the one at `open`.
    pub(super) fn closing(&self, open: usize) -> Option<usize> {
        self.0.get(open).copied().flatten()
    }
}

fn bracket(kind: &TokenKind) -> Option<(Kind, bool)> {
    Some(match kind {
        TokenKind::Symbol("(") => (Kind::Round, true),
        TokenKind::Symbol(")") => (Kind::Round, false),
        TokenKind::Symbol("[") => (Kind::Square, true),
        TokenKind::Symbol("]") => (Kind::Square, false),
        TokenKind::Symbol("{") => (Kind::Curly, true),
        TokenKind::Symbol("}") => (Kind::Curly, false),
        TokenKind::HoleStart => (Kind::Hole, true),
        TokenKind::HoleEnd => (Kind::Hole, false),
        TokenKind::InterpolationStart => (Kind::Interpolation, true),
        TokenKind::InterpolationEnd => (Kind::Interpolation, false),
        _ => return None,
    })
}
