package io.walbeam.command;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import io.walbeam.failure.FailureKind;
import io.walbeam.failure.WalbeamException;
import io.walbeam.job.RunProgress;
import io.walbeam.options.HttpAddress;
import io.walbeam.source.SessionLag;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.Optional;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Answers over HTTP how a run in this process is: {@code /healthz}, {@code /readyz}, {@code
 * /metrics} in Prometheus' text format, {@code /status.json}. Holds no secret and no row value.
 * Thread-safe; answers one request at a time, beside the data's path.
 */
final class StatusServer implements AutoCloseable {
  private static final Logger log = LoggerFactory.getLogger(StatusServer.class);

  private static final int OK = 200;
  private static final int NOT_FOUND = 404;
  private static final int METHOD_NOT_ALLOWED = 405;
  private static final int NOT_READY = 503;

  private static final String TEXT = "text/plain; charset=utf-8";

  private final HttpServer server;
  private final ExecutorService executor;
  private final String slot;
  private volatile Supplier<Optional<RunProgress>> progress = Optional::empty;

  private record Answer(int status, String type, String body) {}

  private interface Page {
    Answer answer(Optional<RunProgress> now);
  }

  private StatusServer(HttpServer server, String slot) {
    this.server = server;
    this.slot = slot;
    this.executor =
        Executors.newSingleThreadExecutor(
            task -> {
              Thread thread = new Thread(task, "walbeam-http");
              thread.setDaemon(true);
              return thread;
            });
    page("/healthz", now -> new Answer(OK, TEXT, "ok\n"));
    page("/readyz", StatusServer::ready);
    page("/metrics", now -> new Answer(OK, MetricsPage.CONTENT_TYPE, MetricsPage.of(now)));
    page("/status.json", now -> new Answer(OK, "application/json", status(now)));
    server.setExecutor(executor);
    server.start();
  }

  /**
   * Begins to answer; the run is not ready until {@link #watch} is called.
   *
   * @throws WalbeamException of kind OPERATOR if nothing can listen there
   */
  static StatusServer start(HttpAddress address, String slot) {
    try {
      StatusServer started =
          new StatusServer(
              HttpServer.create(new InetSocketAddress(address.host(), address.port()), 0), slot);
      log.info("Answering at http://{}:{}/status.json.", address.host(), started.port());
      return started;
    } catch (IOException | RuntimeException e) {
      throw new WalbeamException(
          FailureKind.OPERATOR,
          "Nothing can listen at " + address.host() + ":" + address.port() + ".",
          "Give another address with --http, or end what listens there.",
          e);
    }
  }

  int port() {
    return server.getAddress().getPort();
  }

  /** From now on answers tell of this run. */
  void watch(Supplier<RunProgress> run) {
    progress = () -> Optional.of(run.get());
  }

  @Override
  public void close() {
    server.stop(0);
    executor.shutdownNow();
  }

  private void page(String path, Page page) {
    server.createContext(
        path,
        exchange -> {
          try (exchange) {
            if (!exchange.getRequestURI().getPath().equals(path)) {
              send(exchange, new Answer(NOT_FOUND, TEXT, "no such page\n"));
            } else if (!exchange.getRequestMethod().equals("GET")) {
              send(exchange, new Answer(METHOD_NOT_ALLOWED, TEXT, "GET only\n"));
            } else {
              send(exchange, page.answer(progress.get()));
            }
          }
        });
  }

  private static void send(HttpExchange exchange, Answer answer) throws IOException {
    byte[] body = answer.body().getBytes(StandardCharsets.UTF_8);
    exchange.getResponseHeaders().set("Content-Type", answer.type());
    exchange.sendResponseHeaders(answer.status(), body.length);
    exchange.getResponseBody().write(body);
  }

  private static Answer ready(Optional<RunProgress> now) {
    if (now.isEmpty() || now.get().lag().equals(SessionLag.UNKNOWN)) {
      return new Answer(NOT_READY, TEXT, "the slot is not read yet\n");
    }
    if (!now.get().stalls().isEmpty()) {
      StringBuilder body = new StringBuilder();
      now.get()
          .stalls()
          .forEach(
              stall ->
                  body.append(stall.table())
                      .append(" waits: ")
                      .append(stall.reason())
                      .append('\n'));
      return new Answer(NOT_READY, TEXT, body.toString());
    }
    StringBuilder body = new StringBuilder("ready\n");
    now.get()
        .missing()
        .tables()
        .forEach(
            (table, reason) ->
                body.append("but changes are missing in ")
                    .append(table)
                    .append(", which was let go: ")
                    .append(reason)
                    .append('\n'));
    return new Answer(OK, TEXT, body.toString());
  }

  private String status(Optional<RunProgress> now) {
    ObjectNode root = new ObjectMapper().createObjectNode();
    root.put("slot", slot);
    root.put("ready", ready(now).status() == OK);
    now.ifPresent(
        run -> {
          root.put("changes", run.changes());
          root.put("deadLetters", run.deadLetters());
          root.putObject("lag")
              .put("bytes", run.lag().bytes())
              .put("seconds", run.lag().seconds())
              .put("ageSeconds", run.lag().ageSeconds())
              .put("queueBytes", run.lag().queueBytes())
              .put("batches", run.lag().batches());
          root.putObject("dumps")
              .put("finished", run.dumps().finished())
              .put("left", run.dumps().left())
              .put("rows", run.dumps().rows());
          root.put("missingChanges", run.missing().changes());
          ArrayNode letGo = root.putArray("letGo");
          run.missing()
              .tables()
              .forEach(
                  (table, reason) -> letGo.addObject().put("table", table).put("reason", reason));
          ArrayNode stalls = root.putArray("stalls");
          run.stalls()
              .forEach(
                  stall ->
                      stalls
                          .addObject()
                          .put("table", stall.table())
                          .put("reason", stall.reason())
                          .put("since", stall.since().toString()));
        });
    return root + "\n";
  }
}
