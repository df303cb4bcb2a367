package io.walbeam.sink.file;

import com.google.api.client.http.HttpResponseException;
import io.walbeam.failure.FailureKind;
import io.walbeam.failure.WalbeamException;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.NoSuchFileException;
import java.nio.file.NotDirectoryException;
import java.util.List;

/** What is to be done about a failed call of a file system. Pure. */
final class FileFailures {
  private static final int UNAUTHORIZED = 401;
  private static final int FORBIDDEN = 403;
  private static final int NOT_FOUND = 404;

  /** What systems say of ENOSPC and EDQUOT; Java has no type for them. */
  private static final List<String> FULL =
      List.of("No space left on device", "Disk quota exceeded", "not enough space on the disk");

  private static final List<String> FORBIDDEN_HERE =
      List.of("Permission denied", "Read-only file system", "Operation not permitted");

  private FileFailures() {}

  /**
   * The failure of a call.
   *
   * @param directory the destination, as a person would write it
   */
  static WalbeamException of(IOException cause, String directory) {
    if (cause instanceof Storage.PartLostException) {
      // Not to be waited out: only the slot has the rows now.
      return new WalbeamException(
          FailureKind.DATA_LOSS_RISK,
          "A file below " + directory + " was deleted while it was written.",
          "Leave files that begin with a dot to walbeam, and start again; nothing is lost.",
          cause);
    }
    int status = status(cause);
    if (says(cause, FULL)) {
      return operator(
          "The disk of " + directory + " is full, or its quota is used up.",
          "Make room; writing goes on by itself and nothing is lost.",
          cause);
    }
    if (cause instanceof AccessDeniedException
        || status == FORBIDDEN
        || status == UNAUTHORIZED
        || says(cause, FORBIDDEN_HERE)) {
      return operator(
          "This account may not write to " + directory + ".",
          directory.startsWith("gs:")
              ? "Grant it the role roles/storage.objectUser on the bucket; on a machine of your own"
                  + " run 'gcloud auth application-default login'."
              : "Make the directory and what is in it belong to the account that runs walbeam.",
          cause);
    }
    if (cause instanceof NoSuchFileException
        || cause instanceof NotDirectoryException
        || cause instanceof FileNotFoundException
        || status == NOT_FOUND) {
      return operator(
          "There is no "
              + (directory.startsWith("gs:") ? "bucket for " : "directory ")
              + directory
              + ".",
          "Create it (walbeam does not, because a disk may not be mounted), or correct the option"
              + " that names it.",
          cause);
    }
    return new WalbeamException(
        FailureKind.TRANSIENT,
        "Writing to " + directory + " failed (" + cause.getClass().getSimpleName() + ").",
        "It is tried again; --debug shows the trace.",
        cause);
  }

  private static WalbeamException operator(String message, String remedy, IOException cause) {
    return new WalbeamException(FailureKind.OPERATOR, message, remedy, cause);
  }

  private static boolean says(Throwable failure, List<String> texts) {
    for (Throwable cause = failure; cause != null; cause = cause.getCause()) {
      String message = String.valueOf(cause.getMessage());
      if (texts.stream().anyMatch(message::contains)) {
        return true;
      }
    }
    return false;
  }

  /** The HTTP status, 0 if there is none. */
  private static int status(Throwable failure) {
    for (Throwable cause = failure; cause != null; cause = cause.getCause()) {
      if (cause instanceof HttpResponseException response) {
        return response.getStatusCode();
      }
    }
    return 0;
  }
}
