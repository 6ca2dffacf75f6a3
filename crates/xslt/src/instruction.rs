//! A compiled stylesheet: templates, keys, variables, and the instructions that their bodies are made of.

use crate::avt::Avt;
use crate::format::decimal::DecimalFormat;
use std::collections::HashMap;
use std::sync::Arc;
use xml::Name;
use xml::xpath::{Bound, Pattern};

/// A query with where it stands, for what is said when it fails.
#[derive(Debug)]
pub struct Select {
    /// The query.
    pub query: Bound,
    /// As it was written.
    pub text: Arc<str>,
}

/// Instructions in a row.
pub type Body = Vec<Instruction>;

/// Prefixes that mean something at an element of the stylesheet.
pub type Prefixes = Arc<HashMap<Arc<str>, Arc<str>>>;

/// A stylesheet.
#[derive(Debug, Default)]
pub struct Program {
    /// All templates, in the order of the document.
    pub templates: Vec<Template>,
    /// Which templates are tried for which nodes.
    pub rules: HashMap<Option<Name>, Rules>,
    /// Global variables and parameters; their numbers are their places here.
    pub globals: Vec<Global>,
    /// `xsl:key`
    pub keys: HashMap<Name, Vec<Key>>,
    /// Calls of functions of `XSLT`; their numbers are their places here.
    pub calls: Vec<Call>,
    /// `xsl:decimal-format`; the unnamed one has no name.
    pub decimal_formats: HashMap<Option<Name>, DecimalFormat>,
    /// `xsl:attribute-set`, joined by name.
    pub attribute_sets: HashMap<Name, AttributeSet>,
    /// `xsl:strip-space` and `xsl:preserve-space`.
    pub spaces: Vec<Space>,
    /// `xsl:output`
    pub output: Output,
}

impl Program {
    /// The number of a global parameter.
    pub fn parameter(&self, name: &Name) -> Option<usize> {
        self.globals
            .iter()
            .position(|global| global.is_parameter && global.name == *name)
    }
}

/// `xsl:template`
#[derive(Debug)]
pub struct Template {
    /// Its content, `xsl:param` first.
    pub body: Body,
    /// How many variables its content has at once.
    pub slots: usize,
}

/// The rules of one mode, best first.
#[derive(Debug, Default)]
pub struct Rules(pub Vec<Rule>);

/// A pattern and the template that it leads to.
#[derive(Debug)]
pub struct Rule {
    /// For which nodes.
    pub pattern: Pattern,
    /// The higher one wins.
    pub priority: f64,
    /// The template's number.
    pub template: usize,
}

/// A global variable or parameter.
#[derive(Debug)]
pub struct Global {
    /// Its name.
    pub name: Name,
    /// Whether it can be given from outside.
    pub is_parameter: bool,
    /// What it is.
    pub value: Content,
    /// How many variables that has at once.
    pub slots: usize,
}

/// `xsl:key`
#[derive(Debug)]
pub struct Key {
    /// Which nodes have it.
    pub patterns: Vec<Pattern>,
    /// Its value or values at such a node.
    pub value: Select,
}

/// A call of a function that `XSLT` adds to `XPath`.
#[derive(Debug)]
pub struct Call {
    /// Which one.
    pub function: Function,
    /// What prefixes in its arguments mean.
    pub prefixes: Prefixes,
}

/// The functions that `XSLT` adds (12), and `node-set()`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Function {
    Current,
    /// `element-available()`
    OffersElement,
    FormatNumber,
    /// `function-available()`
    Offers,
    GenerateId,
    Key,
    NodeSet,
    SystemProperty,
}

/// `xsl:attribute-set`
#[derive(Debug, Default)]
pub struct AttributeSet {
    /// Sets whose attributes come first.
    pub uses: Vec<Name>,
    /// `xsl:attribute`s.
    pub body: Body,
    /// How many variables they have at once.
    pub slots: usize,
}

/// Whether whitespace between elements counts, for some elements.
#[derive(Debug)]
pub struct Space {
    /// The elements: all, all of a namespace, or of one name.
    pub test: SpaceTest,
    /// Whether it is left out.
    pub strips: bool,
}

/// A name test of `xsl:strip-space`.
#[derive(Debug, PartialEq, Eq)]
pub enum SpaceTest {
    /// `*`
    Any,
    /// `p:*`
    In(Arc<str>),
    /// A name.
    Named(Name),
}

