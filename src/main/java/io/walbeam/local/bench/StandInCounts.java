package io.walbeam.local.bench;

import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import io.walbeam.local.demo.LocalEnds;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;

/** The stand-in's own counts of what it has acknowledged. Thread-safe. */
final class StandInCounts {
  private final HttpClient client =
      HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();
  private final HttpRequest request;

  StandInCounts(LocalEnds ends) {
    this.request =
        HttpRequest.newBuilder(URI.create(ends.standIn().endpoint() + "/_standin/counts")).build();
  }

  /** By table. */
  JsonObject read() throws IOException, InterruptedException {
    String body = client.send(request, HttpResponse.BodyHandlers.ofString()).body();
    return JsonParser.parseString(body).getAsJsonObject();
  }

  /** Rows of a table in these counts; 0 if it is not among them. */
  static long rows(JsonObject counts, String table) {
    return counts.has(table) ? counts.getAsJsonObject(table).get("rows").getAsLong() : 0;
  }
}
