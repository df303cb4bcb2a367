package io.walbeam.postgres;

import io.walbeam.secret.SecretReference;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Optional;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * Reads {@code jdbc:postgresql://host:port/db?...} and {@code postgresql://user@host:port/db?...}.
 *
 * <p>Parts are percent-decoded. One host only: a slot lives on one server.
 */
public final class PostgresUrl {
  /** PostgreSQL's port when none is given. */
  public static final int DEFAULT_PORT = 5432;

  private static final String EXAMPLE = "jdbc:postgresql://HOST:5432/DATABASE";

  private final List<String> problems;
  private final TreeMap<String, String> properties = new TreeMap<>();
  private String host = "";
  private int port = DEFAULT_PORT;
  private String database = "";
  private @Nullable String user;
  private @Nullable String password;

  private PostgresUrl(List<String> problems) {
    this.problems = problems;
  }

  /**
   * Parses {@code url}; a user or password given apart from it wins.
   *
   * @param problems receives every problem found, each a sentence with what to change
   * @return the settings, or empty if there was a problem
   */
  public static Optional<PostgresSettings> parse(
      String url,
      Optional<String> user,
      Optional<SecretReference> password,
      List<String> problems) {
    int before = problems.size();
    PostgresUrl parsed = new PostgresUrl(problems);
    parsed.read(url);
    @Nullable String name = user.orElse(parsed.user);
    if (name == null || name.isEmpty()) {
      problems.add("There is no PostgreSQL user; give --postgresUser or put it into the URL.");
    }
    if (problems.size() > before || name == null) {
      return Optional.empty();
    }
    String inUrl = parsed.password == null ? "" : parsed.password;
    return Optional.of(
        new PostgresSettings(
            parsed.host,
            parsed.port,
            parsed.database,
            name,
            password.orElseGet(() -> new SecretReference(inUrl)),
            parsed.properties));
  }

  private void read(String url) {
    String rest = url.startsWith("jdbc:") ? url.substring("jdbc:".length()) : url;
    if (rest.startsWith("postgresql://")) {
      rest = rest.substring("postgresql://".length());
    } else if (rest.startsWith("postgres://")) {
      rest = rest.substring("postgres://".length());
    } else {
      problems.add("The PostgreSQL URL does not start with postgresql://; write " + EXAMPLE + ".");
      return;
    }
    int question = rest.indexOf('?');
    if (question >= 0) {
      readProperties(rest.substring(question + 1));
      rest = rest.substring(0, question);
    }
    int slash = rest.indexOf('/');
    database = slash < 0 ? "" : decode(rest.substring(slash + 1));
    if (database.isEmpty()) {
      problems.add("The PostgreSQL URL names no database; write " + EXAMPLE + ".");
    }
    readAuthority(slash < 0 ? rest : rest.substring(0, slash));
  }

  private void readAuthority(String authority) {
    String hostAndPort = authority;
    int at = authority.lastIndexOf('@');
    if (at >= 0) {
      String login = authority.substring(0, at);
      hostAndPort = authority.substring(at + 1);
      int colon = login.indexOf(':');
      user = decode(colon < 0 ? login : login.substring(0, colon));
      if (colon >= 0) {
        password = decode(login.substring(colon + 1));
      }
    }
    if (hostAndPort.indexOf(',') >= 0) {
      problems.add("The PostgreSQL URL names several hosts; a slot is on one server, name that.");
      return;
    }
    int bracket = hostAndPort.indexOf(']');
    int colon = hostAndPort.indexOf(':', Math.max(bracket, 0));
    host = colon < 0 ? hostAndPort : hostAndPort.substring(0, colon);
    if (bracket > 0 && host.startsWith("[")) {
      host = host.substring(1, host.length() - 1);
    }
    host = decode(host);
    if (host.isEmpty()) {
      problems.add("The PostgreSQL URL names no host; write " + EXAMPLE + ".");
    }
    if (colon >= 0) {
      readPort(hostAndPort.substring(colon + 1));
    }
  }

  private void readPort(String text) {
    try {
      port = Integer.parseInt(text);
    } catch (NumberFormatException e) {
      port = -1;
    }
    if (port < 1 || port > 65_535) {
      problems.add("The port in the PostgreSQL URL is not a number from 1 to 65535; correct it.");
    }
  }

  private void readProperties(String query) {
    for (String pair : query.split("&", -1)) {
      if (pair.isEmpty()) {
        continue;
      }
      int equals = pair.indexOf('=');
      if (equals < 1) {
        problems.add("A parameter in the PostgreSQL URL is not of the form name=value; mend it.");
        continue;
      }
      String name = decode(pair.substring(0, equals));
      String value = decode(pair.substring(equals + 1));
      switch (name) {
        case "user" -> user = value;
        case "password" -> password = value;
        default -> {
          if (ReplicationProperties.RESERVED.contains(name)) {
            problems.add(
                "The parameter " + name + " in the PostgreSQL URL is set by walbeam; remove it.");
          } else {
            properties.put(name, value);
          }
        }
      }
    }
  }

  private String decode(String text) {
    try {
      return URLDecoder.decode(text.replace("+", "%2B"), StandardCharsets.UTF_8);
    } catch (IllegalArgumentException e) {
      problems.add("A %-escape in the PostgreSQL URL is broken; write %25 for a percent sign.");
      return "";
    }
  }
}
