package io.walbeam.local.standin.store;

import com.fasterxml.jackson.databind.JsonNode;
import java.math.BigDecimal;
import java.time.Duration;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** {@code Table.maxStaleness}: an interval literal "Y-M D H:M:S". */
final class Staleness {
  private static final Pattern INTERVAL =
      Pattern.compile("(-?\\d+)-(\\d+) (-?\\d+) (-?)(\\d+):(\\d+):(\\d+(?:\\.\\d+)?)");

  private Staleness() {}

  /** Zero if the table has none. Months count as 30 days. */
  static Duration of(JsonNode resource) {
    Matcher matcher = INTERVAL.matcher(resource.path("maxStaleness").asText(""));
    if (!matcher.matches()) {
      return Duration.ZERO;
    }
    long days =
        (Long.parseLong(matcher.group(1)) * 12 + Long.parseLong(matcher.group(2))) * 30
            + Long.parseLong(matcher.group(3));
    Duration time =
        Duration.ofHours(Long.parseLong(matcher.group(5)))
            .plusMinutes(Long.parseLong(matcher.group(6)))
            .plusMillis(new BigDecimal(matcher.group(7)).movePointRight(3).longValue());
    return Duration.ofDays(days).plus(matcher.group(4).isEmpty() ? time : time.negated());
  }
}
