package io.walbeam.local.chaos;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.SocketTimeoutException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class TcpProxyIT {
  /** For what must not arrive, milliseconds. */
  private static final int SILENCE = 300;

  private ServerSocket server;
  private TcpProxy proxy;

  @BeforeEach
  void listen() throws IOException {
    server = new ServerSocket(0, 10, InetAddress.getLoopbackAddress());
    proxy = new TcpProxy(server::getLocalPort);
  }

  @AfterEach
  void close() throws IOException {
    proxy.close();
    server.close();
  }

  @Test
  void bytesPassInBothDirections() throws Exception {
    try (Socket client = connect();
        Socket served = server.accept()) {
      client.getOutputStream().write(1);
      assertThat(served.getInputStream().read()).isEqualTo(1);
      served.getOutputStream().write(2);
      assertThat(client.getInputStream().read()).isEqualTo(2);
    }
  }

  @Test
  void aFrozenConnectionGoesOnWhereItWas() throws Exception {
    try (Socket client = connect();
        Socket served = server.accept()) {
      proxy.freeze(true);
      client.getOutputStream().write(1);
      served.setSoTimeout(SILENCE);
      assertThatThrownBy(() -> served.getInputStream().read())
          .isInstanceOf(SocketTimeoutException.class);
      served.setSoTimeout(0);
      proxy.heal();
      assertThat(served.getInputStream().read()).isEqualTo(1);
    }
  }

  @Test
  void ofAHalfOpenConnectionNothingArrivesAndANewOneWorks() throws Exception {
    try (Socket client = connect();
        Socket served = server.accept()) {
      proxy.loseSilently();
      client.getOutputStream().write(1);
      served.setSoTimeout(SILENCE);
      assertThatThrownBy(() -> served.getInputStream().read())
          .isInstanceOf(SocketTimeoutException.class);
    }
    bytesPassInBothDirections();
  }

  @Test
  void whatIsCutIsResetAndWhatIsRefusedCannotConnectUntilItIsHealed() throws Exception {
    try (Socket client = connect();
        Socket served = server.accept()) {
      proxy.cut();
      assertThatThrownBy(() -> client.getInputStream().read()).isInstanceOf(IOException.class);
      assertThat(served.isConnected()).isTrue();
    }
    proxy.refuse();
    assertThatThrownBy(this::connect).isInstanceOf(IOException.class);
    proxy.heal();
    bytesPassInBothDirections();
  }

  private Socket connect() throws IOException {
    return new Socket(InetAddress.getLoopbackAddress(), proxy.port());
  }
}
