//! Plans: what runs for the requests of an operation, compiled when a snapshot is built.
//!
//! Each document is compiled once; the plans of a thousand operations share the blocks of the global one.
//! Never here: running a plan ([`crate::pipeline`]).

#[cfg(test)]
mod again_tests;
mod world;

use crate::block::{Block, Needs, Scope, Section};
use crate::codes;
use crate::compiler::{Compiler, Place};
use crate::document::{Document, compile_document};
use crate::effective::effective;
use crate::findings::{Findings, Options};
use crate::fragment::fragment;
use crate::outline::{OutlinedSection, outline};
use crate::resolvers::{Declared, Resolvers};
use crate::steps::read_step;
use crate::validation::Validated;
use crate::witness::Spot;
use catalog::{Api, ApiKind, Catalog, Operation, PolicyText, Product};
use diagnostic::{Diagnostic, Source, Span};
use expression::Reads;
use std::collections::{HashMap, HashSet};
use std::sync::Arc;
use world::World;

/// What is compiled will serve.
const SERVING: Options = Options {
    strict: false,
    serving: true,
};

/// The document of a gateway whose global scope has none.
const DEFAULT: &str = "<policies><inbound /><backend><forward-request /></backend><outbound /><on-error /></policies>";

/// The effective policies of an operation.
pub struct Plan {
    /// The operation; none for APIs without operations and for requests that match nothing.
    pub(crate) operation: Option<Arc<Operation>>,
    /// What messages are validated by that belongs to the whole API.
    pub(crate) schemas: ApiSchemas,
    /// What answers the requests of a GraphQL API, instead of a backend.
    pub(crate) resolvers: Option<Arc<Resolvers>>,
    /// Whether the API is one of gRPC, whose requests go over HTTP/2.
    pub(crate) is_grpc: bool,
    /// What runs.
    pub(crate) effective: Arc<Effective>,
}

/// Schemas of an API, each where a policy validates by it.
#[derive(Default)]
pub(crate) struct ApiSchemas {
    /// What GraphQL requests conform to.
    pub graphql: Option<Arc<graphql::Schema>>,
    /// What XML conforms to: the types of its WSDL.
    pub wsdl: Option<Arc<xsd::Schemas>>,
}

/// What runs for the requests of all operations that have the same documents.
#[derive(Default)]
pub(crate) struct Effective {
    inbound: Vec<Arc<Block>>,
    backend: Vec<Arc<Block>>,
    outbound: Vec<Arc<Block>>,
    on_error: Vec<Arc<Block>>,
    /// What runs after a backend section that has not forwarded, for MCP servers.
    pub(crate) implicit_forward: Option<Arc<Block>>,
    /// What must be there before the request leaves for the backend, because something reads it later.
    pub(crate) needs_before_backend: Needs,
    /// Behind the last step of outbound that keeps the response in the cache: its block, and the steps passed there.
    pub(crate) behind_cache_store: Option<(usize, usize)>,
    /// Whether a policy reads or replaces the message that answers a request to an MCP server.
    pub(crate) wants_answer: bool,
    /// Whether the API is an MCP server.
    pub(crate) is_mcp: bool,
    /// The resolvers that its policies name.
    declared: Vec<Arc<Declared>>,
}

impl Effective {
    fn new(chain: &[Arc<Document>], implicit_forward: Option<Arc<Block>>) -> Self {
        let [inbound, backend, outbound, on_error] = Section::ALL.map(|section| effective(chain, section));
        let needs = |blocks: &[Arc<Block>]| {
            blocks
                .iter()
                .fold(Needs::default(), |needs, block| needs.or(block.needs()))
        };
        let later = needs(&backend).or(needs(&outbound)).or(needs(&on_error));
        // Policies of inbound may have something done when the response leaves.
        let anywhere = later.or(needs(&inbound));
        let reads = Reads {
            request_body: later.reads.request_body,
            response_body: false,
        };
        let needs_before_backend = Needs { reads, answer: false };
        let is_mcp = implicit_forward.is_some();
        let declared = inbound.iter().chain(&backend).flat_map(|block| block.declares());
        let declared = declared.collect();
        let wants_answer = is_mcp && (anywhere.reads.response_body || anywhere.answer);
        let behind_cache_store = outbound.iter().enumerate().rev().find_map(|(at, block)| {
            let last = block.steps.iter().rposition(|step| step.keeps_response)?;
            Some((at, last + 1))
        });
        Self {
            inbound,
            backend,
            outbound,
            on_error,
            implicit_forward,
            needs_before_backend,
            behind_cache_store,
            wants_answer,
            is_mcp,
            declared,
        }
    }

