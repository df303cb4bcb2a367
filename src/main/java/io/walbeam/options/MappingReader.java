package io.walbeam.options;

import io.walbeam.change.MessagePrefix;
import io.walbeam.failure.WalbeamException;
import io.walbeam.row.HistoryMode;
import io.walbeam.row.MappingSettings;
import io.walbeam.row.RowForm;
import io.walbeam.row.StructureMode;
import io.walbeam.row.TableNameTemplate;
import io.walbeam.row.WriteMode;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** Reads what the options say of rows and tables at the destination. */
final class MappingReader {
  private final WalbeamOptions options;
  private final OptionValues values;

  MappingReader(WalbeamOptions options, OptionValues values) {
    this.options = options;
    this.values = values;
  }

  /** How rows of the database are mapped; empty if a name cannot be. */
  Optional<MappingSettings> read(String database) {
    Duration maxStaleness = values.duration("--maxStaleness", options.getMaxStaleness(), "PT10M");
    RowForm form = DestinationReader.form(options);
    WriteMode writeMode = writeMode();
    StructureMode structures =
        switch (values.oneOf("--arrays", options.getArrays(), "json", "repeated", "text")) {
          case "text" -> StructureMode.TEXT;
          case "repeated" -> StructureMode.REPEATED;
          default -> StructureMode.JSON;
        };
    try {
      return Optional.of(
          new MappingSettings(
              new TableNameTemplate(options.getTableName()),
              maxStaleness.toString(),
              form == RowForm.TABLE_ROW ? writeMode : WriteMode.CHANGELOG,
              database,
              structures,
              contexts(),
              form,
              UnrepresentableReader.read(options.getUnrepresentable(), values.problems()),
              history(form, writeMode)));
    } catch (WalbeamException e) {
      values.problem("--tableName: " + e.describe());
      return Optional.empty();
    }
  }

  private HistoryMode history(RowForm form, WriteMode writeMode) {
    if (values.oneOf("--history", options.getHistory(), "none", "scd2").equals("none")) {
      return HistoryMode.NONE;
    }
    if (form != RowForm.TABLE_ROW) {
      values.problem("--history=scd2 goes with --destination=bigquery.");
    } else if (!writeMode.changelog()) {
      values.problem(
          "--history=scd2 is a view of the changelog; add --writeMode=both or changelog.");
    }
    return HistoryMode.SCD2;
  }

  private WriteMode writeMode() {
    return switch (options.getWriteMode()) {
      case "upsert" -> WriteMode.UPSERT;
      case "changelog" -> WriteMode.CHANGELOG;
      case "both" -> WriteMode.BOTH;
      default -> {
        values.problem("--writeMode is upsert, changelog or both.");
        yield WriteMode.UPSERT;
      }
    };
  }

  private List<String> contexts() {
    List<String> prefixes = new ArrayList<>();
    for (String prefix : options.getContext().split(",", -1)) {
      String name = prefix.strip();
      if (name.equals(MessagePrefix.FENCE)
          || name.equals(MessagePrefix.DUMP_REQUEST)
          || name.equals(MessagePrefix.DDL)) {
        values.problem("--context names " + name + ", which is a message of walbeam's own.");
      } else if (!name.isEmpty()) {
        prefixes.add(name);
      }
    }
    return prefixes;
  }
}
