package io.walbeam.sink.bigquery;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.cloud.bigquery.storage.v1.AppendRowsResponse;
import com.google.cloud.bigquery.storage.v1.RowError;
import com.google.cloud.bigquery.storage.v1.StorageError;
import com.google.cloud.bigquery.storage.v1.StorageError.StorageErrorCode;
import com.google.protobuf.Any;
import io.grpc.Status;
import io.grpc.protobuf.StatusProto;
import io.walbeam.row.DestinationTable;
import io.walbeam.sink.RejectedRow;
import io.walbeam.sink.bigquery.AppendFailures.Action;
import io.walbeam.sink.bigquery.AppendFailures.Failure;
import java.util.concurrent.ExecutionException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

class AppendFailuresTest {
  private static final String MARKER = "s3cr3t-marker-value";
  private static final DestinationTable TABLE = Rows.keyed("t");

  @ParameterizedTest
  @CsvSource({
    "CANCELLED, RETRY",
    "UNKNOWN, RETRY",
    "INVALID_ARGUMENT, BISECT",
    "DEADLINE_EXCEEDED, RETRY",
    "NOT_FOUND, TABLE_GONE",
    "ALREADY_EXISTS, RETRY",
    "PERMISSION_DENIED, OPERATOR",
    "RESOURCE_EXHAUSTED, RETRY",
    "FAILED_PRECONDITION, RETRY",
    "ABORTED, RETRY",
    "OUT_OF_RANGE, RETRY",
    "UNIMPLEMENTED, OPERATOR",
    "INTERNAL, RETRY",
    "UNAVAILABLE, RETRY",
    "DATA_LOSS, RETRY",
    "UNAUTHENTICATED, OPERATOR",
  })
  void eachStatusHasOneActionInTheResponseAndAtTheEndOfTheCall(Status.Code code, Action action) {
    Failure response = AppendFailures.of(response(code, MARKER), TABLE);
    Failure end =
        AppendFailures.of(
            new ExecutionException(
                Status.fromCode(code).withDescription(MARKER).asRuntimeException()),
            TABLE);

    assertThat(response.action()).isEqualTo(action);
    assertThat(end).isEqualTo(response);
    assertThat(response.toString()).doesNotContain(MARKER);
  }

  @ParameterizedTest
  @CsvSource({
    "TABLE_NOT_FOUND, TABLE_GONE",
    "STREAM_NOT_FOUND, TABLE_GONE",
    "STREAM_ALREADY_COMMITTED, RETRY",
    "INVALID_STREAM_TYPE, RETRY",
    "INVALID_STREAM_STATE, RETRY",
    "STREAM_FINALIZED, RETRY",
    "SCHEMA_MISMATCH_EXTRA_FIELDS, RETRY_AFTER_SCHEMA",
    "CMEK_NOT_PROVIDED, OPERATOR",
    "INVALID_CMEK_PROVIDED, OPERATOR",
    "CMEK_ENCRYPTION_ERROR, OPERATOR",
    "KMS_SERVICE_ERROR, RETRY",
    "KMS_PERMISSION_DENIED, OPERATOR",
    "STORAGE_ERROR_CODE_UNSPECIFIED, BISECT",
  })
  void theStorageErrorSaysMoreThanTheStatus(StorageErrorCode storage, Action action) {
    com.google.rpc.Status status =
        com.google.rpc.Status.newBuilder()
            .setCode(Status.Code.INVALID_ARGUMENT.value())
            .addDetails(
                Any.pack(
                    StorageError.newBuilder().setCode(storage).setErrorMessage(MARKER).build()))
            .build();

    Failure response =
        AppendFailures.of(AppendRowsResponse.newBuilder().setError(status).build(), TABLE);
    Failure end = AppendFailures.of(StatusProto.toStatusRuntimeException(status), TABLE);

    assertThat(response.action()).isEqualTo(action);
    assertThat(end).isEqualTo(response);
    assertThat(response.toString()).doesNotContain(MARKER);
  }

  @ParameterizedTest
  @EnumSource(StorageErrorCode.class)
  void everyStorageErrorIsClassified(StorageErrorCode storage) {
    if (storage == StorageErrorCode.UNRECOGNIZED) {
      return;
    }
    com.google.rpc.Status status =
        com.google.rpc.Status.newBuilder()
            .setCode(Status.Code.INTERNAL.value())
            .addDetails(Any.pack(StorageError.newBuilder().setCode(storage).build()))
            .build();

    assertThat(AppendFailures.of(AppendRowsResponse.newBuilder().setError(status).build(), TABLE))
        .isNotNull();
  }

  @Test
  void aSizeLimitOfTheTransportIsNotTakenForAQuota() {
    assertThat(
            AppendFailures.of(
                    response(
                        Status.Code.RESOURCE_EXHAUSTED,
                        "gRPC message exceeds maximum size 4194304: 5000000"),
                    TABLE)
                .action())
        .isEqualTo(Action.BISECT);
  }

  @Test
  void aMissingPrimaryKeyNamesTheKeyToDeclare() {
    Failure failure =
        AppendFailures.of(
            response(
                Status.Code.INVALID_ARGUMENT,
                "The primary keys and clustering keys of the table are required to create an"
                    + " upsert stream"),
            TABLE);

    assertThat(failure.action()).isEqualTo(Action.OPERATOR);
    assertThat(failure.refusal().remedy()).contains("PRIMARY KEY (id)");
  }

  @Test
  void rowErrorsAreSortedAndNameTheColumnOnly() {
    AppendRowsResponse response =
        response(Status.Code.INVALID_ARGUMENT, MARKER).toBuilder()
            .addRowErrors(
                RowError.newBuilder()
                    .setIndex(9)
                    .setCode(RowError.RowErrorCode.FIELDS_ERROR)
                    .setMessage("Field name: value '" + MARKER + "' is out of range"))
            .addRowErrors(RowError.newBuilder().setIndex(2).setMessage(MARKER))
            .build();

    Failure failure = AppendFailures.of(response, TABLE);

    assertThat(failure.action()).isEqualTo(Action.ROW_ERRORS);
    assertThat(failure.rows()).extracting(RejectedRow::index).containsExactly(2, 9);
    assertThat(failure.rows().get(1).refusal().message())
        .isEqualTo("BigQuery refused the row because of column name: the value is out of range.");
    assertThat(failure.toString()).doesNotContain(MARKER);
  }

  @Test
  void aLostConnectionIsReopened() {
    assertThat(
            AppendFailures.of(
                    new ExecutionException(new AppendConnection.LostException("x")), TABLE)
                .action())
        .isEqualTo(Action.REOPEN);
    assertThat(AppendFailures.of(new IllegalStateException(MARKER), TABLE).toString())
        .doesNotContain(MARKER);
  }

  private static AppendRowsResponse response(Status.Code code, String text) {
    return AppendRowsResponse.newBuilder()
        .setError(com.google.rpc.Status.newBuilder().setCode(code.value()).setMessage(text))
        .build();
  }
}