    /// What its policies validate by what the operation's description says.
    fn validates(&self) -> Validated {
        let blocks = Section::ALL.into_iter().flat_map(|section| self.section(section));
        blocks.fold(Validated::default(), |all, block| all.or(block.validates()))
    }

    /// The blocks of a section in the order in which they run.
    fn section(&self, section: Section) -> &[Arc<Block>] {
        match section {
            Section::Inbound => &self.inbound,
            Section::Backend => &self.backend,
            Section::Outbound => &self.outbound,
            Section::OnError => &self.on_error,
        }
    }
}

impl Plan {
    /// Whether something runs when something fails.
    pub fn handles_errors(&self) -> bool {
        !self.section(Section::OnError).is_empty()
    }

    /// The blocks of a section in the order in which they run.
    pub(crate) fn section(&self, section: Section) -> &[Arc<Block>] {
        self.effective.section(section)
    }
}

/// What operations with the same documents share: what runs, and what answers instead of a backend.
type Shared = (Arc<Effective>, Option<Arc<Resolvers>>);

/// The plans of all operations of a catalog.
#[derive(Clone)]
pub struct Plans {
    global: Arc<Plan>,
    /// By the address of the API.
    by_api: HashMap<usize, Arc<ApiPlans>>,
    world: World,
    options: Options,
}

/// The plans of an API, and what compiling them has come to.
struct ApiPlans {
    by_place: HashMap<Key, Arc<Plan>>,
    problems: Vec<Diagnostic>,
    /// Fragments that are included.
    included: Vec<String>,
    /// Keeps the addresses from being used again.
    _api: Arc<Api>,
}

/// Addresses of operation and product; 0 for none.
type Key = (usize, usize);

fn address<T>(entity: Option<&Arc<T>>) -> usize {
    entity.map_or(0, |entity| Arc::as_ptr(entity).addr())
}

impl Plans {
    /// Compiles all policy documents of a catalog. With errors among the diagnostics the plans must not serve.
    pub fn compile(catalog: &Catalog) -> (Self, Vec<Diagnostic>) {
        let (plans, _, problems) = Self::compile_as(catalog, SERVING, None, None);
        (plans, problems)
    }

    /// Like [`Plans::compile`], after plans for the catalog before: those of APIs that are the same serve on, as long as
    /// all else that they depend on is as it was.
    pub fn compile_after(catalog: &Catalog, before: &Self) -> (Self, Vec<Diagnostic>) {
        let (plans, _, problems) = Self::compile_as(catalog, SERVING, None, Some(before));
        (plans, problems)
    }

    /// Like [`Plans::compile`], with all places that a [`crate::Witness`] may be told of.
    pub fn compile_to_watch(catalog: &Catalog) -> (Self, Vec<Arc<Spot>>, Vec<Diagnostic>) {
        Self::compile_as(catalog, SERVING, Some(Vec::new()), None)
    }

    /// Like [`Plans::compile_after`], after plans that may be watched too; nothing when these must not serve.
    pub fn compile_to_watch_after(catalog: &Catalog, before: &Self) -> Option<Self> {
        let (plans, _, problems) = Self::compile_as(catalog, SERVING, Some(Vec::new()), Some(before));
        (!problems.iter().any(Diagnostic::is_error)).then_some(plans)
    }

    /// All problems of the policy documents of a catalog that is checked and will not serve.
    pub fn check(catalog: &Catalog, options: Options) -> Vec<Diagnostic> {
        Self::compile_as(catalog, options, None, None).2
    }

