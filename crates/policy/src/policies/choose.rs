//! `choose` runs the policies of the first `when` whose condition is true, those of `otherwise` if none is.
//!
//! Conditions behind the first true one are not evaluated. Branches may be empty; nothing happens without a match.

use crate::block::{Block, InstantBlock, Needs};
use crate::element::ElementReader;
use crate::exchange::Exchange;
use crate::failure::Failure;
use crate::registry::{Policy, now, waiting};
use crate::step::{Flow, Outcome, Run, Step, WaitingStep};
use crate::value::Value;
use crate::witness::Spot;
use std::sync::Arc;

pub(crate) const CHOOSE: Policy = Policy::new("choose", parse);

struct Branch<B> {
    spot: Option<Arc<Spot>>,
    block: B,
}

/// With branches of plain calls, or of steps that may wait.
struct Choose<B> {
    branches: Vec<(Value<bool>, Branch<B>)>,
    /// Empty where the document has none.
    otherwise: Branch<B>,
}

fn parse(element: &mut ElementReader<'_, '_>) -> Option<Run> {
    let branches = element.one_or_more("when", |when| {
        let condition = when.required("condition");
        let branch = branch(when);
        Some((condition?, branch))
    });
    let otherwise = element.at_most_one("otherwise", |otherwise| Some(branch(otherwise)));
    let all_end = branches.iter().all(|(_, branch)| branch.block.ends());
    element.ends(all_end && otherwise.as_ref().is_some_and(|branch| branch.block.ends()));
    let otherwise = otherwise.unwrap_or_else(|| Branch {
        spot: element.branch("choose without a match"),
        block: Block::default(),
    });
    match (Choose { branches, otherwise }).instant(element.needs()) {
        Ok(choose) => now(choose),
        Err(choose) => waiting(choose),
    }
}

fn branch(element: &mut ElementReader<'_, '_>) -> Branch<Block> {
    Branch {
        spot: element.branch(element.name()),
        block: element.steps(),
    }
}

impl Choose<Block> {
    /// The same as plain calls, if no branch waits for more than the conditions do.
    fn instant(self, covered: Needs) -> Result<Choose<InstantBlock>, Self> {
        let is_instant = |branch: &Branch<Block>| branch.block.is_instant(covered);
        if !self.branches.iter().all(|(_, branch)| is_instant(branch)) || !is_instant(&self.otherwise) {
            return Err(self);
        }
        let branches = self.branches.into_iter();
        Ok(Choose {
            branches: branches
                .map(|(condition, branch)| (condition, branch.into_instant()))
                .collect(),
            otherwise: self.otherwise.into_instant(),
        })
    }
}

impl Branch<Block> {
    fn into_instant(self) -> Branch<InstantBlock> {
        Branch {
            spot: self.spot,
            block: self.block.into_instant(),
        }
    }
}

impl<B> Choose<B> {
    fn taken(&self, exchange: &Exchange) -> Result<&B, Failure> {
        let mut taken = &self.otherwise;
        for (condition, branch) in &self.branches {
            if condition.get(exchange)? {
                taken = branch;
                break;
            }
        }
        exchange.comes_by(taken.spot.as_ref());
        Ok(&taken.block)
    }
}

impl Step for Choose<InstantBlock> {
    fn run(&self, exchange: &mut Exchange) -> Result<Flow, Failure> {
        self.taken(exchange)?.run(exchange)
    }
}

impl WaitingStep for Choose<Block> {
    fn run<'a>(&'a self, exchange: &'a mut Exchange) -> Outcome<'a> {
        match self.taken(exchange) {
            Ok(block) if block.steps.is_empty() => Outcome::Now(Ok(Flow::Next)),
            Ok(block) => Outcome::Later(Box::pin(block.run(exchange))),
            Err(failure) => Outcome::Now(Err(failure)),
        }
    }
}

#[cfg(test)]
mod tests {
    use crate::step::Run;
    use crate::testing::{Bench, run};

    fn when(condition: &str, letter: char) -> String {
        format!("<when condition='{condition}'><set-method>{letter}</set-method></when>")
    }

    #[test]
    fn the_first_true_branch_runs() {
        for (branches, expected) in [
            (when("true", 'A') + &when("true", 'B'), "A"),
            (when("false", 'A') + &when("True", 'B'), "B"),
            (
                when("false", 'A') + "<otherwise><set-method>C</set-method></otherwise>",
                "C",
            ),
            (when("false", 'A'), "GET"),
            ("<when condition='true' />".to_owned() + &when("true", 'B'), "GET"),
        ] {
            let response = run(&format!("<inbound><choose>{branches}</choose></inbound>"), "GET /");
            assert_eq!(
                response,
                format!("200 OK\n\n{expected} http://backend.example/base/"),
                "{branches}"
            );
        }
    }

    /// Whether the `choose` in this inbound section is a plain call.
    fn is_instant(branch: &str) -> bool {
        let policies = format!("<inbound><choose><when condition='true'>{branch}</when></choose></inbound>");
        let plan = Bench::new(&policies).plan(None);
        let block = &plan.section(crate::Section::Inbound)[0];
        matches!(block.steps[0].run, Run::Now(_))
    }

    #[test]
    fn a_choose_waits_only_for_branches_that_wait() {
        assert!(is_instant("<set-method>A</set-method>"));
        assert!(is_instant(
            "<choose><when condition='true'><return-response /></when></choose>"
        ));
        let fragment = "<fragment><set-method>A</set-method></fragment>";
        let api = "<policies><inbound><choose><when condition='true'><include-fragment fragment-id='f' /></when></choose></inbound></policies>";
        let plan = Bench::with_documents(&[("api", api), ("f", fragment)]).plan(None);
        assert!(matches!(
            plan.section(crate::Section::Inbound)[0].steps[0].run,
            Run::Waiting(_)
        ));
    }
}
