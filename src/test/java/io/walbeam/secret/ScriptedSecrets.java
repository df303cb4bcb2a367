package io.walbeam.secret;

import io.walbeam.failure.FailureKind;
import io.walbeam.failure.WalbeamException;
import java.util.Map;

/** A resolver whose Secret Manager and Cloud Storage hold what a test gives. */
public final class ScriptedSecrets {
  private ScriptedSecrets() {}

  /** The keys are {@code bucket/object} and {@code projects/p/secrets/s/versions/v}. */
  public static SecretResolver of(Map<String, byte[]> contents) {
    SecretStore store =
        name -> {
          byte[] content = contents.get(name);
          if (content == null) {
            throw new WalbeamException(
                FailureKind.CONFIGURATION, "There is no " + name + ".", "Make one.");
          }
          return content;
        };
    return new SecretResolver(name -> null, store, store);
  }
}
