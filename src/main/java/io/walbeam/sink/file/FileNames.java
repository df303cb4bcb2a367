package io.walbeam.sink.file;

import java.time.Clock;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.Locale;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicLong;

/**
 * Names of files, no two alike: when the first row came, who writes, and a number. Sorted by name
 * they are in the order in which one process began them. Thread-safe.
 */
final class FileNames {
  private static final DateTimeFormatter TIME =
      DateTimeFormatter.ofPattern("yyyyMMdd'T'HHmmss.SSS'Z'", Locale.ROOT).withZone(ZoneOffset.UTC);

  /** What names of files of JSON lines end in. */
  static final String LINES = ".jsonl";

  private final Clock clock;
  private final String writer = UUID.randomUUID().toString().substring(0, 8);
  private final AtomicLong number = new AtomicLong();

  FileNames(Clock clock) {
    this.clock = clock;
  }

  /** A name that ends in {@code suffix}. */
  String next(String suffix) {
    return String.format(
        Locale.ROOT,
        "%s-%s-%06d%s",
        TIME.format(clock.instant()),
        writer,
        number.incrementAndGet(),
        suffix);
  }
}
