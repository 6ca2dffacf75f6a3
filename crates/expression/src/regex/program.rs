//! A pattern as instructions of the matcher.
//!
//! What lies right to left (a look behind, or all of a pattern with that option) is matched backwards: instructions that
//! take characters say so.

use super::set::Set;
use super::tree::{Anchor, Node};

/// What matches a single character.
#[derive(Debug)]
pub enum One {
    /// This one.
    Char(char),
    /// This one in either case.
    Folded(char),
    /// One of these.
    Set(Set),
}

/// An instruction; the next one follows it unless it says otherwise.
#[derive(Debug)]
pub enum Op {
    /// One character.
    One { one: One, backward: bool },
    /// A text.
    Text { text: Box<str>, backward: bool },
    /// `least` to `most` of a character: as many as there are, or (lazy) as few as lead to a match.
    Many {
        one: One,
        least: u32,
        most: u32,
        lazy: bool,
        backward: bool,
    },
    /// A place between characters.
    Anchor(Anchor),
    /// The last capture of a group, in either case if `fold`.
    Reference { group: usize, fold: bool, backward: bool },
    /// Goes on at the first; at the second if that leads to nothing.
    Split(usize, usize),
    /// Goes on elsewhere.
    Jump(usize),
    /// A loop begins: nothing counted.
    Loop { slot: usize },
    /// The head of a loop: once more, or on at `exit`.
    Again {
        slot: usize,
        least: u32,
        most: u32,
        lazy: bool,
        exit: usize,
    },
    /// A turn of a loop begins.
    Turn { slot: usize },
    /// A group begins.
    Open { slot: usize },
    /// A group ends: takes a capture of one group away, keeps one of another.
    Close {
        slot: usize,
        keep: Option<usize>,
        take: Option<usize>,
    },
    /// What can be gone back to from here on is known by this slot.
    Enter { slot: usize },
    /// Forgets what could be gone back to since `Enter`.
    Commit { slot: usize },
    /// As `Commit`, and back to where `Enter` was.
    Return { slot: usize },
    /// As `Return`, and everything since `Enter` is undone; then this way is none.
    Refuse { slot: usize },
    /// Goes on elsewhere unless a group has a capture.
    Unless { group: usize, no: usize },
    /// The end of the pattern.
    Match,
}

/// A program.
#[derive(Debug)]
pub struct Program {
    /// The instructions.
    pub ops: Vec<Op>,
    /// How many slots they use, two numbers each.
    pub slots: usize,
    /// Whether an instruction, a place and which of `turns` lies at that place say all of what follows, so that what led
    /// to nothing once does so always: no captures, no numbers of turns and no heights are asked.
    pub plain: bool,
    /// The slots of loops whose turns may match nothing.
    pub turns: Vec<usize>,
}

impl Program {
    /// The program of a pattern.
    pub fn new(node: &Node, backward: bool) -> Self {
        let mut program = Self {
            ops: Vec::new(),
            slots: 0,
            plain: true,
            turns: Vec::new(),
        };
        program.node(node, backward);
        program.ops.push(Op::Match);
        program
    }

    fn slot(&mut self) -> usize {
        self.slots += 1;
        self.slots - 1
    }

    /// Adds an instruction whose targets are set later.
    fn hole(&mut self) -> usize {
        self.ops.push(Op::Match);
        self.ops.len() - 1
    }

    fn fill(&mut self, at: usize, op: Op) {
        if let Some(hole) = self.ops.get_mut(at) {
            *hole = op;
        }
    }