/// `xsl:output`
#[derive(Debug, Default)]
pub struct Output {
    /// How it is written; `None` lets the result's first element decide.
    pub method: Option<Method>,
    /// The encoding.
    pub encoding: Encoding,
    /// Whether the XML declaration is left out; by default it is written.
    pub omits_declaration: bool,
    /// `standalone` of the declaration.
    pub standalone: Option<bool>,
    /// The document type's public identifier.
    pub public: Option<Arc<str>>,
    /// The document type's system identifier.
    pub system: Option<Arc<str>>,
    /// Elements whose text is written as CDATA.
    pub cdata: Vec<Name>,
    /// Whether lines are broken; `None`: as the method does.
    pub indents: Option<bool>,
}

/// How a result is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Method {
    Xml,
    Html,
    Text,
}

/// The encodings that results are written in.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Encoding {
    #[default]
    Utf8,
    /// Little endian, with a mark.
    Utf16,
    Latin1,
    Ascii,
}

/// What a variable, parameter or `xsl:with-param` holds.
#[derive(Debug)]
pub enum Content {
    /// What a query gives.
    Select(Select),
    /// What instructions make.
    Body(Body),
    /// The empty text.
    Empty,
}

/// `xsl:with-param`
#[derive(Debug)]
pub struct With {
    /// The parameter.
    pub name: Name,
    /// Its value.
    pub value: Content,
}

/// `xsl:sort`
#[derive(Debug)]
pub struct Sort {
    /// What is sorted by.
    pub key: Select,
    /// `number` or `text`.
    pub kind: Avt,
    /// `ascending` or `descending`.
    pub order: Avt,
    /// `upper-first` or `lower-first`; empty for the language's own.
    pub case: Avt,
}

/// `xsl:number`
#[derive(Debug)]
pub struct Numbering {
    /// A number that is given instead of counted.
    pub value: Option<Select>,
    /// How is counted.
    pub level: Level,
    /// Which nodes count; those like the current one by default.
    pub count: Option<Vec<Pattern>>,
    /// Where counting begins.
    pub from: Option<Vec<Pattern>>,
    /// The numbers' format.
    pub format: Avt,
    /// What stands between groups of digits.
    pub grouping_separator: Avt,
    /// How many digits a group has.
    pub grouping_size: Avt,
}

/// How `xsl:number` counts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Level {
    Single,
    Multiple,
    Any,
}

/// A step of a body.
#[derive(Debug)]
pub enum Instruction {
    /// A text; `raw`: written without references.
    Text { text: Arc<str>, raw: bool },
    /// `xsl:value-of`
    ValueOf { select: Select, raw: bool },
    /// An element of the result as it stands in the stylesheet.
    Literal(Box<Literal>),
    /// `xsl:element`
    Element {
        name: Avt,
        namespace: Option<Avt>,
        prefixes: Prefixes,
        uses: Vec<Name>,
        body: Body,
    },
    /// `xsl:attribute`
    Attribute {
        name: Avt,
        namespace: Option<Avt>,
        prefixes: Prefixes,
        body: Body,
    },
    /// `xsl:comment`
    Comment(Body),
    /// `xsl:processing-instruction`
    Processing { name: Avt, body: Body },
    /// `xsl:copy`
    Copy { uses: Vec<Name>, body: Body },
    /// `xsl:copy-of`
    CopyOf(Select),
    /// `xsl:for-each`
    ForEach {
        select: Select,
        sorts: Vec<Sort>,
        body: Body,
    },
    /// `xsl:choose`, and `xsl:if` as one without `xsl:otherwise`
    Choose {
        whens: Vec<(Select, Body)>,
        otherwise: Body,
    },
    /// `xsl:apply-templates`
    ApplyTemplates {
        select: Option<Select>,
        mode: Option<Name>,
        sorts: Vec<Sort>,
        with: Vec<With>,
    },
    /// `xsl:apply-imports`: nothing is imported, so the built-in rule.
    ApplyImports,
    /// `xsl:call-template`
    CallTemplate { template: usize, with: Vec<With> },
    /// `xsl:variable`
    Variable { slot: usize, value: Content },
    /// `xsl:param` of a template
    Parameter { slot: usize, name: Name, value: Content },
    /// `xsl:number`
    Number(Box<Numbering>),
    /// `xsl:message`
    Message { terminates: bool, body: Body },
    /// Instructions in place of one that is not known: `xsl:fallback`
    Fallback(Body),
}

/// An element of the result as it stands in the stylesheet.
#[derive(Debug)]
pub struct Literal {
    /// Its name.
    pub name: Name,
    /// Its prefix.
    pub prefix: Option<Arc<str>>,
    /// Declarations that it takes along: prefix and namespace.
    pub declarations: Vec<(Arc<str>, Arc<str>)>,
    /// Its attributes.
    pub attributes: Vec<(Name, Option<Arc<str>>, Avt)>,
    /// Attribute sets that come first.
    pub uses: Vec<Name>,
    /// Its content.
    pub body: Body,
}
