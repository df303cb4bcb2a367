package io.walbeam.secret;

import java.io.Serializable;

/**
 * Where a secret is to be found: {@code env:NAME}, {@code file:path}, {@code
 * secret:projects/p/secrets/s/versions/v}, or the plain text itself.
 *
 * <p>Serializable, because a job carries it to its workers; a plain text travels too, so the
 * options refuse it where the job description is stored.
 */
public final class SecretReference implements Serializable {
  private static final long serialVersionUID = 1L;

  private final String text;

  public SecretReference(String text) {
    this.text = text;
  }

  /** The reference as the user wrote it; may itself be a secret. */
  public String text() {
    return text;
  }

  /** Whether the text is the secret itself. */
  public boolean isPlain() {
    return !text.startsWith("env:") && !text.startsWith("file:") && !text.startsWith("secret:");
  }

  /** The reference without the secret, for messages. */
  @Override
  public String toString() {
    return isPlain() ? "[plain text]" : text;
  }
}
