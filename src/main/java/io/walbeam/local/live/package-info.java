/**
 * {@code scripts/verify-live}: checks on real BigQuery, with the user's account and in one dataset,
 * what walbeam and the stand-in assume about it. Tests run the same checks against the stand-in.
 * Creates tables of names of its own and removes them again; touches nothing else.
 */
@NullMarked
package io.walbeam.local.live;

import org.jspecify.annotations.NullMarked;
