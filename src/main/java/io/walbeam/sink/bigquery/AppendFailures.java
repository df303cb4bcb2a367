package io.walbeam.sink.bigquery;

import com.google.api.gax.rpc.ApiException;
import com.google.cloud.bigquery.storage.v1.AppendRowsResponse;
import com.google.cloud.bigquery.storage.v1.RowError;
import com.google.cloud.bigquery.storage.v1.StorageError;
import com.google.cloud.bigquery.storage.v1.StorageError.StorageErrorCode;
import com.google.protobuf.Any;
import com.google.protobuf.InvalidProtocolBufferException;
import io.grpc.Status;
import io.grpc.Status.Code;
import io.grpc.StatusException;
import io.grpc.StatusRuntimeException;
import io.grpc.protobuf.StatusProto;
import io.walbeam.failure.ErrorClass;
import io.walbeam.failure.Refusal;
import io.walbeam.failure.Stage;
import io.walbeam.failure.WalbeamException;
import io.walbeam.row.DestinationTable;
import io.walbeam.sink.RejectedRow;
import java.util.List;
import java.util.Locale;
import java.util.TreeMap;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ExecutionException;
import org.jspecify.annotations.Nullable;

/**
 * What a failed append means and what to do about it: the one place that knows. Pure.
 *
 * <p>Sources: storage.proto (StorageError, AppendRowsResponse), "Batch load and stream data with
 * the Storage Write API", section "Error handling", and "Change data capture". Unknown errors are
 * retried, because a wrong retry costs time and a wrong rejection costs rows.
 */
final class AppendFailures {
  /** What to do about a failed request. */
  enum Action {
    /** Send it again after a delay. */
    RETRY,
    /** Send it again at once; another connection is taken. */
    REOPEN,
    /** Send it again until BigQuery shows the columns that were added. */
    RETRY_AFTER_SCHEMA,
    /** Reject the named rows, send the others again: none of the request was written. */
    ROW_ERRORS,
    /** Some row or the size is wrong and BigQuery does not say which: split it. */
    BISECT,
    /** The table is not there: new and not yet seen, or deleted. */
    TABLE_GONE,
    /** A person must mend something; park the table and look again now and then. */
    OPERATOR
  }

  /**
   * @param refusal why, without values
   * @param rows refused rows by ascending index into the request, for ROW_ERRORS only
   */
  record Failure(Action action, Refusal refusal, List<RejectedRow> rows) {}

  private static final String PASSES = "This passes by itself.";

  private AppendFailures() {}

  /** Classifies a response that has an error. */
  static Failure of(AppendRowsResponse response, DestinationTable table) {
    if (response.getRowErrorsCount() > 0) {
      return rowErrors(response, table);
    }
    Code code = Status.fromCodeValue(response.getError().getCode()).getCode();
    return of(code, storageCode(response.getError()), response.getError().getMessage(), table);
  }

  /** Classifies the end of a call before the response. */
  static Failure of(Throwable thrown, DestinationTable table) {
    Throwable cause = thrown;
    while ((cause instanceof ExecutionException
            || cause instanceof CompletionException
            || cause instanceof ApiException)
        && cause.getCause() != null) {
      cause = cause.getCause();
    }
    if (cause instanceof StatusRuntimeException || cause instanceof StatusException) {
      com.google.rpc.Status status = StatusProto.fromThrowable(cause);
      StorageErrorCode storage =
          status == null ? StorageErrorCode.STORAGE_ERROR_CODE_UNSPECIFIED : storageCode(status);
      Status grpc = Status.fromThrowable(cause);
      String text = grpc.getDescription() == null ? "" : grpc.getDescription();
      return of(grpc.getCode(), storage, text, table);
    }
    if (cause instanceof ApiException api) {
      return of(
          Code.valueOf(api.getStatusCode().getCode().name()),
          StorageErrorCode.STORAGE_ERROR_CODE_UNSPECIFIED,
          "",
          table);
    }
    return failure(
        Action.REOPEN, ErrorClass.CONNECTION_LOST, "The connection ended before the response.");
  }

  /** A table that a person must mend. */
  static Failure of(BigQueryTables.Blocked blocked) {
    return new Failure(Action.OPERATOR, blocked.refusal(), List.of());
  }

  /** A REST call that a person must make possible. */
  static Failure of(WalbeamException failure) {
    return operator(
        ErrorClass.REST_REFUSED, String.valueOf(failure.getMessage()), failure.remedy());
  }

  /** One row after the other is refused and none accepted, without a reason. */
  static Failure refusesEverything(DestinationTable table) {
    return operator(
        ErrorClass.REFUSES_EVERYTHING,
        "BigQuery refuses every row of table " + table.name() + " and does not say why.",
        "Compare its columns and its primary key with the source; writing goes on as soon as rows"
            + " are accepted.");
  }

  private static Failure of(
      Code code, StorageErrorCode storage, String text, DestinationTable table) {
    Failure failure = ofStorage(storage, table);
    return failure == null ? ofStatus(code, text.toLowerCase(Locale.ROOT), table) : failure;
  }

