/** Tests of the checks for real BigQuery. */
package io.walbeam.local.live;
