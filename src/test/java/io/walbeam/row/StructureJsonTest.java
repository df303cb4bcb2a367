package io.walbeam.row;

import static io.walbeam.row.DestinationType.JSON;
import static io.walbeam.row.DestinationType.STRING;
import static io.walbeam.row.Rejection.INVALID_TEXT;
import static io.walbeam.row.Rejection.JSON_NUMBER;

import io.walbeam.change.TypeName;
import org.junit.jupiter.api.Test;

/** Arrays, ranges and hstores as JSON. In the cases, ' stands for " and / for a backslash. */
class StructureJsonTest {
  private static final int BOOL_ARRAY = 1000;
  private static final int INT8_ARRAY = 1016;
  private static final int FLOAT8_ARRAY = 1022;
  private static final int NUMERIC_ARRAY = 1231;
  private static final int TEXT_ARRAY = 1009;
  private static final int BOX_ARRAY = 1020;
  private static final int JSONB_ARRAY = 3807;
  private static final int TIMESTAMPTZ_ARRAY = 1185;
  private static final int INT4RANGE = 3904;
  private static final int NUMRANGE = 3906;
  private static final int TSTZRANGE = 3910;
  private static final int INT4RANGE_ARRAY = 3905;
  private static final int INT4MULTIRANGE = 4451;
  private static final int TSMULTIRANGE = 4533;
  private static final TypeName HSTORE = new TypeName(16_500, "extensions", "hstore");

  private static String q(String text) {
    return text.replace('\'', '"').replace('/', '\\');
  }

  @Test
  void arraysOfNumbersAndBooleans() {
    TypeCases.of(INT8_ARRAY)
        .isA(JSON)
        .to("{}", "[]")
        .to("{1,-2,NULL}", "[1,-2,null]")
        .to("{9223372036854775807}", "[9223372036854775807]")
        .rejected(INVALID_TEXT, "", "{", "}", "{1", "{1,}", "{,1}", "{1}x", "1", "{{1}", "{1 2}")
        .check();
    TypeCases.of(BOOL_ARRAY)
        .to("{t,f,NULL}", "[true,false,null]")
        .rejected(INVALID_TEXT, "{x}", "{true}")
        .check();
    TypeCases.of(FLOAT8_ARRAY)
        .to(
            "{0.1,1e+22,-0,NaN,Infinity,-Infinity}",
            q("[0.1,1e+22,-0.0,'NaN','Infinity','-Infinity']"))
        .check();
  }

  @Test
  void numbersThatJsonWouldRoundAreStrings() {
    TypeCases.of(NUMERIC_ARRAY)
        .to("{1.10,18446744073709551615}", "[1.10,18446744073709551615]")
        .to("{18446744073709551616}", q("['18446744073709551616']"))
        .to("{0.1234567890123456789}", q("['0.1234567890123456789']"))
        .to("{NaN}", q("['NaN']"))
        .check();
  }

  @Test
  void arraysOfTexts() {
    TypeCases.of(TEXT_ARRAY)
        .to(q("{a,'','NULL',NULL,'null'}"), q("['a','','NULL',null,'null']"))
        .to(q("{'a,b','{c}','d/'e','f//g'}"), q("['a,b','{c}','d/'e','f//g']"))
        .to(q("{'line\nfeed\ttab'}"), q("['line/u000afeed/u0009tab']"))
        .to(q("{caf\u00E9,'\uD83D\uDE00 x'}"), q("['caf\u00E9','\uD83D\uDE00 x']"))
        .rejected(INVALID_TEXT, q("{'a}"), q("{'a/"), q("{'a'b}"))
        .check();
    TypeCases.of(TIMESTAMPTZ_ARRAY)
        .to(q("{'2024-01-02 03:04:05+00',infinity}"), q("['2024-01-02 03:04:05+00','infinity']"))
        .check();
    TypeCases.of(BOX_ARRAY)
        .to("{(1,1),(0,0);(2,2),(1,1)}", q("['(1,1),(0,0)','(2,2),(1,1)']"))
        .check();
  }

