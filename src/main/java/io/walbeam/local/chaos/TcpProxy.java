package io.walbeam.local.chaos;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.function.IntSupplier;
import org.jspecify.annotations.Nullable;

/**
 * Passes TCP connections on to a port of this machine, and cuts, freezes, slows down or refuses
 * them when told. Thread-safe.
 */
public final class TcpProxy implements AutoCloseable {
  private static final int BUFFER_BYTES = 16 << 10;

  /** Connections that wait to be accepted. */
  private static final int BACKLOG = 50;

  /** Delay of each piece of data on a slow connection, milliseconds. */
  private static final long SLOW_MILLIS = 40;

  /** Between two looks whether a frozen connection may go on, milliseconds. */
  private static final long FROZEN_MILLIS = 20;

  /** One connection with both of its ends. */
  private final class Link {
    final Socket client;
    final Socket server;
    volatile boolean dead;

    Link(Socket client, Socket server) {
      this.client = client;
      this.server = server;
    }

    void start() {
      thread(() -> pump(client, server)).start();
      thread(() -> pump(server, client)).start();
    }

    private void pump(Socket from, Socket to) {
      byte[] buffer = new byte[BUFFER_BYTES];
      try (from;
          to) {
        InputStream in = from.getInputStream();
        OutputStream out = to.getOutputStream();
        for (int bytes = in.read(buffer); bytes >= 0; bytes = in.read(buffer)) {
          if (slow) {
            TimeUnit.MILLISECONDS.sleep(SLOW_MILLIS);
          }
          while (frozen || dead) {
            TimeUnit.MILLISECONDS.sleep(FROZEN_MILLIS);
          }
          out.write(buffer, 0, bytes);
          out.flush();
        }
      } catch (IOException e) {
        // Ends both directions.
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
      } finally {
        links.remove(this);
      }
    }

    void cut() {
      for (Socket socket : new Socket[] {client, server}) {
        try {
          // A reset instead of an orderly end.
          socket.setSoLinger(true, 0);
          socket.close();
        } catch (IOException e) {
          // It is closed either way.
        }
      }
    }
  }

  private final IntSupplier target;
  private final int port;

  /** Locked while a connection is made, and while a fault comes to all of them. */
  private final Set<Link> links = ConcurrentHashMap.newKeySet();

  private volatile boolean slow;
  private volatile boolean frozen;
  private volatile boolean closed;
  private @Nullable ServerSocket listener;
  private @Nullable Thread accepting;

  /**
   * @param target port of this machine, asked for each connection
   */
  public TcpProxy(IntSupplier target) throws IOException {
    this.target = target;
    this.port = listen(0);
  }

  /** The port that it listens on. */
  public int port() {
    return port;
  }

  /** Resets all connections; new ones pass. */
  void cut() {
    synchronized (links) {
      links.forEach(Link::cut);
    }
  }

  /** Connections that there are get no data any more and no word about it; new ones pass. */
  void loseSilently() {
    synchronized (links) {
      links.forEach(link -> link.dead = true);
    }
  }

  void slow(boolean on) {
    slow = on;
  }

  /** Whether data of all connections waits. */
  public void freeze(boolean on) {
    frozen = on;
  }

  /** Resets all connections, and lets nobody connect. */
  public synchronized void refuse() throws IOException {
    ServerSocket open = listener;
    Thread thread = accepting;
    listener = null;
    if (open != null && thread != null) {
      open.close();
      // The kernel goes on accepting until the call that waits for it has returned.
      awaitEnd(thread);
    }
    cut();
  }

  private static void awaitEnd(Thread thread) {
    try {
      thread.join();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  /** Everything passes; what was lost stays lost. */
  public synchronized void heal() throws IOException {
    slow = false;
    frozen = false;
    if (listener == null && !closed) {
      int unused = listen(port);
    }
  }

  private synchronized int listen(int wanted) throws IOException {
    ServerSocket opened = new ServerSocket();
    opened.setReuseAddress(true);
    opened.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), wanted), BACKLOG);
    listener = opened;
    Thread thread = thread(() -> accept(opened));
    accepting = thread;
    thread.start();
    return opened.getLocalPort();
  }

  private void accept(ServerSocket from) {
    while (!from.isClosed()) {
      try {
        connect(from.accept());
      } catch (IOException e) {
        // Closed, or nobody listens behind it: the loop's condition tells.
      }
    }
  }

  private void connect(Socket client) throws IOException {
    // Whoever was accepted behind this is among the links when a fault comes.
    synchronized (links) {
      Socket server;
      try {
        server = new Socket(InetAddress.getLoopbackAddress(), target.getAsInt());
      } catch (IOException e) {
        client.setSoLinger(true, 0);
        client.close();
        throw e;
      }
      client.setTcpNoDelay(true);
      server.setTcpNoDelay(true);
      Link link = new Link(client, server);
      links.add(link);
      link.start();
    }
  }

  private static Thread thread(Runnable task) {
    Thread thread = new Thread(task, "chaos-proxy");
    thread.setDaemon(true);
    return thread;
  }

  @Override
  public void close() throws IOException {
    closed = true;
    refuse();
  }
}
