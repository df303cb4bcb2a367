package io.walbeam.options;

import org.apache.beam.sdk.io.gcp.bigquery.BigQueryOptions;

/**
 * Every option of a run, beside those of Beam and the runner.
 *
 * <p>Public because Beam builds a proxy of it. An option belongs to the group whose interface
 * declares it.
 */
public interface WalbeamOptions
    extends SourceOptions, SnapshotOptions, DestinationOptions, RunOptions, BigQueryOptions {}
