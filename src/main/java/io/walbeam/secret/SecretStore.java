package io.walbeam.secret;

/** A service that keeps secrets by name. */
interface SecretStore {
  /**
   * Reads the secret {@code name}.
   *
   * @param name {@code projects/p/secrets/s/versions/v}, or without the version for the latest
   * @throws io.walbeam.failure.WalbeamException if it cannot be read
   */
  String read(String name);
}
