package io.walbeam.write;

import io.walbeam.change.TableId;
import io.walbeam.failure.ErrorClass;
import io.walbeam.row.Substitutions;
import io.walbeam.row.Unrepresentable;
import io.walbeam.sink.SinkMetrics;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Counts values that are not written as they are, and says so once for each column and reason. */
public final class SubstitutionLog implements Substitutions {
  private static final Logger log = LoggerFactory.getLogger(SubstitutionLog.class);

  private record Reason(TableId table, String column, ErrorClass errorClass) {}

  private final SinkMetrics metrics;
  private final Set<Reason> said = ConcurrentHashMap.newKeySet();

  public SubstitutionLog(SinkMetrics metrics) {
    this.metrics = metrics;
  }

  @Override
  public void written(
      TableId table, String column, ErrorClass errorClass, Unrepresentable.Choice choice) {
    metrics.substituted(errorClass);
    if (said.add(new Reason(table, column, errorClass))) {
      log.warn(
          "Column {} of table {} has values that BigQuery lacks ({}). They are NULL there{}, as"
              + " --unrepresentable says.",
          TableId.quote(column),
          table,
          errorClass.label(),
          choice == Unrepresentable.Choice.STRING ? ", and text in the column beside it" : "");
    }
  }
}
