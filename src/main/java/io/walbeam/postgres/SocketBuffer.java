package io.walbeam.postgres;

import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * Bytes from a socket, plain or TLS, in one large array that protocol messages are parsed in. Used
 * by one thread.
 */
final class SocketBuffer {
  private final Socket socket;
  private final InputStream input;

  /** Below the TLS layer, null without TLS. */
  private final @Nullable InputStream encryptedInput;

  private final int capacity;
  private final int limit;
  private byte[] bytes;
  private int begin;
  private int end;
  private int timeout = -1;

  /**
   * @param capacity size of the array
   * @param limit size it may grow to for one long message
   */
  SocketBuffer(Socket plain, @Nullable Socket encrypted, int capacity, int limit)
      throws IOException {
    this.socket = encrypted == null ? plain : encrypted;
    this.input = socket.getInputStream();
    this.encryptedInput = encrypted == null ? null : plain.getInputStream();
    this.capacity = capacity;
    this.limit = limit;
    this.bytes = new byte[capacity];
  }

  /** The array; it changes with every {@link #fill}. */
  byte[] bytes() {
    return bytes;
  }

  /** Where the bytes not consumed yet begin. */
  int begin() {
    return begin;
  }

  int end() {
    return end;
  }

  int available() {
    return end - begin;
  }

  void consume(int count) {
    begin += count;
  }

  /** Forgets everything; an array that had to grow is given back. */
  void clear() {
    begin = 0;
    end = 0;
    if (bytes.length > capacity) {
      bytes = new byte[capacity];
    }
  }

  /**
   * Reads once with a time limit, then for as long as more is there and fits.
   *
   * @return bytes read, 0 if none arrived in time
   */
  int fill(int waitMillis) throws IOException {
    makeRoom();
    setTimeout(Math.max(waitMillis, 1));
    int before = end;
    int count;
    try {
      count = input.read(bytes, end, bytes.length - end);
    } catch (SocketTimeoutException e) {
      return 0;
    }
    while (count > 0) {
      end += count;
      if (end == bytes.length || !moreArrived()) {
        return end - before;
      }
      count = input.read(bytes, end, bytes.length - end);
    }
    throw new EOFException("the server closed the connection");
  }

  /** The socket itself, for what is too long for the array. Reads wait as long as they need. */
  InputStream unbuffered() throws IOException {
    setTimeout(0);
    return input;
  }

  /** Under TLS, whole records may wait in the TLS layer or, still encrypted, in the socket. */
  private boolean moreArrived() throws IOException {
    return input.available() > 0 || (encryptedInput != null && encryptedInput.available() > 0);
  }

  private void makeRoom() {
    if (begin > 0) {
      System.arraycopy(bytes, begin, bytes, 0, end - begin);
      end -= begin;
      begin = 0;
    }
    if (end == bytes.length) {
      bytes = Arrays.copyOf(bytes, Math.min(bytes.length * 2, limit));
    }
  }

  private void setTimeout(int millis) throws IOException {
    if (millis != timeout) {
      socket.setSoTimeout(millis);
      timeout = millis;
    }
  }
}
