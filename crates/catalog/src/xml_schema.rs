//! XML schemas of the folder and of APIs' WSDL: compiled when somebody asks, once for all who do.
//!
//! A schema is compiled together with those that it includes and imports from the folder, so what was compiled is kept
//! for as long as none of the folder's schemas is another. Never here: validation.

use crate::model::{Api, Catalog, SharedSchema};
use crate::specification::WSDL;
use std::fmt;
use std::hash::{DefaultHasher, Hash, Hasher};
use std::sync::{Arc, Mutex, PoisonError};
use xsd::{Schemas, Source};

/// A schema, or why it cannot be used: its problems with their places.
type Compiled = Result<Arc<Schemas>, Arc<[xsd::Problem]>>;

/// An XML schema as text.
pub struct XmlSchema {
    text: Box<str>,
    /// What was compiled, and of which schemas.
    compiled: Mutex<Option<(u64, Compiled)>>,
}

impl XmlSchema {
    /// A schema that is compiled when it is needed.
    pub fn new(text: impl Into<Box<str>>) -> Self {
        Self {
            text: text.into(),
            compiled: Mutex::default(),
        }
    }
}

impl fmt::Debug for XmlSchema {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{:?}", self.text)
    }
}

impl PartialEq for XmlSchema {
    fn eq(&self, other: &Self) -> bool {
        self.text == other.text
    }
}

impl Catalog {
    /// The compiled XML schema of an id; `None` where there is none.
    pub fn xml_schema(&self, id: &str) -> Option<Compiled> {
        let Some(SharedSchema::Xml(schema)) = self.schemas.get(id) else {
            return None;
        };
        Some(schema.compiled(id, &self.xml_sources().collect::<Vec<_>>()))
    }

    /// The compiled XML schemas in the types of an API's WSDL, which may import the folder's; `None` where it has none.
    pub fn wsdl_schema(&self, api: &Api) -> Option<Compiled> {
        let wsdl = api.wsdl.as_ref()?;
        let own = Source {
            name: WSDL,
            text: &wsdl.text,
        };
        let sources: Vec<_> = std::iter::once(own).chain(self.xml_sources()).collect();
        Some(wsdl.compiled(WSDL, &sources))
    }

    fn xml_sources(&self) -> impl Iterator<Item = Source<'_>> {
        self.schemas.iter().filter_map(|(name, schema)| match schema {
            SharedSchema::Xml(schema) => Some(Source {
                name,
                text: &schema.text,
            }),
            SharedSchema::Json(_) => None,
        })
    }
}

impl XmlSchema {
    fn compiled(&self, name: &str, sources: &[Source<'_>]) -> Compiled {
        let mut hasher = DefaultHasher::new();
        for source in sources {
            (source.name, source.text).hash(&mut hasher);
        }
        let all = hasher.finish();
        let mut kept = self.compiled.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some((of, compiled)) = &*kept
            && *of == all
        {
            return compiled.clone();
        }
        let compiled = Schemas::compile(name, sources).map(Arc::new).map_err(Arc::from);
        *kept = Some((all, compiled.clone()));
        compiled
    }
}