    fn compile_as(
        catalog: &Catalog,
        options: Options,
        spots: Option<Vec<Arc<Spot>>>,
        before: Option<&Self>,
    ) -> (Self, Vec<Arc<Spot>>, Vec<Diagnostic>) {
        let world = World::of(catalog);
        let before = before.filter(|before| before.options == options && before.world.is_same(&world));
        let mut documents = Documents::new(catalog, options);
        let default = documents.compile_here(Scope::Global);
        documents.compiler.spots = spots;
        let forward = effective(std::slice::from_ref(&default), Section::Backend)
            .first()
            .cloned();
        // What many share comes first, so that what is found then is of no API.
        let global = documents.global(catalog, default);
        for product in catalog.products.values() {
            product
                .policy
                .iter()
                .for_each(|text| drop(documents.compile(text, Scope::Product)));
        }
        let mut by_api = HashMap::with_capacity(catalog.apis.len());
        for api in &catalog.apis {
            let address = address(Some(api));
            let plans = match before.and_then(|before| before.by_api.get(&address)) {
                Some(known) => {
                    documents.take_over(known);
                    Arc::clone(known)
                }
                None => Arc::new(documents.plans(catalog, api, &global, forward.as_ref())),
            };
            by_api.insert(address, plans);
        }
        documents.unused_fragments(catalog);
        let global = Plan {
            operation: None,
            schemas: ApiSchemas::default(),
            resolvers: None,
            is_grpc: false,
            effective: Arc::new(Effective::new(&[global], None)),
        };
        let plans = Self {
            global: Arc::new(global),
            by_api,
            world,
            options,
        };
        let spots = documents.compiler.spots.take().unwrap_or_default();
        (plans, spots, documents.compiler.findings.finish())
    }

    /// The effective policy of an operation of an API, called under a product or none, for people to read.
    pub fn outline(
        catalog: &Catalog,
        api: &Arc<Api>,
        operation: Option<&Arc<Operation>>,
        product: Option<&Arc<Product>>,
    ) -> Vec<OutlinedSection> {
        let options = Options {
            strict: false,
            serving: false,
        };
        let mut documents = Documents::new(catalog, options);
        let default = documents.compile_here(Scope::Global);
        let global = documents.global(catalog, default);
        let streams = matches!(api.kind, ApiKind::Mcp(_));
        outline(&documents.chain(&global, api, operation, product), streams)
    }

    /// The plan of an operation of an API, called under a product or none; all from the catalog that was compiled.
    pub fn plan(
        &self,
        api: &Arc<Api>,
        operation: Option<&Arc<Operation>>,
        product: Option<&Arc<Product>>,
    ) -> &Arc<Plan> {
        let key = |product| (address(operation), address(product));
        let Some(plans) = self.by_api.get(&address(Some(api))) else {
            return &self.global;
        };
        // A product that does not list the API (an inconsistent catalog) has no policies for it.
        let plan = plans.by_place.get(&key(product));
        plan.or_else(|| plans.by_place.get(&key(None))).unwrap_or(&self.global)
    }

    /// The plan for requests that match no API.
    pub fn global(&self) -> &Arc<Plan> {
        &self.global
    }
}

/// Documents compiled so far.
struct Documents<'c> {
    compiler: Compiler<'c>,
    known: HashMap<usize, Arc<Document>>,
    /// Schemas of GraphQL APIs by the API's address; nothing for those that cannot be used.
    graphql: HashMap<usize, Option<Arc<graphql::Schema>>>,
    /// Those in the WSDL of APIs, likewise.
    wsdl: HashMap<usize, Option<Arc<xsd::Schemas>>>,
    /// Resolvers that policies name in vain, by document and place, so that each is told once.
    told: HashSet<(usize, usize)>,
}

impl<'c> Documents<'c> {
    /// None yet; the default document stands first.
    fn new(catalog: &'c Catalog, options: Options) -> Self {
        let default = Source::new("default policies", DEFAULT);
        let place = Place {
            document: default.name().into(),
            source: default,
            section: None,
            scope: None,
        };
        Self {
            compiler: Compiler::new(Findings::new(options), Some(catalog), place, read_step),
            known: HashMap::new(),
            graphql: HashMap::new(),
            wsdl: HashMap::new(),
            told: HashSet::new(),
        }
    }

