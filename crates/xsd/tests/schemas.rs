//! Schemas of several documents, and what is said of schemas and documents that are wrong, with places.
//!
//! Not here: verdicts of single rules (`verdicts.rs`).

#![expect(clippy::indexing_slicing, reason = "a test that finds nothing there fails")]

use xsd::{Part, Schemas, Source};

fn compile(sources: &[(&str, &str)]) -> Result<Schemas, String> {
    let sources: Vec<Source> = sources.iter().map(|(name, text)| Source { name, text }).collect();
    let compiled = Schemas::compile(sources[0].name, &sources);
    compiled.map_err(|problems| problems.iter().map(ToString::to_string).collect::<Vec<_>>().join("\n"))
}

fn faults(schemas: &Schemas, text: &str, part: Part) -> String {
    match schemas.validate(text, part, 10) {
        Ok(faults) => {
            let told = |fault: &xsd::Fault| format!("{}:{} {}", fault.line, fault.position, fault.message);
            faults.iter().map(told).collect::<Vec<_>>().join("\n")
        }
        Err(error) => error,
    }
}

const ORDER: &str = r#"<xs:schema xmlns:xs="http://www.w3.org/2001/XMLSchema" xmlns:o="urn:order" xmlns:c="urn:common"
    targetNamespace="urn:order" elementFormDefault="qualified">
  <xs:include schemaLocation="lines.xsd"/>
  <xs:import namespace="urn:common" schemaLocation="https://schemas.example/v1/common?version=2"/>
  <xs:element name="order">
    <xs:complexType>
      <xs:sequence>
        <xs:element name="customer" type="c:Name"/>
        <xs:element ref="o:line" maxOccurs="100000"/>
      </xs:sequence>
      <xs:attribute name="id" type="xs:int" use="required"/>
    </xs:complexType>
  </xs:element>
</xs:schema>"#;
const LINES: &str = r#"<xs:schema xmlns:xs="http://www.w3.org/2001/XMLSchema" elementFormDefault="qualified">
  <xs:element name="line" type="Line"/>
  <xs:complexType name="Line"><xs:sequence><xs:element name="sku" type="Sku"/></xs:sequence></xs:complexType>
  <xs:simpleType name="Sku"><xs:restriction base="xs:string"><xs:pattern value="[A-Z]{3}"/></xs:restriction></xs:simpleType>
</xs:schema>"#;
const COMMON: &str = r#"<xs:schema xmlns:xs="http://www.w3.org/2001/XMLSchema" targetNamespace="urn:common">
  <xs:simpleType name="Name"><xs:restriction base="xs:string"><xs:minLength value="1"/></xs:restriction></xs:simpleType>
</xs:schema>"#;

#[test]
fn schemas_include_and_import_those_of_the_folder() {
    let schemas = compile(&[
        ("order", ORDER),
        ("lines", LINES),
        ("common", COMMON),
        ("broken", "<no"),
    ])
    .unwrap();
    let sound = "<order xmlns='urn:order' id='7'><customer>A</customer><line><sku>ABC</sku></line></order>";
    assert_eq!(faults(&schemas, sound, Part::Root), "");
    // An import without a place that is there takes what has its namespace.
    let moved = compile(&[("order", ORDER), ("lines", LINES), ("elsewhere", COMMON)]).unwrap();
    assert_eq!(faults(&moved, sound, Part::Root), "");
}

#[test]
fn faults_have_places_and_say_what_was_expected() {
    let schemas = compile(&[("order", ORDER), ("lines", LINES), ("common", COMMON)]).unwrap();
    let text = "<!-- an order -->\n<order xmlns=\"urn:order\" id=\"x\">\n  <customer></customer>\n  <line><sku>abc</sku></line>\n  <line/>\n  <gift/>\n</order>";
    assert_eq!(
        faults(&schemas, text, Part::Root),
        "2:2 The 'id' attribute is invalid - The value 'x' is invalid according to its datatype \
         'http://www.w3.org/2001/XMLSchema:int' - The string 'x' is not a valid Decimal value.\n\
         2:2 The element 'order' in namespace 'urn:order' has invalid child element 'gift' in namespace 'urn:order'. \
         List of possible elements expected: 'line' in namespace 'urn:order'.\n\
         3:4 The 'urn:order:customer' element is invalid - The value '' is invalid according to its datatype \
         'urn:common:Name' - The actual length is less than the MinLength value.\n\
         4:10 The 'urn:order:sku' element is invalid - The value 'abc' is invalid according to its datatype \
         'urn:order:Sku' - The Pattern constraint failed.\n\
         5:4 The element 'line' in namespace 'urn:order' has incomplete content. List of possible elements expected: \
         'sku' in namespace 'urn:order'."
    );
    assert_eq!(schemas.validate(text, Part::Root, 2).unwrap().len(), 2);
    assert_eq!(
        faults(&schemas, "<order>", Part::Root),
        "Unexpected end of file has occurred. The following elements are not closed: order. Line 1, position 8."
    );
}

