//! No schema and no document panics, hangs or takes memory without bounds.
//!
//! Not here: what is right and wrong.

#![expect(clippy::indexing_slicing, reason = "a test that finds nothing there fails")]

use proptest::prelude::*;
use std::fmt::Write;
use xsd::{Part, Schemas, Source};

const XS: &str = "xmlns:xs='http://www.w3.org/2001/XMLSchema'";

fn run(schema: &str, document: &str) -> Result<usize, String> {
    let source = Source {
        name: "s",
        text: schema,
    };
    let schemas = Schemas::compile("s", &[source]).map_err(|problems| problems[0].message.clone())?;
    schemas.validate(document, Part::Root, 5).map(|faults| faults.len())
}

/// Parts of schemas and documents, put together at random.
fn pieces() -> impl Strategy<Value = String> {
    let words = prop::sample::select(vec![
        "<xs:element name='a'",
        "<xs:element ref='a'",
        "<xs:complexType",
        "<xs:complexType name='t'",
        "<xs:simpleType name='u'",
        "<xs:simpleType",
        "<xs:sequence",
        "<xs:choice",
        "<xs:all",
        "<xs:any",
        "<xs:attribute name='x'",
        "<xs:group name='g'",
        "<xs:group ref='g'",
        "<xs:restriction base='xs:int'",
        "<xs:restriction base='u'",
        "<xs:extension base='t'",
        "<xs:complexContent",
        "<xs:simpleContent",
        "<xs:list itemType='u'",
        "<xs:union memberTypes='u xs:int'",
        "<xs:pattern value='[a-z]+'",
        "<xs:enumeration value='1'",
        "<xs:minInclusive value='0'",
        "<xs:key name='k'",
        "<xs:selector xpath='.//a'",
        "<xs:field xpath='@x'",
        "<xs:keyref name='l' refer='k'",
        "<xs:include schemaLocation='s'",
        "<xs:import namespace='n'",
        "<xs:attributeGroup ref='h'",
        "<xs:attributeGroup name='h'",
        "<xs:anyAttribute",
        " type='t'",
        " type='u'",
        " type='xs:int'",
        " minOccurs='0'",
        " maxOccurs='unbounded'",
        " maxOccurs='7'",
        " substitutionGroup='a'",
        " mixed='true'",
        " abstract='true'",
        " fixed='1'",
        " default='2'",
        " use='required'",
        ">",
        "/>",
        "/>",
        "</xs:element>",
        "</xs:complexType>",
        "</xs:sequence>",
        "</xs:choice>",
        "</xs:group>",
        "</xs:restriction>",
        "</xs:extension>",
        "</xs:complexContent>",
        "</xs:simpleType>",
        "</xs:key>",
    ]);
    prop::collection::vec(words, 0..40).prop_map(|words| words.concat())
}

/// Whole trees of schema elements, so that most get beyond the reader.
fn tree() -> impl Strategy<Value = String> {
    let leaf = prop::sample::select(vec![
        "<xs:element name='a' type='t'/>",
        "<xs:element ref='a' minOccurs='0'/>",
        "<xs:any processContents='lax' minOccurs='0'/>",
        "<xs:attribute name='x' type='u'/>",
        "<xs:group ref='g' maxOccurs='3'/>",
        "<xs:element name='b' type='xs:date'/>",
        "<xs:anyAttribute/>",
        "<xs:attributeGroup ref='h'/>",
    ]);
    let leaf = leaf.prop_map(str::to_owned);
    leaf.prop_recursive(5, 40, 4, |inner| {
        let wrapper = prop::sample::select(vec![
            ("<xs:sequence>", "</xs:sequence>"),
            ("<xs:choice maxOccurs='unbounded'>", "</xs:choice>"),
            ("<xs:all>", "</xs:all>"),
            (
                "<xs:element name='c'><xs:complexType>",
                "</xs:complexType></xs:element>",
            ),
            ("<xs:complexType name='t'>", "</xs:complexType>"),
            ("<xs:group name='g'>", "</xs:group>"),
            (
                "<xs:complexContent><xs:extension base='t'>",
                "</xs:extension></xs:complexContent>",
            ),
            ("<xs:sequence minOccurs='0' maxOccurs='4'>", "</xs:sequence>"),
            ("<xs:attributeGroup name='h'>", "</xs:attributeGroup>"),
        ]);
        (wrapper, prop::collection::vec(inner, 1..4))
            .prop_map(|((open, close), inner)| format!("{open}{}{close}", inner.concat()))
    })
}

