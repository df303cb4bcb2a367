package io.walbeam.postgres;

import java.net.Socket;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/**
 * Catches the sockets that pgjdbc opens for one connection, so that the replication stream can be
 * read from them directly once pgjdbc has logged in.
 *
 * <p>pgjdbc creates its factories by class name, so they find their capture by an identifier in the
 * connection properties. Thread-safe.
 */
final class SocketCapture implements AutoCloseable {
  private static final AtomicLong SEQUENCE = new AtomicLong();
  private static final Map<String, SocketCapture> OPEN = new ConcurrentHashMap<>();

  private final String id = Long.toString(SEQUENCE.incrementAndGet());
  private volatile @Nullable Socket plain;
  private volatile @Nullable Socket encrypted;

  SocketCapture() {
    OPEN.put(id, this);
  }

  static @Nullable SocketCapture find(@Nullable String id) {
    return id == null ? null : OPEN.get(id);
  }

  String id() {
    return id;
  }

  /** A retry without TLS opens a new socket, so the last one counts. */
  void caughtPlain(Socket socket) {
    plain = socket;
    encrypted = null;
  }

  void caughtEncrypted(Socket socket) {
    encrypted = socket;
  }

  /** The TCP socket, null before the connect. */
  @Nullable Socket plain() {
    return plain;
  }

  /** The TLS socket around it, null without TLS. */
  @Nullable Socket encrypted() {
    return encrypted;
  }

  /** Forgets the identifier; the sockets stay as they are. */
  @Override
  public void close() {
    OPEN.remove(id);
  }
}
