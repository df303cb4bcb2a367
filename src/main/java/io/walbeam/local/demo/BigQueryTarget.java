package io.walbeam.local.demo;

import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Files;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

/** Tables of the stand-in. */
record BigQueryTarget(LocalEnds ends) implements DemoTarget {
  @Override
  public String name() {
    return "BigQuery";
  }

  @Override
  public String describe() {
    return "BigQuery stand-in at "
        + ends.standIn().endpoint()
        + ", dataset "
        + LocalEnds.PROJECT
        + "."
        + LocalEnds.DATASET;
  }

  @Override
  public PipelineCommand command(PipelineCommand toTheStandIn) {
    return toTheStandIn;
  }

  @Override
  public Optional<Instant> completeUntil() throws InterruptedException {
    return ends.destination().state(LocalEnds.SLOT).flatMap(Destination.StateRow::completeUntil);
  }

  @Override
  public long deadLetterCount() throws InterruptedException {
    return ends.destination().deadLetterCount();
  }

  @Override
  public List<TextRow> deadLetters() throws InterruptedException {
    return ends.destination().deadLetters();
  }

  @Override
  public boolean takesEveryValue() {
    return false;
  }

  @Override
  public CopiedTables copy() {
    return ends.destination();
  }

  @Override
  public void explain(PrintStream out) throws IOException {
    String endpoint = ends.standIn().endpoint();
    // The stand-in takes any token.
    out.println(
        "  export CLOUDSDK_AUTH_ACCESS_TOKEN_FILE="
            + Files.writeString(ends.directory().resolve("token"), "local"));
    String bq = "  bq --api " + endpoint + " --project_id=" + LocalEnds.PROJECT;
    out.println(bq + " ls " + LocalEnds.DATASET);
    out.println(
        bq
            + " query --use_legacy_sql=false 'SELECT * FROM "
            + LocalEnds.DATASET
            + ".public_warehouses'");
  }
}