  private static @Nullable Failure ofStorage(StorageErrorCode storage, DestinationTable table) {
    return switch (storage) {
      case SCHEMA_MISMATCH_EXTRA_FIELDS -> schemaNotVisible();
      case TABLE_NOT_FOUND, STREAM_NOT_FOUND -> notFound();
      case STREAM_FINALIZED, INVALID_STREAM_STATE, STREAM_ALREADY_COMMITTED, INVALID_STREAM_TYPE ->
          failure(
              Action.RETRY,
              ErrorClass.STREAM_STATE,
              "BigQuery says the default stream is not writable.");
      case KMS_SERVICE_ERROR ->
          failure(
              Action.RETRY, ErrorClass.KEY_SERVICE, "The key service of the table did not answer.");
      case CMEK_NOT_PROVIDED, INVALID_CMEK_PROVIDED, CMEK_ENCRYPTION_ERROR, KMS_PERMISSION_DENIED ->
          operator(
              ErrorClass.ENCRYPTION_KEY,
              "BigQuery cannot use the encryption key of table " + table.name() + ".",
              "Grant BigQuery's service account the role Cloud KMS CryptoKey Encrypter/Decrypter.");
      case OFFSET_ALREADY_EXISTS,
          OFFSET_OUT_OF_RANGE,
          STORAGE_ERROR_CODE_UNSPECIFIED,
          UNRECOGNIZED ->
          null;
    };
  }

  private static Failure ofStatus(Code code, String text, DestinationTable table) {
    return switch (code) {
      case INVALID_ARGUMENT -> invalidArgument(text, table);
      // gRPC's own size limit has the code of a quota, and waiting does not help.
      case RESOURCE_EXHAUSTED ->
          text.contains("maximum size") || text.contains("larger than max")
              ? failure(Action.BISECT, ErrorClass.REQUEST_TOO_LARGE, "The request is too large.")
              : failure(Action.RETRY, ErrorClass.QUOTA, "A BigQuery quota is used up.");
      case NOT_FOUND -> notFound();
      case PERMISSION_DENIED ->
          operator(
              ErrorClass.PERMISSION,
              "The permission bigquery.tables.updateData on table " + table.name() + " is missing.",
              "Grant the role BigQuery Data Editor on the dataset.");
      case UNAUTHENTICATED ->
          operator(
              ErrorClass.UNAUTHENTICATED,
              "BigQuery does not accept the credentials.",
              "Check the service account and its keys.");
      case UNIMPLEMENTED ->
          operator(
              ErrorClass.UNIMPLEMENTED,
              "The endpoint does not speak the BigQuery Storage Write API.",
              "Check --bigQueryEndpoint.");
      case UNAVAILABLE ->
          failure(Action.RETRY, ErrorClass.UNAVAILABLE, "BigQuery cannot be reached.");
      case DEADLINE_EXCEEDED ->
          failure(Action.RETRY, ErrorClass.DEADLINE, "BigQuery did not answer in time.");
      case FAILED_PRECONDITION, ABORTED, CANCELLED ->
          failure(Action.RETRY, ErrorClass.GIVEN_UP, "BigQuery gave the request up.");
      case INTERNAL, UNKNOWN, DATA_LOSS ->
          failure(Action.RETRY, ErrorClass.INTERNAL, "BigQuery failed internally.");
      case OK, ALREADY_EXISTS, OUT_OF_RANGE ->
          failure(
              Action.RETRY,
              ErrorClass.UNEXPECTED,
              "BigQuery answered something that does not fit.");
    };
  }

  private static Failure invalidArgument(String text, DestinationTable table) {
    if (text.contains("primary key")) {
      return operator(
          ErrorClass.PRIMARY_KEY,
          "BigQuery says that table " + table.name() + " has no usable primary key.",
          "Declare PRIMARY KEY ("
              + String.join(", ", table.primaryKey())
              + ") NOT ENFORCED on it.");
    }
    return failure(
        Action.BISECT, ErrorClass.INVALID_ARGUMENT, "BigQuery refused the request as a whole.");
  }

  private static Failure rowErrors(AppendRowsResponse response, DestinationTable table) {
    TreeMap<Integer, RejectedRow> rows = new TreeMap<>();
    for (RowError error : response.getRowErrorsList()) {
      int index = Math.toIntExact(error.getIndex());
      rows.putIfAbsent(
          index,
          new RejectedRow(
              index,
              refusal(
                  error.getCode() == RowError.RowErrorCode.FIELDS_ERROR
                      ? ErrorClass.FIELD_REFUSED
                      : ErrorClass.ROW_REFUSED,
                  ServerText.describe(error.getMessage(), table),
                  "Correct the value at the source, or change the column's type.")));
    }
    return new Failure(
        Action.ROW_ERRORS,
        refusal(ErrorClass.ROWS_REFUSED, "BigQuery refused " + rows.size() + " rows.", ""),
        List.copyOf(rows.values()));
  }

  private static Failure schemaNotVisible() {
    return failure(
        Action.RETRY_AFTER_SCHEMA,
        ErrorClass.SCHEMA_NOT_VISIBLE,
        "BigQuery does not show all columns of the table to writers yet.");
  }

  private static Failure notFound() {
    return failure(
        Action.TABLE_GONE, ErrorClass.TABLE_NOT_FOUND, "BigQuery does not find the table.");
  }

  private static Failure failure(Action action, ErrorClass errorClass, String message) {
    return new Failure(action, refusal(errorClass, message, PASSES), List.of());
  }

  private static Failure operator(ErrorClass errorClass, String message, String remedy) {
    return new Failure(Action.OPERATOR, refusal(errorClass, message, remedy), List.of());
  }

  private static Refusal refusal(ErrorClass errorClass, String message, String remedy) {
    return new Refusal(Stage.APPEND, errorClass, message, remedy);
  }

  private static StorageErrorCode storageCode(com.google.rpc.Status status) {
    StorageError error = storageError(status);
    return error == null ? StorageErrorCode.STORAGE_ERROR_CODE_UNSPECIFIED : error.getCode();
  }

  private static @Nullable StorageError storageError(com.google.rpc.Status status) {
    for (Any detail : status.getDetailsList()) {
      if (detail.is(StorageError.class)) {
        try {
          return detail.unpack(StorageError.class);
        } catch (InvalidProtocolBufferException e) {
          return null;
        }
      }
    }
    return null;
  }
}
