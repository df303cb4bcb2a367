package io.walbeam.local.demo;

import java.io.IOException;
import java.io.PrintStream;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

/** Where the demo's pipeline writes, and how one looks at it. */
interface DemoTarget extends AutoCloseable {
  /** One word for it. */
  String name();

  /** Where it is. */
  String describe();

  /** The pipeline's command to it, made of one to the stand-in. */
  PipelineCommand command(PipelineCommand toTheStandIn);

  /** Up to which commit time it is complete; empty if that is not known. */
  Optional<Instant> completeUntil() throws IOException, InterruptedException;

  long deadLetterCount() throws IOException, InterruptedException;

  /** Every dead letter. */
  List<TextRow> deadLetters() throws IOException, InterruptedException;

  /** Whether it has a form for every value, so that nothing becomes a dead letter. */
  boolean takesEveryValue();

  /** What it holds at this moment. */
  CopiedTables copy() throws IOException, InterruptedException;

  /** Says how to look at it while everything stays up. */
  void explain(PrintStream out) throws IOException;

  /** Ends what looks at it. */
  @Override
  default void close() {}
}
