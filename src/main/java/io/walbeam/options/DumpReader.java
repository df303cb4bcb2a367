package io.walbeam.options;

import io.walbeam.dump.DumpOptions;
import io.walbeam.dump.SchemaPolicy;
import io.walbeam.postgres.PostgresSettings;
import io.walbeam.row.RowForm;
import java.util.Optional;

/** Reads what the options say of dumps and of what asks for them. */
final class DumpReader {
  private final WalbeamOptions options;
  private final OptionValues values;

  DumpReader(WalbeamOptions options, OptionValues values) {
    this.options = options;
    this.values = values;
  }

  /**
   * How tables are dumped.
   *
   * @param standby where from, if not from the primary
   */
  DumpOptions read(Optional<PostgresSettings> standby) {
    boolean initial =
        !values
            .oneOf("--snapshot", options.getSnapshot(), "initial", "never", "only")
            .equals("never");
    boolean requests =
        values.oneOf("--requests", options.getRequests(), "own", "any").equals("any");
    boolean apply =
        values.oneOf("--truncate", options.getTruncate(), "apply", "log").equals("apply");
    return new DumpOptions(
        initial,
        requests,
        (int) values.number("--snapshotParallelism", options.getSnapshotParallelism(), 1, 32),
        values.number("--snapshotChunkRows", options.getSnapshotChunkRows(), 1, 1L << 31),
        standby.orElse(null),
        apply,
        values.number("--truncateLimit", options.getTruncateLimit(), 0, Long.MAX_VALUE),
        schemas(initial));
  }

  /**
   * @param initial whether the stream is to be completed by dumps at all
   */
  private SchemaPolicy schemas(boolean initial) {
    SchemaPolicy.Reaction chosen =
        switch (values.oneOf(
            "--schemaChanges", options.getSchemaChanges(), "converge", "warn", "stop")) {
          case "stop" -> SchemaPolicy.Reaction.STOP;
          case "warn" -> SchemaPolicy.Reaction.WARN;
          default -> initial ? SchemaPolicy.Reaction.CONVERGE : SchemaPolicy.Reaction.WARN;
        };
    return new SchemaPolicy(
        options.getWriteMode().equals("changelog")
                || DestinationReader.form(options) != RowForm.TABLE_ROW
            ? SchemaPolicy.Reaction.NOTE
            : chosen,
        values.number("--convergeLimit", options.getConvergeLimit(), 0, Long.MAX_VALUE));
  }
}
