package io.walbeam.source;

/** How the end of the pipeline tells the session what is durable. The runner decides. */
public enum ConfirmationChannel {
  /** Both ends are in one process, which the DirectRunner guarantees: {@link LocalPositions}. */
  ONE_JVM,
  /** The ends may be anywhere: {@link ShownPositions}, even if chance puts both in one process. */
  WORKERS
}
