package io.walbeam.options;

import java.util.Optional;

/** Where a run answers over HTTP; {@code port} 0 takes a free one. */
public record HttpAddress(String host, int port) {
  private static final int HIGHEST = 65_535;

  /** Reads {@code :8080}, which is of this machine only, or {@code 0.0.0.0:8080}. */
  static Optional<HttpAddress> parse(String text) {
    int colon = text.lastIndexOf(':');
    String host = text.substring(0, Math.max(0, colon));
    try {
      int port = Integer.parseInt(text.substring(colon + 1));
      return port < 0 || port > HIGHEST
          ? Optional.empty()
          : Optional.of(new HttpAddress(host.isEmpty() ? "localhost" : host, port));
    } catch (NumberFormatException e) {
      return Optional.empty();
    }
  }
}
