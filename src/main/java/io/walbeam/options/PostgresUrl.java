package io.walbeam.options;

import io.walbeam.postgres.PostgresSettings;
import io.walbeam.secret.SecretReference;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;

/**
 * Reads {@code jdbc:postgresql://host:port/database?...} and {@code
 * postgresql://user@host:port/database?...}.
 *
 * <p>Never quotes the URL in a problem: it may hold a password by mistake.
 */
final class PostgresUrl {
  private static final int DEFAULT_PORT = 5432;

  /** Connection properties that are passed on; all others would change what walbeam relies on. */
  private static final Set<String> ALLOWED =
      Set.of(
          "sslmode",
          "sslrootcert",
          "sslcert",
          "sslkey",
          "channelBinding",
          "connectTimeout",
          "loginTimeout",
          "tcpKeepAlive",
          "targetServerType",
          "options");

  private static final Set<String> SSL_MODES =
      Set.of("disable", "allow", "prefer", "require", "verify-ca", "verify-full");

  private PostgresUrl() {}

  /**
   * The settings of {@code url}, or empty with every problem added to {@code problems}.
   *
   * @param user the option's user, wins over the URL's
   */
  static Optional<PostgresSettings> parse(
      String url, Optional<String> user, SecretReference password, List<String> problems) {
    int before = problems.size();
    String rest;
    if (url.startsWith("jdbc:postgresql://")) {
      rest = url.substring("jdbc:postgresql://".length());
    } else if (url.startsWith("postgresql://") || url.startsWith("postgres://")) {
      rest = url.substring(url.indexOf("//") + 2);
    } else {
      problems.add(
          "--postgresUrl is of the form jdbc:postgresql://host:port/database or"
              + " postgresql://host:port/database.");
      return Optional.empty();
    }
    TreeMap<String, String> properties = new TreeMap<>();
    int question = rest.indexOf('?');
    if (question >= 0) {
      readProperties(rest.substring(question + 1), properties, problems);
      rest = rest.substring(0, question);
    }
    String urlUser = properties.remove("user");
    int slash = rest.indexOf('/');
    String authority = slash < 0 ? rest : rest.substring(0, slash);
    String database = slash < 0 ? "" : decode(rest.substring(slash + 1));
    if (database.isEmpty()) {
      problems.add(
          "--postgresUrl names no database; add it after the host, as in //host:5432/shop.");
    }
    int at = authority.lastIndexOf('@');
    if (at >= 0) {
      String login = authority.substring(0, at);
      authority = authority.substring(at + 1);
      int secret = login.indexOf(':');
      urlUser = decode(secret < 0 ? login : login.substring(0, secret));
      if (secret >= 0) {
        problems.add(
            "--postgresUrl holds a password, which would show in logs and job pages; give it as"
                + " --postgresPassword=env:NAME, file:path or secret:....");
      }
    }
    int colon = authority.lastIndexOf(':');
    boolean hasPort = colon > authority.lastIndexOf(']');
    String host = hasPort ? authority.substring(0, colon) : authority;
    int port = DEFAULT_PORT;
    if (hasPort) {
      port = port(authority.substring(colon + 1), problems);
    }
    if (host.startsWith("[") && host.endsWith("]")) {
      host = host.substring(1, host.length() - 1);
    }
    if (host.isEmpty() || host.contains(",")) {
      problems.add("--postgresUrl names one host, the primary or a standby.");
    }
    String name = user.filter(u -> !u.isBlank()).orElse(urlUser == null ? "" : urlUser);
    if (name.isEmpty()) {
      problems.add("--postgresUser is missing; give the role that walbeam connects as.");
    }
    if (problems.size() > before) {
      return Optional.empty();
    }
    return Optional.of(new PostgresSettings(host, port, database, name, password, properties));
  }

  private static void readProperties(
      String query, Map<String, String> properties, List<String> problems) {
    for (String pair : query.split("&", -1)) {
      int equals = pair.indexOf('=');
      if (equals < 1) {
        continue;
      }
      String name = decode(pair.substring(0, equals));
      String value = decode(pair.substring(equals + 1));
      if (name.equals("password")) {
        problems.add(
            "--postgresUrl holds a password, which would show in logs and job pages; give it as"
                + " --postgresPassword=env:NAME, file:path or secret:....");
      } else if (name.equals("user") || ALLOWED.contains(name)) {
        properties.put(name, value);
      } else {
        problems.add(
            "--postgresUrl has the property "
                + name
                + ", which walbeam does not take; leave it out.");
      }
    }
    String mode = properties.get("sslmode");
    if (mode != null && !SSL_MODES.contains(mode)) {
      problems.add(
          "sslmode in --postgresUrl is one of disable, allow, prefer, require, verify-ca,"
              + " verify-full.");
    }
  }

  private static int port(String text, List<String> problems) {
    try {
      int port = Integer.parseInt(text);
      if (port > 0 && port < 65_536) {
        return port;
      }
    } catch (NumberFormatException e) {
      // Reported below, like a number out of range.
    }
    problems.add("The port in --postgresUrl is a number from 1 to 65535.");
    return DEFAULT_PORT;
  }

  private static String decode(String text) {
    try {
      return URLDecoder.decode(text.replace("+", "%2B"), StandardCharsets.UTF_8);
    } catch (IllegalArgumentException e) {
      return text; // a lone percent sign is itself
    }
  }
}
