package io.walbeam.secret;

import io.walbeam.failure.FailureKind;
import io.walbeam.failure.WalbeamException;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/**
 * Turns a {@link SecretReference} into the {@link Secret} at the moment it is needed. Thread-safe,
 * keeps nothing.
 */
public final class SecretResolver {
  private static final String ENVIRONMENT = "env:";
  private static final String FILE = "file:";
  private static final String MANAGER = "secret:";

  private final UnaryOperator<@Nullable String> environment;
  private final SecretStore store;

  /** Resolves from this process's environment, files, and Google Secret Manager. */
  public SecretResolver() {
    this(System::getenv, new GoogleSecretStore());
  }

  SecretResolver(UnaryOperator<@Nullable String> environment, SecretStore store) {
    this.environment = environment;
    this.store = store;
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
      return new Secret(store.read(text.substring(MANAGER.length())));
    }
    return new Secret(text);
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
    try {
      String text = Files.readString(Path.of(path), StandardCharsets.UTF_8);
      int end = text.length();
      while (end > 0 && (text.charAt(end - 1) == '\n' || text.charAt(end - 1) == '\r')) {
        end--;
      }
      return new Secret(text.substring(0, end));
    } catch (IOException | InvalidPathException e) {
      throw new WalbeamException(
          FailureKind.CONFIGURATION,
          "The file " + path + " that should hold a secret cannot be read.",
          "Create it, or let the user of this process read it.",
          e);
    }
  }
}