#[test]
fn what_is_redefined_is_the_new_one_wherever_it_is_named() {
    let xs = "<xs:schema xmlns:xs='http://www.w3.org/2001/XMLSchema'";
    let base = format!(
        "{xs}><xs:simpleType name='Code'><xs:restriction base='xs:string'><xs:maxLength value='3'/></xs:restriction></xs:simpleType>\
         <xs:complexType name='Item'><xs:sequence><xs:element name='code' type='Code'/>\
         <xs:element name='item' type='Item' minOccurs='0'/></xs:sequence></xs:complexType>\
         <xs:group name='more'><xs:sequence><xs:element name='a'/></xs:sequence></xs:group>\
         <xs:attributeGroup name='marks'><xs:attribute name='x'/></xs:attributeGroup>\
         <xs:element name='order'><xs:complexType><xs:sequence><xs:element name='item' type='Item'/><xs:group ref='more'/>\
         </xs:sequence><xs:attributeGroup ref='marks'/></xs:complexType></xs:element></xs:schema>"
    );
    let redefine = |name: &str, within: &str| {
        format!(
            "{xs} targetNamespace='urn:o' xmlns='urn:o'><xs:redefine schemaLocation='{name}'>{within}</xs:redefine></xs:schema>"
        )
    };
    let middle = redefine(
        "base.xsd",
        "<xs:simpleType name='Code'><xs:restriction base='Code'><xs:minLength value='2'/></xs:restriction></xs:simpleType>\
         <xs:complexType name='Item'><xs:complexContent><xs:extension base='Item'><xs:sequence>\
         <xs:element name='note'/></xs:sequence></xs:extension></xs:complexContent></xs:complexType>\
         <xs:group name='more'><xs:sequence><xs:group ref='more'/><xs:element name='b'/></xs:sequence></xs:group>\
         <xs:attributeGroup name='marks'><xs:attributeGroup ref='marks'/><xs:attribute name='y'/></xs:attributeGroup>",
    );
    let last = redefine(
        "middle.xsd",
        "<xs:simpleType name='Code'><xs:restriction base='Code'><xs:pattern value='[A-Z]*'/></xs:restriction></xs:simpleType>",
    );
    let schemas = compile(&[("last", &last), ("middle", &middle), ("base", &base)]).unwrap();
    let order = |item: &str| format!("<o:order xmlns:o='urn:o' x='1' y='2'><item>{item}</item><a/><b/></o:order>");
    let sound = "<code>AB</code><item><code>ABC</code><note/></item><note/>";
    assert_eq!(faults(&schemas, &order(sound), Part::Root), "");
    for wrong in [
        "<code>A</code><note/>",
        "<code>ABCD</code><note/>",
        "<code>ab</code><note/>",
        "<code>AB</code>",
        "<code>AB</code><item><code>AB</code></item><note/>",
    ] {
        assert_ne!(faults(&schemas, &order(wrong), Part::Root), "", "{wrong}");
    }
    let without = order(sound).replace("<b/>", "");
    assert_ne!(faults(&schemas, &without, Part::Root), "");
    for (within, expected) in [
        (
            "<xs:simpleType name='Size'><xs:restriction base='Size'/></xs:simpleType>",
            "last:1:134: there is no type `{urn:o}Size` to redefine",
        ),
        (
            "<xs:simpleType name='Code'><xs:restriction base='xs:int'/></xs:simpleType>",
            "last:1:134: a redefined type is made of itself: `base` must be `{urn:o}Code`",
        ),
    ] {
        let last = redefine("base.xsd", within);
        let problems = compile(&[("last", &last), ("base", &base)]).unwrap_err();
        assert!(problems.starts_with(expected), "{problems}");
    }
}

