//! What the policies of a plan validate by, so that it is compiled when the plan is built and not for each request.

use catalog::{Api, Content, Contract, Operation, Parameter};
use schema::Use;

/// Parts of messages, as far as they are validated by what descriptions say.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Validated {
    /// Parameters of requests.
    pub parameters: bool,
    /// Headers of responses.
    pub headers: bool,
    /// Statuses of responses.
    pub statuses: bool,
    /// GraphQL requests.
    pub graphql: bool,
    /// XML, by the API's WSDL.
    pub wsdl: bool,
    /// Ways in which schemas of request bodies are used, a bit each.
    pub request: u8,
    /// Ways in which schemas of response bodies are used, a bit each.
    pub response: u8,
}

impl Validated {
    /// Bodies of requests.
    pub fn request(used: Use) -> Self {
        Self {
            request: 1 << used.index(),
            ..Self::default()
        }
    }

    /// Bodies of responses.
    pub fn response(used: Use) -> Self {
        Self {
            response: 1 << used.index(),
            ..Self::default()
        }
    }

    /// Either's parts.
    pub fn or(self, other: Self) -> Self {
        Self {
            parameters: self.parameters || other.parameters,
            headers: self.headers || other.headers,
            statuses: self.statuses || other.statuses,
            graphql: self.graphql || other.graphql,
            wsdl: self.wsdl || other.wsdl,
            request: self.request | other.request,
            response: self.response | other.response,
        }
    }

    /// Compiles what an operation is validated by, and tells what cannot be used.
    pub fn prepare(self, api: &Api, operation: &Operation) -> Vec<String> {
        let by_api_alone = Self {
            graphql: self.graphql,
            wsdl: self.wsdl,
            ..Self::default()
        };
        if self == by_api_alone {
            return Vec::new();
        }
        let Some(described) = &operation.described else {
            return vec![format!(
                "API `{}` says nothing of its messages to validate them by: it has no `specification.yaml` for them",
                api.id
            )];
        };
        let place = format!("operation `{}` of API `{}`", operation.id, api.id);
        match described.contract() {
            Err(problem) => vec![format!("{place}: its description cannot be used: {problem}")],
            Ok(contract) => {
                let problems = self.unusable(contract).into_iter();
                problems.map(|problem| format!("{place}: {problem}")).collect()
            }
        }
    }

    fn unusable(self, contract: &Contract) -> Vec<String> {
        let mut problems = Vec::new();
        if self.parameters {
            check_parameters(&contract.parameters, &mut problems);
        }
        check_content(&contract.request, self.request, &mut problems);
        for response in &contract.responses {
            check_content(&response.content, self.response, &mut problems);
            if self.headers {
                check_parameters(&response.headers, &mut problems);
            }
        }
        problems
    }
}

fn check_parameters(parameters: &[Parameter], problems: &mut Vec<String>) {
    for parameter in parameters {
        let prepared = parameter.schema.as_ref().map(|schema| schema.prepare(Use::default()));
        if let Some(Err(problem)) = prepared {
            problems.push(format!("the schema of `{}` cannot be used: {problem}", parameter.name));
        }
    }
}

fn check_content(content: &[Content], uses: u8, problems: &mut Vec<String>) {
    for schema in content.iter().filter_map(|content| content.schema.as_ref()) {
        for used in Use::all().into_iter().filter(|used| uses & (1 << used.index()) != 0) {
            if let Err(problem) = schema.prepare(used) {
                problems.push(format!("the schema `{}` cannot be used: {problem}", schema.name()));
                break;
            }
        }
    }
}
