//! `choose` runs the policies of the first `when` whose condition is true, those of `otherwise` if none is.
//!
//! Conditions behind the first true one are not evaluated. Branches may be empty; nothing happens without a match.

use crate::LocalFuture;
use crate::block::{Block, InstantBlock, Needs};
use crate::element::ElementReader;
use crate::exchange::Exchange;
use crate::failure::Failure;
use crate::registry::{Policy, now, waiting};
use crate::step::{Flow, Run, Step, WaitingStep};
use crate::value::Value;

pub(crate) const CHOOSE: Policy = Policy::new("choose", parse);

/// With branches of plain calls, or of steps that may wait.
struct Choose<B> {
    branches: Vec<(Value<bool>, B)>,
    otherwise: Option<B>,
}

fn parse(element: &mut ElementReader<'_, '_>) -> Option<Run> {
    let branches = element.one_or_more("when", |when| {
        let condition = when.required("condition");
        let block = when.steps();
        Some((condition?, block))
    });
    let otherwise = element.at_most_one("otherwise", |otherwise| Some(otherwise.steps()));
    match (Choose { branches, otherwise }).instant(element.needs()) {
        Ok(choose) => now(choose),
        Err(choose) => waiting(choose),
    }
}

impl Choose<Block> {
    /// The same as plain calls, if no branch waits for more than the conditions do.
    fn instant(self, covered: Needs) -> Result<Choose<InstantBlock>, Self> {
        let blocks = self.branches.iter().map(|(_, block)| block).chain(&self.otherwise);
        if !blocks.into_iter().all(|block| block.is_instant(covered)) {
            return Err(self);
        }
        let branches = self.branches.into_iter();
        Ok(Choose {
            branches: branches
                .map(|(condition, block)| (condition, block.into_instant()))
                .collect(),
            otherwise: self.otherwise.map(Block::into_instant),
        })
    }
}

impl<B> Choose<B> {
    fn branch(&self, exchange: &Exchange) -> Result<Option<&B>, Failure> {
        for (condition, block) in &self.branches {
            if condition.get(exchange)? {
                return Ok(Some(block));
            }
        }
        Ok(self.otherwise.as_ref())
    }
}

impl Step for Choose<InstantBlock> {
    fn run(&self, exchange: &mut Exchange) -> Result<Flow, Failure> {
        self.branch(exchange)?
            .map_or(Ok(Flow::Next), |block| block.run(exchange))
    }
}

impl WaitingStep for Choose<Block> {
    fn run<'a>(&'a self, exchange: &'a mut Exchange) -> LocalFuture<'a, Result<Flow, Failure>> {
        Box::pin(async move {
            match self.branch(exchange)? {
                Some(block) => block.run(exchange).await,
                None => Ok(Flow::Next),
            }
        })
    }
}
