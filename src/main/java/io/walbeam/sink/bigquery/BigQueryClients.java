package io.walbeam.sink.bigquery;

import com.google.api.client.http.HttpRequestInitializer;
import com.google.api.client.http.javanet.NetHttpTransport;
import com.google.api.client.json.gson.GsonFactory;
import com.google.api.gax.core.FixedCredentialsProvider;
import com.google.api.gax.core.InstantiatingExecutorProvider;
import com.google.api.gax.core.NoCredentialsProvider;
import com.google.api.gax.grpc.ChannelPoolSettings;
import com.google.api.gax.grpc.InstantiatingGrpcChannelProvider;
import com.google.api.services.bigquery.Bigquery;
import com.google.api.services.bigquery.BigqueryScopes;
import com.google.auth.http.HttpCredentialsAdapter;
import com.google.auth.oauth2.GoogleCredentials;
import com.google.cloud.bigquery.storage.v1.BigQueryWriteClient;
import com.google.cloud.bigquery.storage.v1.BigQueryWriteSettings;
import io.grpc.ManagedChannelBuilder;
import io.walbeam.failure.FailureKind;
import io.walbeam.failure.WalbeamException;
import java.io.IOException;
import java.time.Duration;
import java.util.concurrent.TimeUnit;

/**
 * The two Google clients of one sink: REST for tables and queries, gRPC for rows. Thread-safe.
 *
 * <p>REST is the generated client and not {@code google-cloud-bigquery}, whose table model has no
 * {@code maxStaleness}.
 */
final class BigQueryClients implements AutoCloseable {
  /** Finds a dead network within 40 seconds, as Google's client of Bigtable does. */
  private static final Duration KEEPALIVE_TIME = Duration.ofSeconds(30);

  private static final Duration KEEPALIVE_TIMEOUT = Duration.ofSeconds(10);

  /** TCP connections; one is enough for some hundred MB/s, more keep a slow one from blocking. */
  private static final int CHANNELS = 4;

  /** Threads for timers and callbacks of gRPC; callbacks only complete futures. */
  private static final int EXECUTOR_THREADS = 2;

  /** A connection that is not made by then is not made at all. */
  private static final int CONNECT_TIMEOUT_MILLIS = 10_000;

  /** Longer than a query call is held open. */
  private static final int READ_TIMEOUT_MILLIS = 45_000;

  /** After this the channel's connections are cut. */
  private static final Duration CLOSE_PATIENCE = Duration.ofSeconds(5);

  private final BigQuerySettings settings;
  private final Bigquery rest;
  private final BigQueryWriteClient write;

  private BigQueryClients(BigQuerySettings settings, Bigquery rest, BigQueryWriteClient write) {
    this.settings = settings;
    this.rest = rest;
    this.write = write;
  }

  /**
   * Makes the clients. Connects to nothing yet, but looks for credentials.
   *
   * @throws WalbeamException of kind OPERATOR if there are none
   */
  static BigQueryClients open(BigQuerySettings settings) {
    try {
      if (settings.plaintext()) {
        return new BigQueryClients(
            settings,
            rest(settings, request -> {}),
            BigQueryWriteClient.create(plaintext(settings)));
      }
      GoogleCredentials credentials =
          GoogleCredentials.getApplicationDefault().createScoped(BigqueryScopes.BIGQUERY);
      HttpCredentialsAdapter adapter = new HttpCredentialsAdapter(credentials);
      return new BigQueryClients(
          settings,
          rest(settings, adapter),
          BigQueryWriteClient.create(authenticated(settings, credentials)));
    } catch (IOException e) {
      throw new WalbeamException(
          FailureKind.OPERATOR,
          "There are no Google credentials for BigQuery.",
          "Run gcloud auth application-default login, set GOOGLE_APPLICATION_CREDENTIALS, or run as"
              + " a service account.",
          e);
    }
  }

  BigQuerySettings settings() {
    return settings;
  }

  Bigquery rest() {
    return rest;
  }

  BigQueryWriteClient write() {
    return write;
  }

  @Override
  public void close() {
    write.shutdown();
    try {
      if (!write.awaitTermination(CLOSE_PATIENCE.toMillis(), TimeUnit.MILLISECONDS)) {
        write.shutdownNow();
        write.awaitTermination(CLOSE_PATIENCE.toMillis(), TimeUnit.MILLISECONDS);
      }
    } catch (InterruptedException e) {
      write.shutdownNow();
      Thread.currentThread().interrupt();
    }
  }

  private static Bigquery rest(BigQuerySettings settings, HttpRequestInitializer credentials) {
    Bigquery.Builder builder =
        new Bigquery.Builder(
                new NetHttpTransport(),
                GsonFactory.getDefaultInstance(),
                request -> {
                  credentials.initialize(request);
                  request.setConnectTimeout(CONNECT_TIMEOUT_MILLIS);
                  request.setReadTimeout(READ_TIMEOUT_MILLIS);
                })
            .setApplicationName("walbeam");
    if (!settings.endpoint().isEmpty()) {
      builder.setRootUrl(settings.endpoint() + "/");
    }
    return builder.build();
  }

  private static BigQueryWriteSettings authenticated(
      BigQuerySettings settings, GoogleCredentials credentials) throws IOException {
    BigQueryWriteSettings.Builder builder =
        BigQueryWriteSettings.newBuilder()
            .setCredentialsProvider(FixedCredentialsProvider.create(credentials))
            .setBackgroundExecutorProvider(executor())
            .setTransportChannelProvider(channels().build());
    if (!settings.endpoint().isEmpty()) {
      builder.setEndpoint(settings.authority());
    }
    return builder.build();
  }

  private static BigQueryWriteSettings plaintext(BigQuerySettings settings) throws IOException {
    return BigQueryWriteSettings.newBuilder()
        .setEndpoint(settings.authority())
        .setCredentialsProvider(NoCredentialsProvider.create())
        .setBackgroundExecutorProvider(executor())
        .setTransportChannelProvider(
            channels().setChannelConfigurator(BigQueryClients::usePlaintext).build())
        .build();
  }

  private static InstantiatingGrpcChannelProvider.Builder channels() {
    return BigQueryWriteSettings.defaultGrpcTransportProviderBuilder()
        .setChannelPoolSettings(ChannelPoolSettings.staticallySized(CHANNELS))
        .setKeepAliveTimeDuration(KEEPALIVE_TIME)
        .setKeepAliveTimeoutDuration(KEEPALIVE_TIMEOUT)
        .setKeepAliveWithoutCalls(false);
  }

  @SuppressWarnings("rawtypes") // The configurator's type is raw.
  private static ManagedChannelBuilder usePlaintext(ManagedChannelBuilder builder) {
    return builder.usePlaintext();
  }

  private static InstantiatingExecutorProvider executor() {
    return InstantiatingExecutorProvider.newBuilder()
        .setExecutorThreadCount(EXECUTOR_THREADS)
        .build();
  }
}
