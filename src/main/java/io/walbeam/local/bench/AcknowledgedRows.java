package io.walbeam.local.bench;

import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import io.walbeam.local.demo.LocalEnds;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;

/** How many rows of a table the stand-in has acknowledged, by its own counts. Thread-safe. */
final class AcknowledgedRows {
  private final HttpClient client =
      HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();
  private final HttpRequest request;
  private final String table;

  AcknowledgedRows(LocalEnds ends, String table) {
    this.table = table;
    this.request =
        HttpRequest.newBuilder(URI.create(ends.standIn().endpoint() + "/_standin/counts")).build();
  }

  long count() throws IOException, InterruptedException {
    String body = client.send(request, HttpResponse.BodyHandlers.ofString()).body();
    JsonObject counts = JsonParser.parseString(body).getAsJsonObject();
    return counts.has(table) ? counts.getAsJsonObject(table).get("rows").getAsLong() : 0;
  }
}
