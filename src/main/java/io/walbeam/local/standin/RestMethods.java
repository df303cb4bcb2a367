package io.walbeam.local.standin;

import java.util.List;

/** Names of REST methods and reasons, as BigQuery's documentation has them. */
final class RestMethods {
  private RestMethods() {}

  /**
   * The name of a method, for instance {@code tables.patch}.
   *
   * @param path segments from {@code projects} on
   */
  static String name(String httpMethod, List<String> path) {
    int size = path.size();
    String collection = size > 2 ? path.get(2) : "projects";
    if (collection.equals("queries")) {
      return size == 3 ? "jobs.query" : "jobs.getQueryResults";
    }
    if (collection.equals("jobs")) {
      return "jobs." + verb(httpMethod, size == 3);
    }
    if (size == 6 && path.get(5).contains(":")) {
      return "tables." + path.get(5).substring(path.get(5).lastIndexOf(':') + 1);
    }
    if (size == 7) {
      return "tabledata." + (httpMethod.equals("GET") ? "list" : "insertAll");
    }
    return (size > 4 ? path.get(4) : collection) + "." + verb(httpMethod, size % 2 == 1);
  }

  static String reason(int status) {
    return switch (status) {
      case 400 -> "invalid";
      case 403 -> "accessDenied";
      case 404 -> "notFound";
      case 409 -> "duplicate";
      case 429 -> "rateLimitExceeded";
      case 503 -> "backendError";
      default -> "internalError";
    };
  }

  private static String verb(String httpMethod, boolean collection) {
    return switch (httpMethod) {
      case "POST" -> "insert";
      case "PATCH" -> "patch";
      case "PUT" -> "update";
      case "DELETE" -> "delete";
      default -> collection ? "list" : "get";
    };
  }
}
