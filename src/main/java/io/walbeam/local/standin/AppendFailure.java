package io.walbeam.local.standin;

import com.google.cloud.bigquery.storage.v1.StorageError;
import com.google.cloud.bigquery.storage.v1.StorageError.StorageErrorCode;
import com.google.protobuf.Any;
import com.google.rpc.Code;
import com.google.rpc.Status;

/** A whole append request is refused. */
public final class AppendFailure extends Exception {
  private static final long serialVersionUID = 1L;

  private final transient Status status;

  private final boolean endsCall;

  private AppendFailure(Status status, boolean endsCall) {
    super(status.getMessage(), null, false, false);
    this.status = status;
    this.endsCall = endsCall;
  }

  /** The same, told by ending the call, unless it carries other tables too. */
  public AppendFailure endingCall() {
    return new AppendFailure(status, true);
  }

  public boolean endsCall() {
    return endsCall;
  }

  public static AppendFailure of(Code code, String message) {
    return new AppendFailure(
        Status.newBuilder().setCode(code.getNumber()).setMessage(message).build(), false);
  }

  public static AppendFailure invalid(String message) {
    return of(Code.INVALID_ARGUMENT, message);
  }

  /** With a {@code StorageError} in the details, which is what the official clients look at. */
  public static AppendFailure storage(
      Code code, StorageErrorCode storageCode, String entity, String message) {
    StorageError detail =
        StorageError.newBuilder()
            .setCode(storageCode)
            .setEntity(entity)
            .setErrorMessage(message)
            .build();
    return new AppendFailure(
        Status.newBuilder()
            .setCode(code.getNumber())
            .setMessage(message + " Entity: " + entity)
            .addDetails(Any.pack(detail))
            .build(),
        false);
  }

  public static AppendFailure tableNotFound(TableRef table) {
    return storage(
        Code.NOT_FOUND,
        StorageErrorCode.TABLE_NOT_FOUND,
        table.path(),
        "Requested entity was not found: Table " + table.colonForm() + " not found.");
  }

  public Status status() {
    return status;
  }
}
