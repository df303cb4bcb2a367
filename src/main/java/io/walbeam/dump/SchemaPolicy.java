package io.walbeam.dump;

import java.io.Serializable;

/**
 * What the operator chose about schema changes that concern rows the stream does not mention.
 *
 * @param limit most rows, as the planner estimates them, of a table that is dumped by itself
 */
public record SchemaPolicy(Reaction reaction, long limit) implements Serializable {
  private static final long serialVersionUID = 1L;

  /** What is done about them. */
  public enum Reaction {
    /** The table is dumped. */
    CONVERGE,
    /** A warning has the command. */
    WARN,
    /** The run ends, and says why. */
    STOP,
    /** They are written down: where every change is kept as it came, nothing is to be mended. */
    NOTE
  }
}