    fn node(&mut self, node: &Node, backward: bool) {
        match node {
            Node::Char(..) | Node::Set(_) => {
                let one = one(node).map(|one| Op::One { one, backward });
                self.ops.extend(one);
            }
            Node::Sequence(nodes) => self.sequence(nodes, backward),
            Node::Choice(choices) => self.choice(choices, backward),
            Node::Anchor(anchor) => self.ops.push(Op::Anchor(*anchor)),
            Node::Capture { body, keep, take } => {
                self.plain &= take.is_none();
                let slot = self.slot();
                self.ops.push(Op::Open { slot });
                self.node(body, backward);
                self.ops.push(Op::Close {
                    slot,
                    keep: *keep,
                    take: *take,
                });
            }
            Node::Repeat {
                body,
                least,
                most,
                lazy,
            } => self.repeat(body, (*least, *most), *lazy, backward),
            Node::Look { body, behind, negative } => self.look(body, *behind, *negative),
            Node::Atomic(body) => {
                self.plain = false;
                let slot = self.slot();
                self.ops.push(Op::Enter { slot });
                self.node(body, backward);
                self.ops.push(Op::Commit { slot });
            }
            Node::Reference(group, fold) => {
                self.plain = false;
                self.ops.push(Op::Reference {
                    group: *group,
                    fold: *fold,
                    backward,
                });
            }
            Node::IfCaptured(group, yes, no) => {
                self.plain = false;
                let test = self.hole();
                self.node(yes, backward);
                let end = self.hole();
                let group = *group;
                self.fill(
                    test,
                    Op::Unless {
                        group,
                        no: self.ops.len(),
                    },
                );
                self.node(no, backward);
                self.fill(end, Op::Jump(self.ops.len()));
            }
            Node::IfAhead(condition, yes, no) => {
                // Once the condition holds there is no way back to `no`.
                self.plain = false;
                let slot = self.slot();
                self.ops.push(Op::Enter { slot });
                let split = self.hole();
                self.node(condition, false);
                self.ops.push(Op::Return { slot });
                self.node(yes, backward);
                let end = self.hole();
                self.fill(split, Op::Split(split + 1, self.ops.len()));
                self.node(no, backward);
                self.fill(end, Op::Jump(self.ops.len()));
            }
        }
    }

    fn sequence(&mut self, nodes: &[Node], backward: bool) {
        let mut text = String::new();
        for at in 0..nodes.len() {
            let at = if backward { nodes.len() - 1 - at } else { at };
            match nodes.get(at) {
                Some(Node::Char(c, false)) if backward => text.insert(0, *c),
                Some(Node::Char(c, false)) => text.push(*c),
                Some(node) => {
                    self.text(&mut text, backward);
                    self.node(node, backward);
                }
                None => {}
            }
        }
        self.text(&mut text, backward);
    }

    fn text(&mut self, text: &mut String, backward: bool) {
        let mut chars = text.chars();
        match (chars.next(), chars.next()) {
            (None, _) => {}
            (Some(only), None) => self.ops.push(Op::One {
                one: One::Char(only),
                backward,
            }),
            _ => self.ops.push(Op::Text {
                text: text.as_str().into(),
                backward,
            }),
        }
        text.clear();
    }

    fn choice(&mut self, choices: &[Node], backward: bool) {
        let mut ends = Vec::new();
        for (at, node) in choices.iter().enumerate() {
            if at + 1 == choices.len() {
                self.node(node, backward);
                break;
            }
            let split = self.hole();
            self.node(node, backward);
            ends.push(self.hole());
            self.fill(split, Op::Split(split + 1, self.ops.len()));
        }
        for end in ends {
            self.fill(end, Op::Jump(self.ops.len()));
        }
    }

    fn repeat(&mut self, body: &Node, (least, most): (u32, u32), lazy: bool, backward: bool) {
        if let Some(one) = one(body) {
            self.ops.push(Op::Many {
                one,
                least,
                most,
                lazy,
                backward,
            });
            return;
        }
        let slot = self.slot();
        self.plain &= least <= 1 && (most <= 1 || most == u32::MAX);
        if most > 1 && body.may_be_empty() {
            self.turns.push(slot);
        }
        self.ops.push(Op::Loop { slot });
        let head = self.hole();
        self.ops.push(Op::Turn { slot });
        self.node(body, backward);
        self.ops.push(Op::Jump(head));
        let exit = self.ops.len();
        self.fill(
            head,
            Op::Again {
                slot,
                least,
                most,
                lazy,
                exit,
            },
        );
    }

    fn look(&mut self, body: &Node, behind: bool, negative: bool) {
        self.plain = false;
        let slot = self.slot();
        self.ops.push(Op::Enter { slot });
        let split = if negative { Some(self.hole()) } else { None };
        self.node(body, behind);
        if let Some(split) = split {
            self.ops.push(Op::Refuse { slot });
            self.fill(split, Op::Split(split + 1, self.ops.len()));
        } else {
            self.ops.push(Op::Return { slot });
        }
    }
}

/// What matches a single character.
fn one(node: &Node) -> Option<One> {
    Some(match node {
        Node::Char(c, true) => One::Folded(*c),
        Node::Char(c, false) => One::Char(*c),
        Node::Set(set) => One::Set(set.clone()),
        Node::Sequence(nodes) => match nodes.as_slice() {
            [only] => return one(only),
            _ => return None,
        },
        _ => return None,
    })
}
