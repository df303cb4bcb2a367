package io.walbeam.sink.pubsub;

import io.walbeam.sink.file.FileSettings;
import java.io.Serializable;

/**
 * Where to publish.
 *
 * @param topic {@code projects/p/topics/t}
 * @param endpoint empty for Google's; {@code http://host:port} for a local stand-in, then plaintext
 *     and without credentials
 * @param beside where state, ledger and dead letters are
 * @param large where envelopes are that are too long for a message
 * @param sharedKeys ordering keys of a table that its rows share; 0 if each row has its own
 */
public record PubSubSettings(
    String topic, String endpoint, FileSettings beside, FileSettings large, int sharedKeys)
    implements Serializable {
  private static final long serialVersionUID = 1L;

  private static final String PLAINTEXT = "http://";

  boolean plaintext() {
    return endpoint.startsWith(PLAINTEXT);
  }

  /** Host and port of a plaintext endpoint. */
  String authority() {
    return endpoint.substring(PLAINTEXT.length());
  }
}