  @Test
  void moreDimensionsAndOtherLowerBounds() {
    TypeCases.of(INT8_ARRAY)
        .to("{{1,2},{3,NULL}}", "[[1,2],[3,null]]")
        .to("{{{1}},{{2}}}", "[[[1]],[[2]]]")
        .to("[0:1]={1,2}", q("{'lower_bounds':[0],'elements':[1,2]}"))
        .to("[-5:-5][2:3]={{1,2}}", q("{'lower_bounds':[-5,2],'elements':[[1,2]]}"))
        .rejected(INVALID_TEXT, "[0:1]", "[0:1]{1}", "[:1]={1}", "[a:1]={1}", "{{{{{{{1}}}}}}}")
        .check();
  }

  @Test
  void arraysOfDocuments() {
    TypeCases.of(JSONB_ARRAY)
        .to(q("{'{/'a/': [1, /'x/']}','null',NULL}"), q("[{'a': [1, 'x']},null,null]"))
        .rejected(JSON_NUMBER, "{18446744073709551616}")
        .check();
  }

  @Test
  void ranges() {
    TypeCases.of(INT4RANGE)
        .isA(JSON)
        .to("empty", q("{'empty':true}"))
        .to("[1,5)", q("{'lower':1,'upper':5,'bounds':'[)'}"))
        .to("(,)", q("{'lower':null,'upper':null,'bounds':'()'}"))
        .rejected(INVALID_TEXT, "", "[1,5", "1,5)", "[1)", "[1,5)x", "[1,5,6)")
        .check();
    TypeCases.of(NUMRANGE).to("(0.5,]", q("{'lower':0.5,'upper':null,'bounds':'(]'}")).check();
    TypeCases.of(TSTZRANGE)
        .to(
            q("['2024-01-02 03:04:05+00',infinity]"),
            q("{'lower':'2024-01-02 03:04:05+00','upper':'infinity','bounds':'[]'}"))
        .check();
    TypeCases.of(INT4RANGE_ARRAY)
        .to(q("{'[1,5)',empty}"), q("[{'lower':1,'upper':5,'bounds':'[)'},{'empty':true}]"))
        .check();
    TypeCases.ofKey(INT4RANGE).isA(STRING).kept("[1,5)").check();
  }

  @Test
  void multiranges() {
    TypeCases.of(INT4MULTIRANGE)
        .isA(JSON)
        .to("{}", "[]")
        .to(
            "{[1,3),[5,)}",
            q("[{'lower':1,'upper':3,'bounds':'[)'}," + "{'lower':5,'upper':null,'bounds':'[)'}]"))
        .rejected(INVALID_TEXT, "", "{", "{[1,3)", "{[1,3)]}", "{empty}")
        .check();
    TypeCases.of(TSMULTIRANGE)
        .to(
            q("{['2024-01-01 00:00:00','2024-01-02 00:00:00')}"),
            q("[{'lower':'2024-01-01 00:00:00','upper':'2024-01-02 00:00:00'," + "'bounds':'[)'}]"))
        .check();
  }

  @Test
  void hstores() {
    TypeCases.of(HSTORE)
        .isA(JSON)
        .to("", "{}")
        .to(q("'a'=>'1', 'b'=>NULL, ''=>''"), q("{'a':'1','b':null,'':''}"))
        .to(q("'q/''=>'x//, y'"), q("{'q/'':'x//, y'}"))
        .rejected(INVALID_TEXT, "a", q("'a'"), q("'a'=>"), q("'a'=>1"), q("'a'=>'1',"))
        .check();
  }

  @Test
  void aLongArrayIsWrittenWhole() {
    String elements = "12345678901,".repeat(50_000);
    TypeCases.of(INT8_ARRAY).to("{" + elements + "1}", "[" + elements + "1]").check();
  }

  @Test
  void textIsPostgresTextAndAColumnThatIsJsonStaysJson() {
    TypeCases.inText(INT8_ARRAY).isA(STRING).kept("{1,2}").check();
    TypeCases.inText(JSON, INT8_ARRAY).isA(JSON).to("{1,2}", "[1,2]").check();
  }
}