#[test]
fn problems_of_schemas_come_together() {
    let problems = compile(&[(
        "bad",
        "<xs:schema xmlns:xs=\"http://www.w3.org/2001/XMLSchema\">\n  <xs:element name=\"a\" type=\"Nothing\"/>\n  \
         <xs:simpleType name=\"t\">\n    <xs:restriction base=\"xs:int\">\n      <xs:pattern value=\"(\"/>\n      \
         <xs:length value=\"2\"/>\n    </xs:restriction>\n  </xs:simpleType>\n</xs:schema>",
    )]);
    assert_eq!(
        problems.unwrap_err(),
        "bad:2:4: there is no type `Nothing`\n\
         bad:5:8: the pattern `(` cannot be used: a `(` has no `)`\n\
         bad:6:8: `xs:length` cannot restrict the type `http://www.w3.org/2001/XMLSchema:int`"
    );
    for (sources, expected) in [
        (
            vec![("order", ORDER), ("common", COMMON)],
            "order:3:4: `lines.xsd` is none of the schemas here, and nothing is fetched from elsewhere",
        ),
        (vec![("a", "<a>")], "a:1:4: the schema is no XML"),
        (
            vec![("a", "\n<a/>")],
            "a:2:2: expected an `xs:schema` element, or a WSDL",
        ),
        (
            vec![("order", ORDER), ("lines", COMMON), ("common", COMMON)],
            "lines:1:2: a schema of namespace `urn:common` cannot be included in one of `urn:order`",
        ),
        (
            vec![("order", ORDER), ("lines", LINES)],
            "order:8:10: there is no type `{urn:common}Name`",
        ),
    ] {
        let problems = compile(&sources).unwrap_err();
        assert!(problems.starts_with(expected), "{problems}");
    }
}

#[test]
fn schemas_in_the_types_of_a_wsdl_validate_what_is_in_soap_bodies() {
    let wsdl = format!(
        "<w:definitions xmlns:w='http://schemas.xmlsoap.org/wsdl/'><w:types>{}{}</w:types></w:definitions>",
        "<xs:schema xmlns:xs='http://www.w3.org/2001/XMLSchema' targetNamespace='urn:a' xmlns:b='urn:b'><xs:import namespace='urn:b'/>\
         <xs:element name='Add' type='b:Pair'/></xs:schema>",
        "<xs:schema xmlns:xs='http://www.w3.org/2001/XMLSchema' targetNamespace='urn:b'><xs:complexType name='Pair'><xs:attribute \
         name='x' type='xs:int'/></xs:complexType></xs:schema>"
    );
    let schemas = compile(&[("service", &wsdl)]).unwrap();
    for soap in [
        "http://schemas.xmlsoap.org/soap/envelope/",
        "http://www.w3.org/2003/05/soap-envelope",
    ] {
        let envelope = |body: &str| {
            format!(
                "<s:Envelope xmlns:s='{soap}' xmlns:a='urn:a'><s:Header><any/></s:Header><s:Body>{body}</s:Body></s:Envelope>"
            )
        };
        assert_eq!(faults(&schemas, &envelope("<a:Add x='1'/>"), Part::SoapBody), "");
        assert_eq!(faults(&schemas, &envelope(""), Part::SoapBody), "");
        assert_eq!(
            faults(&schemas, &envelope("<s:Fault><faultcode/></s:Fault>"), Part::SoapBody),
            ""
        );
        let wrong = faults(&schemas, &envelope("<a:Add x='y'/>"), Part::SoapBody);
        assert!(wrong.contains("The 'x' attribute is invalid"), "{wrong}");
        let wrong = faults(&schemas, &envelope("<a:Sub/>"), Part::SoapBody);
        assert!(wrong.contains("The 'urn:a:Sub' element is not declared."), "{wrong}");
    }
    assert_eq!(
        faults(&schemas, "<Add xmlns='urn:a'/>", Part::SoapBody),
        "The root element is not the envelope of SOAP 1.1 or 1.2."
    );
}

#[test]
fn repetitions_within_repetitions_are_counted() {
    let schema = |model: &str| {
        let text = format!(
            "<xs:schema xmlns:xs='http://www.w3.org/2001/XMLSchema'><xs:element name='r'><xs:complexType>{model}</xs:complexType>\
             </xs:element></xs:schema>"
        );
        compile(&[("s", &text)]).unwrap()
    };
    let is_valid = |schemas: &Schemas, count: usize| {
        let text = format!("<r>{}</r>", "<a/>".repeat(count));
        schemas.validate(&text, Part::Root, 1).unwrap().is_empty()
    };
    let pairs = schema(
        "<xs:sequence minOccurs='2' maxOccurs='2'><xs:element name='a' maxOccurs='2'/><xs:element name='b' minOccurs='0'/></xs:sequence>",
    );
    let counts: Vec<usize> = (0..8).filter(|count| is_valid(&pairs, *count)).collect();
    assert_eq!(counts, [2, 3, 4]);
    let many =
        schema("<xs:sequence maxOccurs='1000000'><xs:element name='a' minOccurs='3' maxOccurs='3'/></xs:sequence>");
    let counts: Vec<usize> = (0..10).filter(|count| is_valid(&many, *count)).collect();
    assert_eq!(counts, [3, 6, 9]);
    let most =
        schema("<xs:sequence><xs:element name='a' minOccurs='4294967295' maxOccurs='99999999999999'/></xs:sequence>");
    assert!(!is_valid(&most, 5000));
}
