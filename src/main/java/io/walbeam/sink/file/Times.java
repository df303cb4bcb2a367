package io.walbeam.sink.file;

import com.fasterxml.jackson.databind.JsonNode;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import org.jspecify.annotations.Nullable;

/** Times in walbeam's own files: microseconds since the Unix epoch as ISO 8601, 0 as null. */
final class Times {
  private Times() {}

  static @Nullable String text(long micros) {
    return micros == 0 ? null : Instant.EPOCH.plus(micros, ChronoUnit.MICROS).toString();
  }

  static long micros(JsonNode text) {
    return text.isTextual()
        ? ChronoUnit.MICROS.between(Instant.EPOCH, Instant.parse(text.asText()))
        : 0;
  }
}
