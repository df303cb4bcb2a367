package io.walbeam.secret;

import com.google.cloud.storage.Storage;
import com.google.cloud.storage.StorageException;
import com.google.cloud.storage.StorageOptions;
import io.walbeam.failure.FailureKind;
import io.walbeam.failure.WalbeamException;
import java.util.function.Supplier;

/** Google Cloud Storage, with the application default credentials. */
final class GoogleObjectStore implements SecretStore {
  private static final int UNAUTHORIZED = 401;
  private static final int FORBIDDEN = 403;
  private static final int NOT_FOUND = 404;

  private final Supplier<StorageOptions> options;

  GoogleObjectStore() {
    this(StorageOptions::getDefaultInstance);
  }

  /** With options of the caller's own, such as another host; asked for at each read. */
  GoogleObjectStore(Supplier<StorageOptions> options) {
    this.options = options;
  }

  @Override
  public byte[] read(String name) {
    int slash = name.indexOf('/');
    if (slash < 1 || slash == name.length() - 1) {
      throw new WalbeamException(
          FailureKind.CONFIGURATION,
          "gs://" + name + " names no object of a bucket.",
          "Write gs://BUCKET/OBJECT.");
    }
    Storage storage = options.get().getService();
    try {
      return storage.readAllBytes(name.substring(0, slash), name.substring(slash + 1));
    } catch (StorageException e) {
      throw failure("gs://" + name, e);
    }
  }

  private static WalbeamException failure(String location, StorageException cause) {
    return switch (cause.getCode()) {
      case NOT_FOUND ->
          new WalbeamException(
              FailureKind.CONFIGURATION,
              "There is no object " + location + ".",
              "Upload it, or correct the bucket and the name.",
              cause);
      case FORBIDDEN, UNAUTHORIZED ->
          new WalbeamException(
              FailureKind.OPERATOR,
              "The object " + location + " may not be read by this account.",
              "Grant it the role roles/storage.objectViewer on the bucket; on a machine of your own"
                  + " run 'gcloud auth application-default login'.",
              cause);
      default ->
          new WalbeamException(
              FailureKind.TRANSIENT,
              "Cloud Storage does not answer for " + location + " (" + cause.getCode() + ").",
              "Try again; check the network if it lasts.",
              cause);
    };
  }
}
