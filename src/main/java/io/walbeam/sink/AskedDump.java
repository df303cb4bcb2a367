package io.walbeam.sink;

/**
 * A dump that somebody asked for who may write to the destination: one row of {@code
 * _walbeam_requests}.
 *
 * @param id random, so that asking twice is two requests
 * @param slot whose job shall carry it out
 * @param request the JSON that says what is meant; what is not understood is skipped
 */
public record AskedDump(String id, String slot, String request) {
  /** Hides the request, which may hold key values. */
  @Override
  public String toString() {
    return "AskedDump[" + id + "]";
  }
}
