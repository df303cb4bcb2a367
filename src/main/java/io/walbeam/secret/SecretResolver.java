package io.walbeam.secret;

import io.walbeam.failure.FailureKind;
import io.walbeam.failure.WalbeamException;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Optional;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/**
 * Turns a {@link SecretReference} into the {@link Secret}, or a location into the file's content,
 * at the moment it is needed. Thread-safe, keeps nothing.
 */
public final class SecretResolver {
  private static final String ENVIRONMENT = "env:";
  private static final String FILE = "file:";
  private static final String MANAGER = "secret:";
  private static final String STORAGE = "gs://";

  private final UnaryOperator<@Nullable String> environment;
  private final SecretStore store;
  private final SecretStore objects;

  /** Resolves from this environment, files, Google Secret Manager and Google Cloud Storage. */
  public SecretResolver() {
    this(System::getenv, new GoogleSecretStore(), new GoogleObjectStore());
  }

  SecretResolver(
      UnaryOperator<@Nullable String> environment, SecretStore store, SecretStore objects) {
    this.environment = environment;
    this.store = store;
    this.objects = objects;
  }

  /**
   * Resolves {@code reference}.
   *
   * @throws WalbeamException of kind CONFIGURATION if there is no such secret, TRANSIENT if the
   *     store does not answer
   */
  public Secret resolve(SecretReference reference) {
    String text = reference.text();
    if (text.startsWith(ENVIRONMENT)) {
      return fromEnvironment(text.substring(ENVIRONMENT.length()));
    }
    if (text.startsWith(FILE)) {
      return fromFile(text.substring(FILE.length()));
    }
    if (text.startsWith(MANAGER)) {
      return new Secret(
          new String(store.read(text.substring(MANAGER.length())), StandardCharsets.UTF_8));
    }
    return new Secret(text);
  }

  /**
   * Reads a file that is kept somewhere: a path, {@code file:path}, {@code gs://bucket/object},
   * {@code secret:projects/p/secrets/s/versions/v} or {@code env:NAME}.
   *
   * @throws WalbeamException as {@link #resolve}
   */
  public byte[] content(String location) {
    if (location.startsWith(STORAGE)) {
      return objects.read(location.substring(STORAGE.length()));
    }
    if (location.startsWith(MANAGER)) {
      return store.read(location.substring(MANAGER.length()));
    }
    if (location.startsWith(ENVIRONMENT)) {
      return fromEnvironment(location.substring(ENVIRONMENT.length()))
          .reveal()
          .getBytes(StandardCharsets.UTF_8);
    }
    return bytesOf(localPath(location).orElse(location));
  }

  /** The path of a file on this machine that {@code location} names, empty if it is elsewhere. */
  public static Optional<String> localPath(String location) {
    if (location.startsWith(FILE)) {
      return Optional.of(location.substring(FILE.length()));
    }
    boolean elsewhere =
        location.startsWith(STORAGE)
            || location.startsWith(MANAGER)
            || location.startsWith(ENVIRONMENT);
    return elsewhere ? Optional.empty() : Optional.of(location);
  }

  private Secret fromEnvironment(String name) {
    @Nullable String value = environment.apply(name);
    if (value == null) {
      throw new WalbeamException(
          FailureKind.CONFIGURATION,
          "The environment variable " + name + " that should hold a secret is not set.",
          "Set " + name + " in the environment of this process, or refer to another secret.");
    }
    return new Secret(value);
  }

  /** A trailing line break is not part of the secret: editors and {@code echo} add one. */
  private static Secret fromFile(String path) {
    String text = new String(bytesOf(path), StandardCharsets.UTF_8);
    int end = text.length();
    while (end > 0 && (text.charAt(end - 1) == '\n' || text.charAt(end - 1) == '\r')) {
      end--;
    }
    return new Secret(text.substring(0, end));
  }

  private static byte[] bytesOf(String path) {
    try {
      return Files.readAllBytes(Path.of(path));
    } catch (NoSuchFileException e) {
      throw new WalbeamException(
          FailureKind.CONFIGURATION,
          "The file " + path + " does not exist.",
          "Create it, or correct the path.",
          e);
    } catch (IOException | InvalidPathException e) {
      throw new WalbeamException(
          FailureKind.CONFIGURATION,
          "The file " + path + " cannot be read.",
          "Let the user of this process read it, or correct the path.",
          e);
    }
  }
}
