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
import io.walbeam.failure.WalbeamException;
import io.walbeam.row.DestinationTable;
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

  /** One refused row: index into the request, what is wrong without values. */
  record BadRow(int index, String errorClass, String message) {}

  /**
   * @param errorClass short stable name, for metrics and grouping
   * @param message what is wrong in one sentence, without values
   * @param remedy what to do; empty if nothing
   * @param rows refused rows by ascending index, for ROW_ERRORS only
   */
  record Failure(
      Action action, String errorClass, String message, String remedy, List<BadRow> rows) {}

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
    return failure(Action.REOPEN, "connection_lost", "The connection ended before the response.");
  }

  /** A table that a person must mend. */
  static Failure of(BigQueryTables.Blocked blocked) {
    return operator(blocked.errorClass(), blocked.message(), blocked.remedy());
  }

  /** A REST call that a person must make possible. */
  static Failure of(WalbeamException failure) {
    return operator("rest", String.valueOf(failure.getMessage()), failure.remedy());
  }

  /** One row after the other is refused and none accepted, without a reason. */
  static Failure refusesEverything(DestinationTable table) {
    return operator(
        "refuses_everything",
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
              Action.RETRY, "stream_state", "BigQuery says the default stream is not writable.");
      case KMS_SERVICE_ERROR ->
          failure(Action.RETRY, "kms", "The key service of the table did not answer.");
      case CMEK_NOT_PROVIDED, INVALID_CMEK_PROVIDED, CMEK_ENCRYPTION_ERROR, KMS_PERMISSION_DENIED ->
          operator(
              "kms",
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
              ? failure(Action.BISECT, "request_too_large", "The request is too large.")
              : failure(Action.RETRY, "quota", "A BigQuery quota is used up.");
      case NOT_FOUND -> notFound();
      case PERMISSION_DENIED ->
          operator(
              "permission",
              "The permission bigquery.tables.updateData on table " + table.name() + " is missing.",
              "Grant the role BigQuery Data Editor on the dataset.");
      case UNAUTHENTICATED ->
          operator(
              "unauthenticated",
              "BigQuery does not accept the credentials.",
              "Check the service account and its keys.");
      case UNIMPLEMENTED ->
          operator(
              "unimplemented",
              "The endpoint does not speak the BigQuery Storage Write API.",
              "Check --bigQueryEndpoint.");
      case UNAVAILABLE -> failure(Action.RETRY, "unavailable", "BigQuery cannot be reached.");
      case DEADLINE_EXCEEDED ->
          failure(Action.RETRY, "deadline", "BigQuery did not answer in time.");
      case FAILED_PRECONDITION, ABORTED, CANCELLED ->
          failure(Action.RETRY, nameOf(code), "BigQuery gave the request up.");
      case INTERNAL, UNKNOWN, DATA_LOSS ->
          failure(Action.RETRY, nameOf(code), "BigQuery failed internally.");
      case OK, ALREADY_EXISTS, OUT_OF_RANGE ->
          failure(Action.RETRY, nameOf(code), "BigQuery answered something that does not fit.");
    };
  }

  private static Failure invalidArgument(String text, DestinationTable table) {
    if (text.contains("primary key")) {
      return operator(
          "primary_key",
          "BigQuery says that table " + table.name() + " has no usable primary key.",
          "Declare PRIMARY KEY ("
              + String.join(", ", table.primaryKey())
              + ") NOT ENFORCED on it.");
    }
    return failure(Action.BISECT, "invalid_argument", "BigQuery refused the request as a whole.");
  }

  private static String nameOf(Code code) {
    return code.name().toLowerCase(Locale.ROOT);
  }

  private static Failure rowErrors(AppendRowsResponse response, DestinationTable table) {
    TreeMap<Integer, BadRow> rows = new TreeMap<>();
    for (RowError error : response.getRowErrorsList()) {
      int index = Math.toIntExact(error.getIndex());
      rows.putIfAbsent(
          index,
          new BadRow(
              index,
              error.getCode() == RowError.RowErrorCode.FIELDS_ERROR ? "row_field" : "row",
              ServerText.describe(error.getMessage(), table)));
    }
    return new Failure(
        Action.ROW_ERRORS,
        "row_errors",
        "BigQuery refused " + rows.size() + " rows.",
        "",
        List.copyOf(rows.values()));
  }

  private static Failure schemaNotVisible() {
    return failure(
        Action.RETRY_AFTER_SCHEMA,
        "schema_not_visible",
        "BigQuery does not show all columns of the table to writers yet.");
  }

  private static Failure notFound() {
    return failure(Action.TABLE_GONE, "table_not_found", "BigQuery does not find the table.");
  }

  private static Failure failure(Action action, String errorClass, String message) {
    return new Failure(action, errorClass, message, PASSES, List.of());
  }

  private static Failure operator(String errorClass, String message, String remedy) {
    return new Failure(Action.OPERATOR, errorClass, message, remedy, List.of());
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
