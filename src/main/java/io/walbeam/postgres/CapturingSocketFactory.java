package io.walbeam.postgres;

import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import javax.net.SocketFactory;

/** Opens plain sockets and hands them to a {@link SocketCapture}. Created by pgjdbc by name. */
public final class CapturingSocketFactory extends SocketFactory {
  private final String captureId;

  /** Called by pgjdbc with the property {@code socketFactoryArg}. */
  public CapturingSocketFactory(String captureId) {
    this.captureId = captureId;
  }

  @Override
  public Socket createSocket() {
    Socket socket = new Socket();
    SocketCapture capture = SocketCapture.find(captureId);
    if (capture != null) {
      capture.caughtPlain(socket);
    }
    return socket;
  }

  @Override
  public Socket createSocket(String host, int port) throws IOException {
    throw unconnectedOnly();
  }

  @Override
  public Socket createSocket(String host, int port, InetAddress local, int localPort)
      throws IOException {
    throw unconnectedOnly();
  }

  @Override
  public Socket createSocket(InetAddress host, int port) throws IOException {
    throw unconnectedOnly();
  }

  @Override
  public Socket createSocket(InetAddress host, int port, InetAddress local, int localPort)
      throws IOException {
    throw unconnectedOnly();
  }

  private static IOException unconnectedOnly() {
    return new IOException("pgjdbc connects the socket itself");
  }
}
