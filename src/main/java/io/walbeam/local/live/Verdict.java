package io.walbeam.local.live;

/**
 * What came of one assumption.
 *
 * @param seen what BigQuery did
 * @param holds whether that is what is expected
 */
record Verdict(Assumption assumption, String seen, boolean holds) {}