    /// The document of global scope, or the one for gateways without.
    fn global(&mut self, catalog: &Catalog, default: Arc<Document>) -> Arc<Document> {
        let text = catalog.policy.as_ref();
        text.map_or(default, |text| self.compile(text, Scope::Global))
    }

    /// The plans of an API.
    fn plans(
        &mut self,
        catalog: &Catalog,
        api: &Arc<Api>,
        global: &Arc<Document>,
        forward: Option<&Arc<Block>>,
    ) -> ApiPlans {
        let (found, included) = (self.compiler.findings.len(), self.compiler.included.len());
        let implicit_forward = forward.filter(|_| matches!(api.kind, ApiKind::Mcp(_)));
        let resolvers = self.resolvers(api);
        let products = api.products.iter().filter_map(|id| catalog.products.get(id));
        let mut by_place = HashMap::new();
        // Most operations have no documents of their own.
        let mut known = HashMap::<Vec<usize>, Shared>::new();
        for product in std::iter::once(None).chain(products.map(Some)) {
            for operation in std::iter::once(None).chain(api.operations.iter().map(Some)) {
                let chain = self.chain(global, api, operation, product);
                let addresses = chain.iter().map(|document| address(Some(document))).collect();
                let (effective, resolvers) = known.entry(addresses).or_insert_with(|| {
                    let mut effective = Effective::new(&chain, implicit_forward.cloned());
                    let resolvers = self.with_declared(api, resolvers.as_ref(), &effective.declared);
                    if !effective.declared.is_empty() && resolvers.is_some() {
                        effective.implicit_forward = forward.cloned();
                    }
                    effective.needs_before_backend.reads.request_body |= resolvers.is_some();
                    (Arc::new(effective), resolvers)
                });
                let (effective, resolvers) = (Arc::clone(effective), resolvers.clone());
                let schemas = self.prepare(api, operation, product, effective.validates());
                let plan = Plan {
                    operation: operation.cloned(),
                    schemas,
                    resolvers,
                    is_grpc: matches!(api.kind, ApiKind::Grpc),
                    effective,
                };
                by_place.insert((address(operation), address(product)), Arc::new(plan));
            }
        }
        ApiPlans {
            by_place,
            problems: self.compiler.findings.since(found),
            included: self.compiler.included.get(included..).unwrap_or_default().to_vec(),
            _api: Arc::clone(api),
        }
    }

    /// Takes over what was found when plans were compiled before.
    fn take_over(&mut self, plans: &ApiPlans) {
        for problem in &plans.problems {
            self.compiler.findings.push(problem.clone());
        }
        self.compiler.included.extend_from_slice(&plans.included);
    }

    /// The documents of an operation, the most specific one first.
    fn chain(
        &mut self,
        global: &Arc<Document>,
        api: &Api,
        operation: Option<&Arc<Operation>>,
        product: Option<&Arc<Product>>,
    ) -> Vec<Arc<Document>> {
        let texts = [
            (
                operation.and_then(|operation| operation.policy.as_ref()),
                Scope::Operation,
            ),
            (api.policy.as_ref(), Scope::Api),
            (product.and_then(|product| product.policy.as_ref()), Scope::Product),
        ];
        let mut chain = Vec::new();
        for (text, scope) in texts {
            chain.extend(text.map(|text| self.compile(text, scope)));
        }
        chain.push(Arc::clone(global));
        chain
    }

    fn compile(&mut self, text: &Arc<PolicyText>, scope: Scope) -> Arc<Document> {
        if let Some(known) = self.known.get(&address(Some(text))) {
            return Arc::clone(known);
        }
        self.compiler.place.source = Arc::clone(&text.source);
        self.compiler.place.document = text.source.name().into();
        let document = self.compile_here(scope);
        self.known.insert(address(Some(text)), Arc::clone(&document));
        document
    }