fn document() -> impl Strategy<Value = String> {
    let words = prop::sample::select(vec![
        "<a>",
        "</a>",
        "<b/>",
        "<c>",
        "</c>",
        "<a x='1'/>",
        "1",
        " ",
        "<b>2024-01-01</b>",
        "<d xmlns='u'/>",
    ]);
    prop::collection::vec(words, 0..30).prop_map(|words| format!("<a>{}</a>", words.concat()))
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(192))]

    #[test]
    fn any_schema(pieces in pieces(), document in document()) {
        let _ = run(&format!("<xs:schema {XS}>{pieces}</xs:schema>"), &document);
    }

    #[test]
    fn any_tree(
        trees in prop::collection::vec(tree(), 1..5), model in tree(), documents in prop::collection::vec(document(), 1..4),
    ) {
        let simple = "<xs:simpleType name='u'><xs:restriction base='xs:int'/></xs:simpleType>";
        let root = format!("<xs:element name='a'><xs:complexType>{model}</xs:complexType></xs:element>");
        for top in [trees.concat(), format!("{root}{}", trees.concat()), root] {
            for document in &documents {
                let _ = run(&format!("<xs:schema {XS}>{simple}{top}</xs:schema>"), document);
            }
        }
    }

    #[test]
    fn any_text(schema in ".{0,60}", document in ".{0,60}") {
        let _ = run(&schema, &document);
        let _ = run(&format!("<xs:schema {XS}><xs:element name='a'/></xs:schema>"), &document);
    }

    #[test]
    fn any_pattern_and_value(pattern in r"[a-c\[\](){}\\\^$.*+?|,0-9pPLuiIcCdw-]{0,20}", value in "[a-c0-9 \\-.:TZPYMDHSe]{0,24}", kind in 0_usize..20) {
        let pattern = pattern.replace(['&', '\'', '<'], "");
        let schema = format!("<xs:schema {XS}><xs:element name='a'><xs:simpleType><xs:restriction base='xs:string'><xs:pattern value='{pattern}'/></xs:restriction></xs:simpleType></xs:element></xs:schema>");
        let document = format!("<a>{value}</a>");
        let _ = run(&schema, &document);
        let kinds = ["decimal", "float", "duration", "dateTime", "time", "date", "gYear", "gYearMonth", "gMonthDay", "gDay", "gMonth",
            "hexBinary", "base64Binary", "anyURI", "QName", "language", "integer", "boolean", "NMTOKENS", "IDREFS"];
        let schema = format!("<xs:schema {XS}><xs:element name='a' type='xs:{}'/></xs:schema>", kinds[kind]);
        prop_assert!(run(&schema, &document).is_ok());
    }
}

#[test]
fn groups_that_double_are_refused() {
    let mut groups = String::new();
    for number in 0..40 {
        let next = number + 1;
        write!(
            groups,
            "<xs:group name='g{number}'><xs:sequence><xs:group ref='g{next}'/><xs:group ref='g{next}'/></xs:sequence></xs:group>"
        )
        .unwrap();
    }
    groups += "<xs:group name='g40'><xs:sequence><xs:element name='a'/></xs:sequence></xs:group>";
    let schema = format!("<xs:schema {XS}>{groups}</xs:schema>");
    assert_eq!(run(&schema, "<a/>"), Err("the content models are too large".to_owned()));
}

#[test]
fn what_is_nested_deep_is_refused_or_read() {
    let mut types = String::from("<xs:complexType name='t0'/>");
    for number in 1..3000 {
        let base = number - 1;
        write!(
            types,
            "<xs:complexType name='t{number}'><xs:complexContent><xs:extension base='t{base}'/></xs:complexContent></xs:complexType>"
        )
        .unwrap();
    }
    let schema = format!("<xs:schema {XS}>{types}</xs:schema>");
    assert_eq!(
        run(&schema, "<a/>"),
        Err("types are derived from each other too often".to_owned())
    );
    let models = format!("{}{}", "<xs:sequence>".repeat(900), "</xs:sequence>".repeat(900));
    let schema = format!("<xs:schema {XS}><xs:complexType name='t'>{models}</xs:complexType></xs:schema>");
    assert_eq!(
        run(&schema, "<a/>"),
        Err("content models are nested too deep".to_owned())
    );
    let schema = format!("<xs:schema {XS}><xs:element name='a'/></xs:schema>");
    let document = format!("{}{}", "<a>".repeat(900), "</a>".repeat(900));
    assert_eq!(run(&schema, &document), Ok(0));
}

#[test]
fn keys_of_nested_elements_stop_at_a_limit() {
    let schema = format!(
        "<xs:schema {XS}><xs:element name='a'><xs:complexType><xs:sequence><xs:any minOccurs='0' maxOccurs='unbounded'/></xs:sequence>\
         </xs:complexType><xs:unique name='u'><xs:selector xpath='.//a'/><xs:field xpath='@x'/></xs:unique></xs:element></xs:schema>"
    );
    let document = format!("{}{}{}", "<a>".repeat(800), "<a/>".repeat(40_000), "</a>".repeat(800));
    assert_eq!(run(&schema, &document), Ok(5));
}
