package io.walbeam.postgres;

import io.walbeam.postgres.tls.ConnectionTls;
import java.io.IOException;
import java.net.Socket;
import java.util.Properties;
import org.jspecify.annotations.Nullable;
import org.postgresql.ssl.WrappedFactory;

/**
 * TLS as a {@link ConnectionTls} has prepared it, handing the TLS socket to a {@link SocketCapture}
 * if there is one. Created by pgjdbc by name.
 */
public final class CapturingSslFactory extends WrappedFactory {
  private final @Nullable SocketCapture capture;

  /** Called by pgjdbc with the connection properties. */
  public CapturingSslFactory(Properties properties) {
    factory =
        ConnectionTls.find(properties.getProperty("sslfactoryarg"))
            .orElseThrow(() -> new IllegalStateException("TLS was not prepared"))
            .socketFactory();
    this.capture = SocketCapture.find(properties.getProperty("socketFactoryArg"));
  }

  @Override
  public Socket createSocket(Socket socket, String host, int port, boolean autoClose)
      throws IOException {
    Socket encrypted = super.createSocket(socket, host, port, autoClose);
    if (capture != null) {
      capture.caughtEncrypted(encrypted);
    }
    return encrypted;
  }
}
