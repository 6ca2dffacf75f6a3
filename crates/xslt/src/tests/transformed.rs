//! What stylesheets make of documents. The results are those of .NET's `XslCompiledTransform`.

use super::{check, check_whole};

const S: &str = "<r><a k='1'>x</a><a k='2'>y<c>2</c></a><!--n--><?pi d?><b>5</b></r>";

#[test]
fn instructions_make_the_result() {
    check_whole("", "", S, r#"<?xml version="1.0" encoding="utf-8"?>xy25"#);
    check("", "", S, "xy25");
    check(
        "",
        r#"<xsl:template match="/"><out><xsl:value-of select="//a[2]/@k"/></out></xsl:template>"#,
        S,
        "<out>2</out>",
    );
    check(
        "",
        r#"<xsl:template match="/"><out a="{count(//a)}" b="{{x}}"><xsl:for-each select="//a"><v p="{position()}" l="{last()}"><xsl:value-of select="."/></v></xsl:for-each></out></xsl:template>"#,
        S,
        r#"<out a="2" b="{x}"><v p="1" l="2">x</v><v p="2" l="2">y2</v></out>"#,
    );
    check(
        "",
        r#"<xsl:template match="/"><o><xsl:choose><xsl:when test="//zz">1</xsl:when><xsl:when test="//a">2</xsl:when><xsl:otherwise>3</xsl:otherwise></xsl:choose></o></xsl:template>"#,
        S,
        "<o>2</o>",
    );
    check(
        "",
        r#"<xsl:template match="/"><o><xsl:comment>a--b-</xsl:comment><xsl:processing-instruction name="p">x?>y</xsl:processing-instruction></o></xsl:template>"#,
        S,
        "<o><!--a- -b- --><?p x? >y?></o>",
    );
    check(
        "",
        r#"<xsl:template match="/"><o a="&lt;&gt;&amp;&quot;&#10;&#9;'">&lt;&gt;&amp;"'</o></xsl:template>"#,
        S,
        r#"<o a="&lt;&gt;&amp;&quot;&#xA;&#x9;'">&lt;&gt;&amp;"'</o>"#,
    );
    check(
        "",
        r#"<xsl:template match="/"><o><xsl:value-of select="'&lt;b/>'" disable-output-escaping="yes"/><xsl:text disable-output-escaping="yes">&amp;nbsp;</xsl:text></o></xsl:template>"#,
        S,
        "<o><b/>&nbsp;</o>",
    );
    check(
        "",
        r#"<xsl:attribute-set name="s" use-attribute-sets="u"><xsl:attribute name="a">1</xsl:attribute><xsl:attribute name="b">1</xsl:attribute></xsl:attribute-set><xsl:attribute-set name="t"><xsl:attribute name="c">3</xsl:attribute></xsl:attribute-set><xsl:attribute-set name="u"><xsl:attribute name="d">4</xsl:attribute><xsl:attribute name="a">0</xsl:attribute></xsl:attribute-set><xsl:template match="/"><o xsl:use-attribute-sets="s t" b="2"/></xsl:template>"#,
        S,
        r#"<o d="4" a="1" c="3" b="2" />"#,
    );
    check(
        "",
        r#"<xsl:template match="/"><o><xsl:value-of select="1 div 3"/>|<xsl:value-of select="1000000000000000000000"/>|<xsl:value-of select="0.0000001"/>|<xsl:value-of select="-0"/>|<xsl:value-of select="100 * 1.1"/></o></xsl:template>"#,
        S,
        "<o>0.3333333333333333|1000000000000000000000|0.0000001|0|110.00000000000001</o>",
    );
    check(
        "",
        r#"<xsl:template match="/"><o><xsl:message>hello</xsl:message>x</o></xsl:template>"#,
        S,
        "<o>x</o>",
    );
    check(
        "",
        r#"<xsl:template match="/"><o> <xsl:text> </xsl:text> a <b> </b></o></xsl:template>"#,
        S,
        "<o>  a <b /></o>",
    );
    check(
        "",
        r#"<xsl:template match="/"><o xml:space="preserve"> <xsl:text> </xsl:text> a <b> </b></o></xsl:template>"#,
        S,
        r#"<o xml:space="preserve">   a <b> </b></o>"#,
    );
    check(
        "",
        r#"<xsl:template match="/"><o><xsl:copy-of select="//a/@k"/></o></xsl:template>"#,
        S,
        r#"<o k="2" />"#,
    );
    check(
        "",
        r#"<xsl:template match="/"><o><xsl:copy-of select="//a/@k | //comment() | //b/text()"/></o></xsl:template>"#,
        S,
        r#"<o k="2"><!--n-->5</o>"#,
    );
    check(
        "",
        r#"<xsl:template match="/"><o><xsl:value-of select="concat(string(true()), number('x'), 1 = 1)"/><xsl:value-of select="substring('hello',2,3)"/><xsl:value-of select="translate('abc','ab','A')"/></o></xsl:template>"#,
        S,
        "<o>trueNaNtrueellAc</o>",
    );
    check(
        "",
        r#"<xsl:template match="/"><o><xsl:value-of select="count(//node())"/>,<xsl:value-of select="count(//@*)"/></o></xsl:template>"#,
        S,
        "<o>11,2</o>",
    );
    check(
        "",
        r#"<xsl:template match="/"><o><xsl:for-each select="//a"><xsl:if test="position() != last()">,</xsl:if></xsl:for-each><xsl:fallback>no</xsl:fallback></o></xsl:template>"#,
        S,
        "<o>,</o>",
    );
    check(
        "",
        r#"<xsl:template match="/"><xsl:processing-instruction name="xml-stylesheet">href="a"</xsl:processing-instruction><xsl:comment>top</xsl:comment><o/>tail</xsl:template>"#,
        S,
        r#"<?xml-stylesheet href="a"?><!--top--><o />tail"#,
    );
    check(
        "",
        r#"<xsl:template match="/"><o a="1"><xsl:attribute name="a">2</xsl:attribute></o></xsl:template>"#,
        S,
        r#"<o a="2" />"#,
    );
    check(
        "",
        r#"<xsl:template match="/"><o>a<xsl:variable name="v"><q/></xsl:variable>b</o></xsl:template>"#,
        S,
        "<o>ab</o>",
    );
    check(
        "",
        r#"<xsl:template match="/"><o><xsl:copy><z/></xsl:copy></o></xsl:template>"#,
        S,
        "<o><z /></o>",
    );
    check(
        "",
        r#"<xsl:template match="/"><o><xsl:value-of select="a/b/c"/><xsl:value-of select="string(//a[2]/ancestor::*)"/><xsl:value-of select="name(//@k/..)"/></o></xsl:template>"#,
        S,
        "<o>xy25a</o>",
    );
    check(
        "",
        r#"<xsl:template match="/"><o xml:lang="en"><xsl:attribute name="xml:space">preserve</xsl:attribute></o></xsl:template>"#,
        S,
        r#"<o xml:lang="en" xml:space="preserve" />"#,
    );
    check(
        "",
        "<xsl:template match=\"/\"><o>\r\n<xsl:text>&#13;</xsl:text><xsl:value-of select=\"r\"/></o></xsl:template>",
        "<r>a&#13;&#10;b&#9;c</r>",
        "<o>
a
b	c</o>",
    );
    check(
        "",
        r#"<xsl:template match="/"><o><xsl:value-of select="//a[position()=2]/@k"/><xsl:value-of select="sum(//@k)"/><xsl:value-of select="round(2.5)"/><xsl:value-of select="round(-2.5)"/><xsl:value-of select="5 mod -3"/><xsl:value-of select="-5 mod 3"/><xsl:value-of select="string-length('abc')"/></o></xsl:template>"#,
        S,
        "<o>233-22-23</o>",
    );
    check(
        "",
        r#"<xsl:template match="/"><o><xsl:if test="''">1</xsl:if><xsl:if test="'0'">2</xsl:if><xsl:if test="0">3</xsl:if><xsl:if test="//zz">4</xsl:if></o></xsl:template>"#,
        S,
        "<o>2</o>",
    );
}

#[test]
fn templates_are_chosen() {
    check(
        "",
        r#"<xsl:template match="@*|node()"><xsl:copy><xsl:apply-templates select="@*|node()"/></xsl:copy></xsl:template><xsl:template match="a[@k='2']"/>"#,
        S,
        r#"<r><a k="1">x</a><!--n--><?pi d?><b>5</b></r>"#,
    );
    check(
        "",
        r#"<xsl:template match="a" mode="m">[<xsl:apply-templates mode="m"/>]</xsl:template><xsl:template match="text()" mode="m">T</xsl:template><xsl:template match="/"><xsl:apply-templates select="//a" mode="m"/></xsl:template>"#,
        S,
        "[T][TT]",
    );
    check(
        "",
        r#"<xsl:template match="a">1</xsl:template><xsl:template match="a[@k]">2</xsl:template><xsl:template match="*" priority="3"><xsl:text>w</xsl:text><xsl:apply-templates select="*"/></xsl:template><xsl:template match="/"><xsl:apply-templates/></xsl:template>"#,
        S,
        "wwwww",
    );
    check(
        "",
        r#"<xsl:template match="r/a[1]">A1</xsl:template><xsl:template match="r/a[last()]">AL</xsl:template><xsl:template match="comment()">C</xsl:template><xsl:template match="processing-instruction('pi')">P</xsl:template><xsl:template match="r">R</xsl:template><xsl:template match="r//c">c</xsl:template><xsl:template match="/"><xsl:apply-templates select="//node()"/></xsl:template>"#,
        S,
        "RA1xALyc2CP55",
    );
    check(
        "",
        r#"<xsl:strip-space elements="*"/><xsl:preserve-space elements="k"/><xsl:template match="@*|node()"><xsl:copy><xsl:apply-templates select="@*|node()"/></xsl:copy></xsl:template>"#,
        "<r> <a> </a> <k> </k> <b xml:space='preserve'> </b> t </r>",
        r#"<r><a /><k> </k><b xml:space="preserve"> </b> t </r>"#,
    );
    check(
        "",
        r#"<xsl:template match="r"><o><xsl:apply-imports/></o></xsl:template><xsl:template match="a">A</xsl:template>"#,
        S,
        "<o>AA5</o>",
    );
    check(
        "",
        r#"<xsl:attribute-set name="s"><xsl:attribute name="n"><xsl:value-of select="name()"/></xsl:attribute></xsl:attribute-set><xsl:template match="/"><o><xsl:apply-templates select="//a"/></o></xsl:template><xsl:template match="a"><xsl:copy use-attribute-sets="s"/><xsl:element name="e{position()}" use-attribute-sets="s"/></xsl:template>"#,
        S,
        r#"<o><a n="a" /><e1 n="a" /><a n="a" /><e2 n="a" /></o>"#,
    );
    check(
        "",
        r#"<xsl:template match="@k[.=1]">one</xsl:template><xsl:template match="@*">any</xsl:template><xsl:template match="/"><xsl:apply-templates select="//a/@*"/></xsl:template>"#,
        S,
        "oneany",
    );
    check(
        "",
        r#"<xsl:template match="b//x">1</xsl:template><xsl:template match="a/b//x" priority="1">2</xsl:template><xsl:template match="x">3</xsl:template><xsl:template match="/"><xsl:apply-templates select="//x"/></xsl:template>"#,
        "<r><a><b><c><x/></c></b></a><b><x/></b><x/></r>",
        "213",
    );
    check(
        "",
        r#"<xsl:template match="b" mode="y">Y</xsl:template><xsl:template match="/"><o><xsl:apply-templates select="//b" mode="x"/></o></xsl:template>"#,
        S,
        "<o>5</o>",
    );
}

#[test]
fn nodes_are_sorted() {
    check(
        "",
        r#"<xsl:template match="/"><xsl:for-each select="l/i"><xsl:sort select="n"/><xsl:value-of select="n"/>,</xsl:for-each></xsl:template>"#,
        "<l><i><n>pear</n><p>10</p></i><i><n>Apple</n><p>9</p></i><i><n>apple</n><p>100</p></i><i><n>fig</n><p>x</p></i></l>",
        "apple,Apple,fig,pear,",
    );
    check(
        "",
        r#"<xsl:template match="/"><xsl:for-each select="l/i"><xsl:sort select="p" data-type="number" order="descending"/><xsl:value-of select="p"/>,</xsl:for-each></xsl:template>"#,
        "<l><i><n>pear</n><p>10</p></i><i><n>Apple</n><p>9</p></i><i><n>apple</n><p>100</p></i><i><n>fig</n><p>x</p></i></l>",
        "100,10,9,x,",
    );
    check(
        "",
        r#"<xsl:template match="/"><xsl:for-each select="l/i"><xsl:sort select="n" case-order="upper-first"/><xsl:value-of select="n"/>,</xsl:for-each></xsl:template>"#,
        "<l><i><n>pear</n><p>10</p></i><i><n>Apple</n><p>9</p></i><i><n>apple</n><p>100</p></i><i><n>fig</n><p>x</p></i></l>",
        "Apple,apple,fig,pear,",
    );
    check(
        "",
        r#"<xsl:template match="/"><o><xsl:for-each select="//a"><xsl:sort select="@k" order="descending"/><xsl:value-of select="position()"/><xsl:value-of select="@k"/></xsl:for-each></o></xsl:template>"#,
        S,
        "<o>1221</o>",
    );
    check(
        "",
        r#"<xsl:template match="/"><xsl:for-each select="l/i/n"><xsl:sort select="." data-type="number"/>[<xsl:value-of select="."/>]</xsl:for-each></xsl:template>"#,
        "<l><i><n>b</n></i><i><n>-1</n></i><i><n></n></i><i><n>10</n></i><i><n>9</n></i></l>",
        "[b][][-1][9][10]",
    );
    check(
        "",
        r#"<xsl:template match="/"><xsl:for-each select="l/i/n"><xsl:sort select="." case-order="upper-first" lang="en"/><xsl:value-of select="."/>,</xsl:for-each></xsl:template>"#,
        "<l><i><n>b</n></i><i><n>B</n></i><i><n>aB</n></i><i><n>ab</n></i><i><n>Ab</n></i></l>",
        "Ab,aB,ab,B,b,",
    );
    check(
        "",
        r#"<xsl:template match="/"><o><xsl:for-each select="//a | //c"><xsl:sort select="position()" data-type="number" order="descending"/><xsl:value-of select="name()"/></xsl:for-each></o></xsl:template>"#,
        S,
        "<o>caa</o>",
    );
    check(
        "",
        r#"<xsl:template match="a[1]">F<xsl:value-of select="position()"/></xsl:template><xsl:template match="a">O<xsl:value-of select="position()"/></xsl:template><xsl:template match="/"><xsl:apply-templates select="//a"><xsl:sort select="@k" order="descending"/></xsl:apply-templates></xsl:template>"#,
        S,
        "O1F2",
    );
}

#[test]
fn variables_and_parameters() {
    check(
        "",
        r#"<xsl:template match="/"><xsl:variable name="v"><q>1</q><q>2</q></xsl:variable><o><xsl:copy-of select="$v"/><xsl:value-of select="$v"/></o></xsl:template>"#,
        S,
        "<o><q>1</q><q>2</q>12</o>",
    );
    check(
        "",
        r#"<xsl:template name="n"><xsl:param name="i"/><xsl:param name="j" select="7"/><xsl:if test="$i > 0"><x i="{$i}" j="{$j}"/><xsl:call-template name="n"><xsl:with-param name="i" select="$i - 1"/></xsl:call-template></xsl:if></xsl:template><xsl:template match="/"><o><xsl:call-template name="n"><xsl:with-param name="i" select="3"/></xsl:call-template></o></xsl:template>"#,
        S,
        r#"<o><x i="3" j="7" /><x i="2" j="7" /><x i="1" j="7" /></o>"#,
    );
    check(
        "",
        r#"<xsl:param name="given" select="1"/><xsl:param name="d"><e>dd</e></xsl:param><xsl:template match="/"><o><xsl:value-of select="$given"/><xsl:value-of select="$d"/></o></xsl:template>"#,
        S,
        "<o>Gdd</o>",
    );
    check(
        "",
        r#"<xsl:variable name="a" select="$b + 1"/><xsl:variable name="b" select="count(//a)"/><xsl:template match="/"><o><xsl:value-of select="$a"/></o></xsl:template>"#,
        S,
        "<o>3</o>",
    );
    check(
        "",
        r#"<xsl:template match="/"><o><xsl:variable name="x" select="1"/><xsl:for-each select="//a"><xsl:variable name="y" select="$x+1"/><xsl:value-of select="$y"/></xsl:for-each></o></xsl:template>"#,
        S,
        "<o>22</o>",
    );
    check(
        "",
        r#"<xsl:template match="/"><o><xsl:variable name="x"/><xsl:value-of select="$x=''"/><xsl:value-of select="boolean($x)"/></o></xsl:template>"#,
        S,
        "<o>truefalse</o>",
    );
    check(
        "",
        r#"<xsl:template match="a"><xsl:param name="p" select="1"/><xsl:value-of select="$p"/><xsl:apply-templates select="c"/></xsl:template><xsl:template match="c"><xsl:param name="p" select="1"/>(<xsl:value-of select="$p"/>)</xsl:template><xsl:template match="/"><o><xsl:apply-templates select="//a"><xsl:with-param name="p" select="5"/></xsl:apply-templates></o></xsl:template>"#,
        S,
        "<o>55(1)</o>",
    );
}

#[test]
fn functions_beyond_xpath() {
    check(
        "",
        r#"<xsl:key name="k" match="a|c" use="@k|text()"/><xsl:template match="/"><o><xsl:for-each select="key('k','2')"><xsl:value-of select="name()"/></xsl:for-each></o></xsl:template>"#,
        S,
        "<o>ac</o>",
    );
    check(
        "",
        r#"<xsl:template match="/"><o><xsl:value-of select="system-property('xsl:version')"/><xsl:value-of select="system-property('xsl:vendor')"/><xsl:value-of select="function-available('key')"/><xsl:value-of select="element-available('xsl:if')"/></o></xsl:template>"#,
        S,
        "<o>1Microsofttruetrue</o>",
    );
    check(
        r#"xmlns:m="urn:schemas-microsoft-com:xslt" exclude-result-prefixes="m""#,
        r#"<xsl:template match="/"><xsl:variable name="v"><q>1</q><q>2</q></xsl:variable><o><xsl:for-each select="m:node-set($v)/q"><z><xsl:value-of select=". * 2"/></z></xsl:for-each></o></xsl:template>"#,
        S,
        "<o><z>2</z><z>4</z></o>",
    );
    check(
        r#"xmlns:e="http://exslt.org/common" exclude-result-prefixes="e""#,
        r#"<xsl:template match="/"><xsl:variable name="v"><q>1</q><q>2</q></xsl:variable><o><xsl:value-of select="count(e:node-set($v)/q)"/></o></xsl:template>"#,
        S,
        "<o>2</o>",
    );
    check(
        "",
        r#"<xsl:template match="/"><o><xsl:for-each select="//a"><xsl:value-of select="count(//a[@k = current()/@k])"/></xsl:for-each></o></xsl:template>"#,
        S,
        "<o>11</o>",
    );
    check(
        "",
        r#"<xsl:template match="/"><o><xsl:value-of select="generate-id(//a[1]) = generate-id(//a)"/></o></xsl:template>"#,
        S,
        "<o>true</o>",
    );
    check(
        r#"xmlns:m="urn:schemas-microsoft-com:xslt" exclude-result-prefixes="m""#,
        r#"<xsl:template match="/"><xsl:variable name="v">txt<q/>more</xsl:variable><o n="{count(m:node-set($v)/text())}"><xsl:apply-templates select="m:node-set($v)/*"/></o></xsl:template>"#,
        S,
        r#"<o n="2" />"#,
    );
    check(
        "",
        r#"<xsl:key name="k" match="c" use="."/><xsl:template match="key('k','2')">K</xsl:template><xsl:template match="/"><xsl:apply-templates select="//c"/></xsl:template>"#,
        S,
        "K",
    );
}

#[test]
fn numbers_have_pictures() {
    check(
        "",
        r#"<xsl:template match="/"><o><xsl:value-of select="format-number(1234.5,'#,##0.00')"/>|<xsl:value-of select="format-number(-0.256,'0%')"/>|<xsl:value-of select="format-number(1 div 0,'0')"/>|<xsl:value-of select="format-number(0.5,'#.##')"/>|<xsl:value-of select="format-number(0,'#')"/>|<xsl:value-of select="format-number(-1.5,'0.0;(0.0)')"/>|<xsl:value-of select="format-number(2.675,'0.00')"/>|<xsl:value-of select="format-number(0.125,'0.00')"/></o></xsl:template>"#,
        S,
        "<o>1,234.50|-26%|Infinity|.5||(1.5)|2.68|0.13</o>",
    );
    check(
        "",
        r#"<xsl:decimal-format name="eu" decimal-separator="," grouping-separator="."/><xsl:template match="/"><o><xsl:value-of select="format-number(1234567.891,'#.##0,0#','eu')"/></o></xsl:template>"#,
        S,
        "<o>1.234.567,89</o>",
    );
    check(
        "",
        r#"<xsl:template match="/"><o><xsl:value-of select="format-number(12,'$0.0 x')"/>|<xsl:value-of select="format-number(12.345,'#')"/>|<xsl:value-of select="format-number(0.4,'#')"/>|<xsl:value-of select="format-number(5,'00,00')"/>|<xsl:value-of select="format-number(1234567,'##,##,##0')"/>|<xsl:value-of select="format-number(-0.001,'0.0')"/>|<xsl:value-of select="format-number(1,'0.')"/>|<xsl:value-of select="format-number(123456789012345678,'0')"/>|<xsl:value-of select="format-number(0.1 + 0.2,'0.00000000000000000000')"/>|<xsl:value-of select="format-number(-5,'0;-0')"/>|<xsl:value-of select="format-number(.256,'#.#‰')"/></o></xsl:template>"#,
        S,
        "<o>$12.0 x|12||00,05|1,234,567|0.0|1|123456789012346000|0.30000000000000000000|-5|256‰</o>",
    );
}

#[test]
fn nodes_are_counted() {
    check(
        "",
        r#"<xsl:template match="/"><o><xsl:for-each select="//a"><xsl:number/>:<xsl:number format="a"/>:<xsl:number value="position()+9" format="I"/>;</xsl:for-each></o></xsl:template>"#,
        S,
        "<o>1:a:X;2:b:XI;</o>",
    );
    check(
        "",
        r#"<xsl:template match="/"><o><xsl:for-each select="//c"><xsl:number level="multiple" count="a|c|r" format="1.a)"/></xsl:for-each></o></xsl:template>"#,
        S,
        "<o>1.b.a)</o>",
    );
    check(
        "",
        r#"<xsl:template match="/"><o><xsl:for-each select="//b"><xsl:number level="any" count="*"/></xsl:for-each></o></xsl:template>"#,
        S,
        "<o>5</o>",
    );
    check(
        "",
        r#"<xsl:template match="/"><o><xsl:number value="1234567" grouping-separator="," grouping-size="3"/>|<xsl:number value="3" format="001"/>|<xsl:number value="0"/>|<xsl:number value="2.5"/>|<xsl:number value="-1"/></o></xsl:template>"#,
        S,
        "<o>1,234,567|003|0|3|-1</o>",
    );
    check(
        "",
        r#"<xsl:template match="/"><o><xsl:for-each select="//i"><xsl:number level="any" from="g" count="i"/>.<xsl:number level="single" from="g"/>.<xsl:number level="multiple" count="g|i" format="A-1"/>;</xsl:for-each></o></xsl:template>"#,
        "<l><i/><g><i/><i/></g><g><i/><h><i/></h></g></l>",
        "<o>..A;1.1.B-1;2.2.B-2;1.1.C-1;2.1.C-1;</o>",
    );
    check(
        "",
        r#"<xsl:template match="/"><o><xsl:for-each select="//i"><xsl:number level="multiple" from="g" count="l|h|i"/>;</xsl:for-each></o></xsl:template>"#,
        "<l><i/><g><i/><i/></g><g><i/><h><i/></h></g></l>",
        "<o>;1;2;1;2.1;</o>",
    );
    check(
        "",
        r#"<xsl:template match="/"><o><xsl:for-each select="//g"><xsl:number level="any" from="g" count="*"/>.<xsl:number level="single" from="g"/>.<xsl:number from="l"/>;</xsl:for-each></o></xsl:template>"#,
        "<l><i/><g><i/><i/></g><g><i/><h><i/></h></g></l>",
        "<o>..1;3..2;</o>",
    );
    check(
        "",
        r#"<xsl:template match="/"><o><xsl:for-each select="//@k"><xsl:number level="any"/><xsl:number/>;</xsl:for-each><xsl:for-each select="//text()"><xsl:number level="any"/><xsl:number/>;</xsl:for-each></o></xsl:template>"#,
        S,
        "<o>11;11;11;21;31;41;</o>",
    );
    check(
        "",
        r#"<xsl:template match="/"><o><xsl:number value="12" format="-"/>|<xsl:number value="12" format=""/>|<xsl:number value="12" format="(1)"/>|<xsl:number value="12" format="*a*"/>|<xsl:number value="0" format="i"/>|<xsl:number value="5000" format="i"/>|<xsl:number value="1 div 0"/>|<xsl:number value="'x'"/>|<xsl:number value="12" format="w"/>|<xsl:number value="12" format="01-"/></o></xsl:template>"#,
        S,
        "<o>-12-|12|(12)|*l*|0|mmmmm|Infinity|NaN|12|12-</o>",
    );
}

#[test]
fn names_and_namespaces() {
    check(
        "",
        r#"<xsl:template match="/"><xsl:element name="p:e" namespace="urn:p"><xsl:attribute name="q:z" namespace="urn:q">v</xsl:attribute><xsl:attribute name="y" namespace="urn:q">w</xsl:attribute></xsl:element></xsl:template>"#,
        S,
        r#"<p:e q:z="v" q:y="w" xmlns:p="urn:p" xmlns:q="urn:q" />"#,
    );
    check(
        "",
        r#"<xsl:template match="/"><xsl:element name="e" namespace="urn:p"><f/></xsl:element></xsl:template>"#,
        S,
        r#"<e xmlns="urn:p"><f xmlns="" /></e>"#,
    );
    check(
        "",
        r#"<xsl:template match="/"><x:o xmlns:x="urn:x" xmlns:y="urn:y" y:b="1"><x:i xmlns:x="urn:x"/><n/></x:o></xsl:template>"#,
        S,
        r#"<x:o y:b="1" xmlns:x="urn:x" xmlns:y="urn:y"><x:i /><n /></x:o>"#,
    );
    check(
        "",
        r#"<xsl:template match="/"><o xmlns="urn:d"><i/><xsl:copy-of select="//a[1]"/></o></xsl:template>"#,
        S,
        r#"<o xmlns="urn:d"><i /><a k="1" xmlns="">x</a></o>"#,
    );
    check(
        r#"xmlns:u="urn:u" exclude-result-prefixes="u""#,
        r#"<xsl:template match="/"><o xmlns:u="urn:u"/></xsl:template>"#,
        S,
        "<o />",
    );
    check(
        r#"xmlns:u="urn:u""#,
        r#"<xsl:template match="/"><o/></xsl:template>"#,
        S,
        r#"<o xmlns:u="urn:u" />"#,
    );
    check(
        r#"xmlns:u="urn:u" exclude-result-prefixes="u""#,
        r#"<xsl:template match="/"><o/></xsl:template>"#,
        S,
        "<o />",
    );
    check(
        r#"xmlns:q="urn:q" xmlns:x="urn:x""#,
        r#"<xsl:namespace-alias stylesheet-prefix="q" result-prefix="xsl"/><xsl:template match="/"><q:o q:a="1"/></xsl:template>"#,
        S,
        r#"<xsl:o xsl:a="1" xmlns:xsl="http://www.w3.org/1999/XSL/Transform" xmlns:x="urn:x" />"#,
    );
    check(
        "",
        r#"<xsl:template match="@*|node()"><xsl:copy><xsl:apply-templates select="@*|node()"/></xsl:copy></xsl:template>"#,
        "<p:r xmlns:p='urn:p' xmlns='urn:d' xmlns:q='urn:q'><a q:x='1'><b xmlns=''/></a><![CDATA[<x>]]></p:r>",
        r#"<p:r xmlns:p="urn:p" xmlns="urn:d" xmlns:q="urn:q"><a q:x="1"><b xmlns="" /></a>&lt;x&gt;</p:r>"#,
    );
    check(
        "",
        r#"<xsl:template match="/"><o><xsl:copy-of select="//*[local-name()='a']"/></o></xsl:template>"#,
        "<p:r xmlns:p='urn:p' xmlns='urn:d' xmlns:q='urn:q'><a q:x='1'><b xmlns=''/></a></p:r>",
        r#"<o><a q:x="1" xmlns="urn:d" xmlns:p="urn:p" xmlns:q="urn:q"><b xmlns="" /></a></o>"#,
    );
    check(
        "",
        r#"<xsl:template match="/"><html:p xmlns:html="http://www.w3.org/1999/xhtml"><html:br/></html:p></xsl:template>"#,
        S,
        r#"<html:p xmlns:html="http://www.w3.org/1999/xhtml"><html:br /></html:p>"#,
    );
    check(
        "",
        r#"<xsl:template match="/"><o xmlns:p="u"><xsl:attribute name="p:a">1</xsl:attribute><xsl:attribute name="p:a" namespace="v">2</xsl:attribute></o></xsl:template>"#,
        S,
        r#"<o p:a="1" xp_0:a="2" xmlns:p="u" xmlns:xp_0="v" />"#,
    );
    check(
        "",
        r#"<xsl:template match="/"><o><xsl:attribute name="p:a" namespace="v">2</xsl:attribute><xsl:attribute name="p:b" namespace="w">2</xsl:attribute></o></xsl:template>"#,
        S,
        r#"<o p:a="2" xp_0:b="2" xmlns:p="v" xmlns:xp_0="w" />"#,
    );
    check(
        "",
        r#"<xsl:template match="/"><o xmlns="d"><xsl:element name="e"/><xsl:element name="f" namespace=""/></o></xsl:template>"#,
        S,
        r#"<o xmlns="d"><e /><f xmlns="" /></o>"#,
    );
    check(
        r#"xmlns:p="u""#,
        r#"<xsl:template match="/"><xsl:value-of select="name(//p:x)"/>,<xsl:value-of select="namespace-uri(//p:x)"/></xsl:template>"#,
        r#"<r xmlns="u"><x/></r>"#,
        "x,u",
    );
    check_whole(
        "",
        r#"<xsl:template match="/" xmlns:z="urn:z"><o z:a="1"/></xsl:template>"#,
        S,
        r#"<?xml version="1.0" encoding="utf-8"?><o z:a="1" xmlns:z="urn:z" />"#,
    );
}

#[test]
fn html_is_written_as_dotnet_writes_it() {
    check_whole(
        "",
        r#"<xsl:output method="html"/><xsl:template match="/"><html><head><title>t</title></head><body><br/><p>a<b>c</b></p><img src="é.png" alt="é&lt;"/><input checked="checked"/><script>a &lt; b &amp;&amp; c</script><ul><li>1</li><li>2</li></ul></body></html></xsl:template>"#,
        S,
        r#"<html>
  <head>
    <META http-equiv="Content-Type" content="text/html; charset=utf-8">
    <title>t</title>
  </head>
  <body><br><p>a<b>c</b></p><img src="%C3%A9.png" alt="é<"><input checked><script>a < b && c</script><ul>
      <li>1</li>
      <li>2</li>
    </ul>
  </body>
</html>"#,
    );
    check_whole(
        "",
        r#"<xsl:template match="/"><html><body><hr/></body></html></xsl:template>"#,
        S,
        "<html>
  <body>
    <hr>
  </body>
</html>",
    );
    check_whole(
        "",
        r#"<xsl:output method="html" indent="no"/><xsl:template match="/"><html><head/><body><hr/></body></html></xsl:template>"#,
        S,
        r#"<html><head><META http-equiv="Content-Type" content="text/html; charset=utf-8"></head><body><hr></body></html>"#,
    );
    check_whole(
        "",
        r#"<xsl:output doctype-public="-//W3C//DTD HTML 4.01//EN" method="html"/><xsl:template match="/"><html/></xsl:template>"#,
        S,
        r#"<!DOCTYPE html PUBLIC "-//W3C//DTD HTML 4.01//EN">
<html></html>"#,
    );
    check_whole(
        "",
        r#"<xsl:output method="html"/><xsl:template match="/"><html><body><div>t<p>x</p></div><table><tr><td>1</td><td><b>x</b></td></tr></table><x:y xmlns:x="u"><x:z/>t</x:y><pre> a </pre><a href="a b&amp;c{{&amp;{{x}}" name="é">é</a><textarea/></body></html></xsl:template>"#,
        S,
        r#"<html>
  <body>
    <div>t<p>x</p>
    </div>
    <table>
      <tr>
        <td>1</td>
        <td><b>x</b></td>
      </tr>
    </table>
    <x:y xmlns:x="u">
      <x:z />t</x:y>
    <pre> a </pre><a href="a b&amp;c{&{x}" name="%C3%A9">é</a><textarea></textarea></body>
</html>"#,
    );
    check_whole(
        "",
        r#"<xsl:output method="html"/><xsl:template match="/"><html><head/><body/></html></xsl:template>"#,
        S,
        r#"<html>
  <head>
    <META http-equiv="Content-Type" content="text/html; charset=utf-8">
  </head>
  <body></body>
</html>"#,
    );
    check_whole(
        "",
        r#"<xsl:output method="html"/><xsl:template match="/"><p>&#160;a</p><xsl:processing-instruction name="x">y</xsl:processing-instruction></xsl:template>"#,
        S,
        "<p>\u{a0}a</p><?x y>",
    );
}

#[test]
fn results_are_written_as_dotnet_writes_them() {
    check_whole(
        "",
        r#"<xsl:output method="text"/><xsl:template match="/">a&lt;<xsl:value-of select="//b"/></xsl:template>"#,
        S,
        "a<5",
    );
    check_whole(
        "",
        r#"<xsl:output indent="yes"/><xsl:template match="/"><o><a><b/>t</a><c><d>1</d><e/></c></o></xsl:template>"#,
        S,
        r#"<?xml version="1.0" encoding="utf-8"?>
<o>
  <a>
    <b />t</a>
  <c>
    <d>1</d>
    <e />
  </c>
</o>"#,
    );
    check_whole(
        "",
        r#"<xsl:output cdata-section-elements="c"/><xsl:template match="/"><o><c>a&lt;b]]&gt;c</c><d>&lt;</d></o></xsl:template>"#,
        S,
        r#"<?xml version="1.0" encoding="utf-8"?><o><c><![CDATA[a<b]]]]><![CDATA[>c]]></c><d>&lt;</d></o>"#,
    );
    check_whole(
        "",
        r#"<xsl:output doctype-system="s.dtd" doctype-public="-//p"/><xsl:template match="/"><o/></xsl:template>"#,
        S,
        r#"<?xml version="1.0" encoding="utf-8"?><!DOCTYPE o PUBLIC "-//p" "s.dtd"><o />"#,
    );
    check_whole(
        "",
        r#"<xsl:output standalone="yes" encoding="us-ascii"/><xsl:template match="/"><o a="é">é€</o></xsl:template>"#,
        S,
        r#"<?xml version="1.0" encoding="us-ascii" standalone="yes"?><o a="&#xE9;">&#xE9;&#x20AC;</o>"#,
    );
    check_whole(
        "",
        r#"<xsl:output indent="yes"/><xsl:template match="/"><o><xsl:comment>c</xsl:comment><a>1</a><xsl:processing-instruction name="p">q</xsl:processing-instruction><b> </b><c><d/>x<e><f/></e></c></o></xsl:template>"#,
        S,
        r#"<?xml version="1.0" encoding="utf-8"?>
<o>
  <!--c-->
  <a>1</a>
  <?p q?>
  <b />
  <c>
    <d />x<e><f /></e></c>
</o>"#,
    );
    check_whole(
        "",
        r#"<xsl:output indent="yes" omit-xml-declaration="yes"/><xsl:template match="/"><xsl:comment>c</xsl:comment><o/></xsl:template>"#,
        S,
        "<!--c-->
<o />",
    );
    check_whole(
        "",
        r#"<xsl:output indent="yes" doctype-system="x"/><xsl:template match="/"><o><p/></o></xsl:template>"#,
        S,
        r#"<?xml version="1.0" encoding="utf-8"?>
<!DOCTYPE o SYSTEM "x">
<o>
  <p />
</o>"#,
    );
}