    /// Compiles what an operation's messages are validated by; gives what belongs to its API.
    fn prepare(
        &mut self,
        api: &Arc<Api>,
        operation: Option<&Arc<Operation>>,
        product: Option<&Arc<Product>>,
        validated: Validated,
    ) -> ApiSchemas {
        let mut schemas = ApiSchemas::default();
        if validated == Validated::default() {
            return schemas;
        }
        let own = operation
            .and_then(|operation| operation.policy.as_ref())
            .or(api.policy.as_ref());
        let of_product = product.and_then(|product| product.policy.as_ref());
        let global = self.compiler.catalog.and_then(|catalog| catalog.policy.as_ref());
        let Some(text) = own.or(of_product).or(global) else {
            return schemas;
        };
        let mut problems = operation
            .map(|operation| validated.prepare(api, operation))
            .unwrap_or_default();
        if validated.graphql {
            let known = self.graphql.entry(Arc::as_ptr(api).addr()).or_insert_with(|| {
                let read = graphql_schema(api);
                read.map_err(|problem| problems.push(problem)).ok()
            });
            schemas.graphql.clone_from(known);
        }
        if validated.wsdl {
            let catalog = self.compiler.catalog;
            let known = self.wsdl.entry(Arc::as_ptr(api).addr()).or_insert_with(|| {
                let compiled = catalog.and_then(|catalog| catalog.wsdl_schema(api));
                match compiled {
                    Some(Ok(schemas)) => return Some(schemas),
                    Some(Err(found)) => problems.extend(
                        found
                            .iter()
                            .map(|problem| format!("the WSDL of API `{}` cannot be used: {problem}", api.id)),
                    ),
                    None => problems.push(format!(
                        "API `{}` has no `specification.wsdl` with a schema to validate XML by",
                        api.id
                    )),
                }
                None
            });
            schemas.wsdl.clone_from(known);
        }
        for problem in problems {
            let problem = Diagnostic::warning(codes::UNUSABLE_SCHEMA, &text.source, Span::at(0), problem);
            self.compiler.findings.push(problem);
        }
        schemas
    }

    /// Compiles the resolvers of a GraphQL API; none for other APIs and where its schema cannot be used.
    fn resolvers(&mut self, api: &Api) -> Option<Arc<Resolvers>> {
        let first = api.resolvers.first()?;
        let mut resolvers = match graphql_schema(api) {
            Ok(schema) => {
                self.compiler.graphql = Some(Arc::clone(&schema));
                Resolvers::new(schema)
            }
            Err(problem) => {
                let source = &first.policy.source;
                let problem = Diagnostic::error(codes::UNUSABLE_SCHEMA, source, Span::at(0), problem);
                self.compiler.findings.push(problem);
                return None;
            }
        };
        for resolver in &api.resolvers {
            let (type_name, field) = (&resolver.type_name, &resolver.field);
            if !resolvers.schema().has_field(type_name, field) {
                let message = format!(
                    "the schema of API `{}` has no field `{type_name}.{field}`: resolver `{}` is never called",
                    api.id, resolver.id
                );
                let problem =
                    Diagnostic::warning(codes::UNKNOWN_REFERENCE, &resolver.policy.source, Span::at(0), message);
                self.compiler.findings.push(problem);
                continue;
            }
            let source = Arc::clone(&resolver.policy.source);
            let nodes = crate::xml::read(&source, &mut self.compiler.findings);
            self.compiler.place = Place {
                document: source.name().into(),
                source,
                section: None,
                scope: None,
            };
            let document = self.compiler.steps(&nodes, "");
            if document.steps.len() > 1 {
                let message = "a resolver's document holds one data source";
                self.compiler.error(codes::DOCUMENT_SHAPE, Span::at(0), message);
            }
            resolvers.add(type_name, field, document);
        }
        self.compiler.graphql = None;
        Some(Arc::new(resolvers))
    }

