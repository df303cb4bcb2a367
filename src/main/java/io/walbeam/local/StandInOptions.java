package io.walbeam.local;

import java.nio.file.Path;
import java.time.Clock;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * How a stand-in is started.
 *
 * @param host the address to listen on
 * @param port the port, 0 for a free one
 * @param data the database file, empty for memory
 * @param counting whether appended rows are only counted
 * @param staleReads whether queries of tables with {@code maxStaleness} see only applied changes
 * @param portFile a file to write the port to once the server is ready
 * @param tls where the certificate for TLS is, empty to serve plaintext only
 */
public record StandInOptions(
    String host,
    int port,
    Optional<Path> data,
    boolean counting,
    boolean staleReads,
    Optional<Path> portFile,
    Optional<Tls> tls,
    Clock clock) {

  /**
   * A certificate.
   *
   * @param certificate PEM file, made together with the key if neither exists
   * @param key PEM file, PKCS #8
   */
  public record Tls(Path certificate, Path key) {}

  /** In memory, on a free port of localhost, plaintext. */
  public static StandInOptions inMemory() {
    return new StandInOptions(
        "localhost",
        0,
        Optional.empty(),
        false,
        false,
        Optional.empty(),
        Optional.empty(),
        Clock.systemUTC());
  }

  public StandInOptions withPort(int port) {
    return new StandInOptions(host, port, data, counting, staleReads, portFile, tls, clock);
  }

  public StandInOptions withData(Path data) {
    return new StandInOptions(
        host, port, Optional.of(data), counting, staleReads, portFile, tls, clock);
  }

  public StandInOptions withCounting() {
    return new StandInOptions(host, port, data, true, staleReads, portFile, tls, clock);
  }

  public StandInOptions withStaleReads() {
    return new StandInOptions(host, port, data, counting, true, portFile, tls, clock);
  }

  public StandInOptions withTls(Path certificate, Path key) {
    return new StandInOptions(
        host,
        port,
        data,
        counting,
        staleReads,
        portFile,
        Optional.of(new Tls(certificate, key)),
        clock);
  }

  public StandInOptions withClock(Clock clock) {
    return new StandInOptions(host, port, data, counting, staleReads, portFile, tls, clock);
  }

  /**
   * Reads {@code --name=value} options.
   *
   * @throws IllegalArgumentException with one line per problem
   */
  static StandInOptions parse(List<String> arguments) {
    String host = "localhost";
    int port = DEFAULT_PORT;
    Optional<Path> data = Optional.empty();
    boolean counting = false;
    boolean staleReads = false;
    Optional<Path> portFile = Optional.empty();
    Optional<Path> certificate = Optional.empty();
    Optional<Path> key = Optional.empty();
    List<String> problems = new ArrayList<>();
    for (String argument : arguments) {
      int equals = argument.indexOf('=');
      String name = equals < 0 ? argument : argument.substring(0, equals);
      String value = equals < 0 ? "" : argument.substring(equals + 1);
      boolean needsValue = true;
      switch (name) {
        case "--host" -> host = value;
        case "--port" -> {
          try {
            port = Integer.parseInt(value);
          } catch (NumberFormatException e) {
            port = -1;
          }
          if (port < 0 || port > MAX_PORT) {
            problems.add("--port must be a number from 0 to 65535.");
          }
        }
        case "--data" -> data = Optional.of(Path.of(value));
        case "--portFile" -> portFile = Optional.of(Path.of(value));
        case "--tlsCertificate" -> certificate = Optional.of(Path.of(value));
        case "--tlsKey" -> key = Optional.of(Path.of(value));
        case "--counting" -> {
          counting = !value.equals("false");
          needsValue = false;
        }
        case "--staleReads" -> {
          staleReads = !value.equals("false");
          needsValue = false;
        }
        default -> {
          problems.add("Unknown option " + name + ": use one of " + NAMES + ".");
          needsValue = false;
        }
      }
      if (needsValue && value.isEmpty()) {
        problems.add("Option " + name + " needs a value: write " + name + "=VALUE.");
      }
    }
    if (certificate.isPresent() != key.isPresent()) {
      problems.add("--tlsCertificate and --tlsKey belong together: give both or neither.");
    }
    if (!problems.isEmpty()) {
      throw new IllegalArgumentException(String.join("\n", problems));
    }
    Optional<Path> keyFile = key;
    return new StandInOptions(
        host,
        port,
        data,
        counting,
        staleReads,
        portFile,
        certificate.flatMap(c -> keyFile.map(k -> new Tls(c, k))),
        Clock.systemUTC());
  }

  private static final int DEFAULT_PORT = 9050;
  private static final int MAX_PORT = 65_535;
  private static final String NAMES =
      "--host, --port, --data, --counting, --staleReads, --portFile, --tlsCertificate, --tlsKey";
}
