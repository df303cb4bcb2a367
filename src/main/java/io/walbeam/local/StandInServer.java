package io.walbeam.local;

import com.linecorp.armeria.common.SessionProtocol;
import com.linecorp.armeria.common.TlsKeyPair;
import com.linecorp.armeria.common.grpc.GrpcSerializationFormats;
import com.linecorp.armeria.server.Server;
import com.linecorp.armeria.server.ServerBuilder;
import com.linecorp.armeria.server.encoding.DecodingService;
import com.linecorp.armeria.server.grpc.GrpcService;
import com.linecorp.armeria.server.grpc.GrpcServiceBuilder;
import io.walbeam.local.standin.Counts;
import io.walbeam.local.standin.Faults;
import io.walbeam.local.standin.append.AppendService;
import io.walbeam.local.standin.append.Appender;
import io.walbeam.local.standin.pubsub.PubSubStandIn;
import io.walbeam.local.standin.pubsub.PublisherService;
import io.walbeam.local.standin.pubsub.RightsService;
import io.walbeam.local.standin.pubsub.SubscriberService;
import io.walbeam.local.standin.rest.ControlApi;
import io.walbeam.local.standin.rest.DatasetsApi;
import io.walbeam.local.standin.rest.JobsApi;
import io.walbeam.local.standin.rest.RestService;
import io.walbeam.local.standin.rest.TablesApi;
import io.walbeam.local.standin.sql.Defaults;
import io.walbeam.local.standin.sql.Queries;
import io.walbeam.local.standin.store.Datasets;
import io.walbeam.local.standin.store.Store;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.util.EnumSet;
import java.util.Set;

/**
 * A running stand-in for BigQuery: REST and the Storage Write API on one port.
 *
 * <p>Thread-safe. {@link #close} frees the port, the threads and the database file; what was
 * acknowledged is in the file even if it is never called.
 */
public final class StandInServer implements AutoCloseable {
  /** Above every documented limit, so that the limit itself is what answers. */
  private static final int MAX_MESSAGE_BYTES = 64 * 1024 * 1024;

  /** Idle connections are the client's to close. */
  private static final Duration NO_TIMEOUT = Duration.ZERO;

  private final Server server;
  private final Store store;
  private final String host;
  private final Faults faults;
  private final Counts counts;
  private final Datasets catalogue;
  private final PubSubStandIn pubSub;

  private StandInServer(
      Server server,
      Store store,
      String host,
      Faults faults,
      Counts counts,
      Datasets catalogue,
      PubSubStandIn pubSub) {
    this.server = server;
    this.store = store;
    this.host = host;
    this.faults = faults;
    this.counts = counts;
    this.catalogue = catalogue;
    this.pubSub = pubSub;
  }

  /** Starts a server; when this returns it accepts requests. */
  public static StandInServer start(StandInOptions options) {
    Store store = new Store(options.data());
    try {
      Faults faults = new Faults(options.clock());
      Counts counts = new Counts();
      PubSubStandIn pubSub = new PubSubStandIn(options.clock());
      Datasets catalogue = new Datasets(store, options.clock(), options.staleReads(), faults);
      Queries queries = new Queries(store, catalogue);
      RestService rest =
          new RestService(
              new DatasetsApi(catalogue),
              new TablesApi(catalogue, queries),
              new JobsApi(queries, options.clock()),
              new ControlApi(faults, counts, catalogue));
      Appender appender =
          new Appender(catalogue, new Defaults(store), faults, counts, options.counting());
      ServerBuilder builder = Server.builder();
      Set<SessionProtocol> protocols = EnumSet.of(SessionProtocol.HTTP);
      options
          .tls()
          .ifPresent(
              tls -> {
                Certificates.ensure(tls, options.host());
                protocols.add(SessionProtocol.HTTPS);
                builder.tls(TlsKeyPair.of(tls.key().toFile(), tls.certificate().toFile()));
              });
      Server server =
          builder
              .port(new InetSocketAddress(options.host(), options.port()), protocols)
              .requestTimeout(NO_TIMEOUT)
              .idleTimeout(NO_TIMEOUT)
              .maxRequestLength(0)
              .gracefulShutdownTimeout(Duration.ZERO, Duration.ZERO)
              .service(
                  calls()
                      .addService(new AppendService(catalogue, appender))
                      .useBlockingTaskExecutor(true)
                      .build())
              .service(
                  // Nothing of it waits, so it is done where a request is read.
                  calls()
                      .addService(new PublisherService(pubSub))
                      .addService(new SubscriberService(pubSub))
                      .addService(new RightsService(pubSub))
                      .build())
              .serviceUnder("/", rest.decorate(DecodingService.newDecorator()))
              .build();
      server.start().join();
      StandInServer standIn =
          new StandInServer(server, store, options.host(), faults, counts, catalogue, pubSub);
      options.portFile().ifPresent(file -> writePort(file, standIn.port()));
      return standIn;
    } catch (RuntimeException e) {
      store.close();
      throw e;
    }
  }

  private static GrpcServiceBuilder calls() {
    return GrpcService.builder()
        .supportedSerializationFormats(GrpcSerializationFormats.PROTO)
        .maxRequestMessageLength(MAX_MESSAGE_BYTES)
        .maxResponseMessageLength(MAX_MESSAGE_BYTES)
        .useClientTimeoutHeader(false);
  }

  /** The port it listens on. */
  public int port() {
    return server.activeLocalPort();
  }

  /** The address for {@code --bigQueryEndpoint}, without a trailing slash. */
  public String endpoint() {
    return "http://" + host + ":" + port();
  }

  /** The faults to inject. */
  public Faults faults() {
    return faults;
  }

  /** What was counted, in counting mode. */
  public Counts counts() {
    return counts;
  }

  /** Topics and subscriptions. */
  public PubSubStandIn pubSub() {
    return pubSub;
  }

  /** Applies all changes now, as BigQuery's background apply does. */
  public void applyChanges() {
    catalogue.applyAll();
  }

  @Override
  public void close() {
    server.stop().join();
    pubSub.close();
    store.close();
  }

  private static void writePort(Path file, int port) {
    try {
      Path whole = file.resolveSibling(file.getFileName() + ".new");
      Files.writeString(whole, Integer.toString(port));
      Files.move(whole, file, StandardCopyOption.REPLACE_EXISTING, StandardCopyOption.ATOMIC_MOVE);
    } catch (IOException e) {
      throw new UncheckedIOException("the port could not be written to " + file, e);
    }
  }
}