    /// The resolvers of a GraphQL API with those that policies name; what these are good for is told once.
    fn with_declared(
        &mut self,
        api: &Api,
        managed: Option<&Arc<Resolvers>>,
        declared: &[Arc<Declared>],
    ) -> Option<Arc<Resolvers>> {
        let managed = managed.cloned();
        if declared.is_empty() || !matches!(api.kind, ApiKind::GraphQl) {
            return managed;
        }
        let mut warn = |one: &Declared, message: String| {
            let told = (address(Some(&one.source)), one.span.start);
            if self.told.insert(told) {
                let problem = Diagnostic::warning(codes::UNKNOWN_REFERENCE, &one.source, one.span, message);
                self.compiler.findings.push(problem);
            }
        };
        let managed = match managed.map_or_else(
            || graphql_schema(api).map(|schema| Arc::new(Resolvers::new(schema))),
            Ok,
        ) {
            Ok(managed) => managed,
            Err(problem) => {
                for one in declared {
                    warn(one, problem.clone());
                }
                return None;
            }
        };
        for one in declared {
            if !managed.schema().has_field(&one.type_name, &one.field) {
                let (type_name, field) = (&one.type_name, &one.field);
                let message = format!(
                    "the schema of API `{}` has no field `{type_name}.{field}`: this is never called",
                    api.id
                );
                warn(one, message);
            }
        }
        Some(Arc::new(managed.and(declared)))
    }

    /// Checks the fragments that no document includes.
    fn unused_fragments(&mut self, catalog: &Catalog) {
        (self.compiler.place.scope, self.compiler.place.section) = (None, None);
        for id in catalog.fragments.keys() {
            if !self.compiler.included.contains(id) {
                fragment(&mut self.compiler, id, Span::at(0));
            }
        }
    }

    fn compile_here(&mut self, scope: Scope) -> Arc<Document> {
        self.compiler.place.scope = Some(scope);
        let source = Arc::clone(&self.compiler.place.source);
        let nodes = crate::xml::read(&source, &mut self.compiler.findings);
        Arc::new(compile_document(&mut self.compiler, &nodes))
    }
}

