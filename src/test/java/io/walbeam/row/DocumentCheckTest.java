package io.walbeam.row;

import static io.walbeam.row.Rejection.JSON_CHARACTER;
import static io.walbeam.row.Rejection.JSON_DEPTH;
import static io.walbeam.row.Rejection.JSON_DUPLICATE_NAME;
import static io.walbeam.row.Rejection.JSON_NUMBER;

import org.junit.jupiter.api.Test;

/** Documents that BigQuery would change are rejected. In the cases, ' stands for a double quote. */
class DocumentCheckTest {
  private static final int JSON = 114;
  private static final int JSON_ARRAY = 199;
  private static final int JSONB = 3802;

  private static String q(String text) {
    return text.replace('\'', '"');
  }

  @Test
  void aNameThatComesTwiceInOneObject() {
    TypeCases.of(JSON)
        .rejected(
            JSON_DUPLICATE_NAME,
            q("{'a':1,'a':1}"),
            q("{ 'a' : 1 , 'b' : {} , 'a' : 2 }"),
            q("[0,{'x':{'a':[],'b':1,'a':{}}}]"),
            q("{'\\u0061':1,'a':2}"),
            q("{'\\n':1,'\\u000a':2}"),
            q("{'':1,'':2}"))
        .kept(
            q("{'a':{'a':{'a':1}},'b':'a','c':['a','a',{'a':1},{'a':2}]}"),
            q("{'a':1,'A':2,' a':3}"),
            q("{'\\\\u0061':1,'a':2}"),
            q("['a','a']"),
            q("'a'"))
        .check();
  }

  @Test
  void charactersThatAreNone() {
    TypeCases.of(JSON)
        .rejected(
            JSON_CHARACTER,
            q("'\\u0000'"),
            q("{'a\\u0000':1}"),
            q("'\\ud83d'"),
            q("'\\ud83d x'"),
            q("'\\ud83d\\n'"),
            q("'\\ud83d\\ud83d'"),
            q("'\\ude00'"),
            q("['\\ude00\\ud83d']"))
        .kept(q("'\\ud83d\\ude00'"), q("'\\uD83D\\uDE00 \\u0001'"), q("'\\\\u0000'"))
        .check();
  }

  @Test
  void numbersThatAreNotPrintedAsTheyWereGiven() {
    for (int oid : new int[] {JSON, JSONB}) {
      TypeCases.of(oid)
          .kept(
              "-1.2345679e+20", "34338496.52539705", "34338496.5253970500", "0.1", "2e-3", "5e-324")
          .rejected(
              JSON_NUMBER,
              "34338496.525397047",
              "0.10000000000000000555",
              "0.10000000000000001",
              "1e999")
          .check();
    }
  }

  @Test
  void moreLevelsThanBigQueryTakes() {
    for (int oid : new int[] {JSON, JSONB}) {
      TypeCases.of(oid)
          .kept("[".repeat(500) + "]".repeat(500), "[[]" + ",[]".repeat(1_000) + "]")
          .rejected(JSON_DEPTH, "[".repeat(501) + "]".repeat(501))
          .check();
    }
  }

  @Test
  void documentsInArraysAreCheckedToo() {
    TypeCases.of(JSON_ARRAY)
        .rejected(JSON_DUPLICATE_NAME, q("{'{\\'a\\':1,\\'a\\':2}'}"))
        .rejected(JSON_NUMBER, "{1e999}")
        .check();
  }
}
