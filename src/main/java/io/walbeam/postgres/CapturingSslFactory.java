package io.walbeam.postgres;

import java.io.IOException;
import java.net.Socket;
import java.util.Properties;
import org.jspecify.annotations.Nullable;
import org.postgresql.ssl.LibPQFactory;
import org.postgresql.util.PSQLException;

/**
 * pgjdbc's TLS as configured by {@code sslmode}, {@code sslrootcert} and so on, handing the TLS
 * socket to a {@link SocketCapture}. Created by pgjdbc by name.
 */
public final class CapturingSslFactory extends LibPQFactory {
  private final @Nullable SocketCapture capture;

  /** Called by pgjdbc with the connection properties. */
  public CapturingSslFactory(Properties properties) throws PSQLException {
    super(properties);
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