/// The schema of a GraphQL API, or why there is none.
fn graphql_schema(api: &Api) -> Result<Arc<graphql::Schema>, String> {
    let Some(text) = &api.graphql_schema else {
        return Err(format!(
            "API `{}` has no GraphQL schema to validate requests by, so that all are refused: it has no `specification.graphql`",
            api.id
        ));
    };
    match graphql::Schema::parse(text) {
        Ok(schema) => Ok(Arc::new(schema)),
        Err(errors) => {
            let first = errors.into_iter().next().unwrap_or_default();
            let (line, column) = first.location.unwrap_or_default();
            Err(format!(
                "API `{}`: its GraphQL schema cannot be used, so that all requests are refused: {} (line {line}, column {column})",
                api.id, first.message
            ))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::Bench;

    /// The errors of a catalog made of these documents.
    fn errors(documents: &[(&str, &str)]) -> String {
        let (_, problems) = Plans::compile(&Bench::with_documents(documents).catalog);
        let errors = problems.iter().filter(|problem| problem.is_error());
        errors
            .map(|problem| format!("{} {}", problem.file(), problem.message))
            .collect::<Vec<_>>()
            .join("\n")
    }

    fn including(id: &str) -> String {
        format!("<fragment><include-fragment fragment-id='{id}' /></fragment>")
    }

    #[test]
    fn fragments_are_found_and_end() {
        let api = "<policies><inbound><include-fragment fragment-id='one' /></inbound></policies>";
        for (one, expected) in [
            ("<fragment><set-method>GET</set-method></fragment>".to_owned(), ""),
            (
                including("one"),
                "one.xml fragment \"one\" is included by itself or too deeply: one → one",
            ),
            (including("two"), "one.xml there is no fragment \"two\""),
            (
                "<fragment><forward-request /></fragment>".to_owned(),
                "one.xml `<forward-request>` may not stand in inbound, expected in backend",
            ),
            (
                "<policies />".to_owned(),
                "one.xml found `<policies>`, expected `<fragment>`",
            ),
        ] {
            assert_eq!(errors(&[("api", api), ("one", &one)]), expected);
        }
    }

    #[test]
    fn fragments_are_nested_too_deep_whoever_came_first() {
        let nested: Vec<String> = (2..=9).map(|number| including(&format!("f{number}"))).collect();
        let mut documents: Vec<(String, &str)> = Vec::new();
        documents.extend(
            nested
                .iter()
                .zip(1..)
                .map(|(text, number)| (format!("f{number}"), text.as_str())),
        );
        documents.push(("f9".into(), "<fragment><set-method>GET</set-method></fragment>"));
        let api = "<policies><inbound><include-fragment fragment-id='f1' /></inbound></policies>";
        let global = "<policies><inbound><include-fragment fragment-id='f2' /></inbound></policies>";
        documents.push(("api".into(), api));
        let of = |documents: &[(String, &str)]| {
            let documents: Vec<_> = documents.iter().map(|(name, text)| (name.as_str(), *text)).collect();
            errors(&documents)
        };
        assert!(of(&documents).contains("too deeply"));
        documents.push(("global".into(), global));
        assert!(of(&documents).contains("too deeply"), "one of them is known before");
    }

    #[test]
    fn a_fragment_that_nobody_includes_is_checked_too() {
        assert_eq!(
            errors(&[("lonely", "<fragment><x /></fragment>")]),
            "lonely.xml `<x>` is no policy"
        );
    }

    #[test]
    fn what_is_not_built_stops_serving_and_not_checking() {
        let bench = Bench::with_documents(&[("api", "<policies><inbound><llm-token-limit /></inbound></policies>")]);
        assert!(Plans::compile(&bench.catalog).1[0].is_error());
        assert!(!Plans::check(&bench.catalog, Options::default())[0].is_error());
    }

    #[test]
    fn names_that_named_values_will_give_are_looked_up_when_they_are_known() {
        let api = "<policies><inbound>
            <set-backend-service backend-id='{{n}}' />
            <log-to-eventhub logger-id='a-{{n}}'>text</log-to-eventhub>
            <include-fragment fragment-id='{{n}}' />
            <authentication-certificate thumbprint='{{n}}' />
            <cors><allowed-origins><origin>{{n}}</origin></allowed-origins></cors>
            <validate-content unspecified-content-type-action='ignore' max-size='1' size-exceeded-action='ignore'>
                <content type='a/json' validate-as='json' action='ignore' schema-id='{{n}}' />
            </validate-content>
            <validate-client-certificate validate-revocation='false'>
                <identities><identity issuer-certificate-id='{{n}}' /></identities>
            </validate-client-certificate>
            <validate-jwt header-name='A'>
                <issuer-signing-keys><key certificate-id='{{n}}' /></issuer-signing-keys>
            </validate-jwt>
            </inbound></policies>";
        let bench = Bench::with_documents(&[("api", api)]);
        let told = |problems: Vec<Diagnostic>| -> Vec<String> {
            let errors = problems.into_iter().filter(Diagnostic::is_error);
            errors.map(|problem| problem.message).collect()
        };
        assert_eq!(told(Plans::check(&bench.catalog, Options::default())), [""; 0]);
        assert_eq!(
            told(Plans::compile(&bench.catalog).1),
            [
                "there is no backend \"{{n}}\"",
                "there is no logger \"a-{{n}}\"",
                "there is no fragment \"{{n}}\"",
                "there is no certificate \"{{n}}\" with its private key",
                "there is no schema \"{{n}}\"",
                "`issuer-certificate-id` names no certificate of the folder",
                "there is no certificate \"{{n}}\"",
            ]
        );
    }

    #[test]
    fn fragments_that_multiply_are_refused() {
        let twenty = |id: &str| {
            format!(
                "<fragment>{}</fragment>",
                format!("<include-fragment fragment-id='{id}' />").repeat(20)
            )
        };
        let chain = ["b", "c", "d", "e", "f"].map(twenty);
        let documents = [
            ("a", chain[0].as_str()),
            ("b", &chain[1]),
            ("c", &chain[2]),
            ("d", &chain[3]),
            ("e", &chain[4]),
            ("f", "<fragment><set-method>GET</set-method></fragment>"),
        ];
        assert!(errors(&documents).contains("comes to more than 100000 policies"));
    }

    #[test]
    fn the_operations_of_a_catalog_share_the_global_block() {
        let global = "<policies><inbound><set-method>GET</set-method></inbound></policies>";
        let mut bench = Bench::with_documents(&[("global", global)]);
        let (with, without) = (bench.catalog.products["gold"].clone(), None);
        let (one, other) = (bench.plan(Some(&with)), bench.plan(without));
        assert!(Arc::ptr_eq(&one.effective.inbound[0], &other.effective.inbound[0]));
    }
}
