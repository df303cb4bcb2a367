package io.walbeam.secret;

/** A service that keeps secrets or files by name. */
interface SecretStore {
  /**
   * Reads what is kept under {@code name}.
   *
   * @param name Secret Manager: {@code projects/p/secrets/s/versions/v}, or without the version for
   *     the latest; Cloud Storage: {@code bucket/object}
   * @throws io.walbeam.failure.WalbeamException if it cannot be read
   */
  byte[] read(String name);
}
