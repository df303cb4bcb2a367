package io.walbeam.row;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;

/** Whether bytes are UTF-8 (Unicode Standard, table 3-7). */
final class Utf8 {
  private static final VarHandle INT64 =
      MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.nativeOrder());
  private static final long NOT_ASCII = 0x8080_8080_8080_8080L;

  private Utf8() {}

  static boolean isValid(byte[] bytes, int from, int to) {
    int i = from;
    while (i <= to - Long.BYTES && ((long) INT64.get(bytes, i) & NOT_ASCII) == 0) {
      i += Long.BYTES;
    }
    while (i < to) {
      if (bytes[i] >= 0) {
        i++;
      } else {
        int length = sequence(bytes, i, to);
        if (length == 0) {
          return false;
        }
        i += length;
      }
    }
    return true;
  }

  /** Length of the valid multi-byte sequence at {@code i}, 0 if there is none. */
  private static int sequence(byte[] bytes, int i, int to) {
    int lead = bytes[i] & 0xFF;
    if (lead >= 0xC2 && lead <= 0xDF) {
      return continues(bytes, i + 1, to, 0x80, 0xBF) ? 2 : 0;
    }
    if (lead >= 0xE0 && lead <= 0xEF) {
      int low = lead == 0xE0 ? 0xA0 : 0x80;
      int high = lead == 0xED ? 0x9F : 0xBF;
      return continues(bytes, i + 1, to, low, high) && continues(bytes, i + 2, to, 0x80, 0xBF)
          ? 3
          : 0;
    }
    if (lead >= 0xF0 && lead <= 0xF4) {
      int low = lead == 0xF0 ? 0x90 : 0x80;
      int high = lead == 0xF4 ? 0x8F : 0xBF;
      return continues(bytes, i + 1, to, low, high)
              && continues(bytes, i + 2, to, 0x80, 0xBF)
              && continues(bytes, i + 3, to, 0x80, 0xBF)
          ? 4
          : 0;
    }
    return 0;
  }

  private static boolean continues(byte[] bytes, int i, int to, int low, int high) {
    return i < to && (bytes[i] & 0xFF) >= low && (bytes[i] & 0xFF) <= high;
  }
}
