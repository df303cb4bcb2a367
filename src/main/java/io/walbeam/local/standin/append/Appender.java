package io.walbeam.local.standin.append;

import com.google.cloud.bigquery.storage.v1.AppendRowsRequest;
import com.google.cloud.bigquery.storage.v1.AppendRowsResponse;
import com.google.cloud.bigquery.storage.v1.RowError;
import com.google.protobuf.ByteString;
import com.google.protobuf.DescriptorProtos.DescriptorProto;
import com.google.rpc.Code;
import com.google.rpc.Status;
import io.grpc.protobuf.StatusProto;
import io.walbeam.local.standin.AppendFailure;
import io.walbeam.local.standin.Counts;
import io.walbeam.local.standin.Fault;
import io.walbeam.local.standin.Faults;
import io.walbeam.local.standin.TableRef;
import io.walbeam.local.standin.sql.Defaults;
import io.walbeam.local.standin.store.Datasets;
import io.walbeam.local.standin.store.Row;
import io.walbeam.local.standin.store.RowProblem;
import io.walbeam.local.standin.store.Table;
import io.walbeam.local.standin.store.TableDefinition;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** Carries out append requests: checks, decodes, stores, answers. Thread-safe. */
public final class Appender {
  /** Largest request, in bytes (documentation "Quotas and limits", AppendRows request size). */
  static final int MAX_REQUEST_BYTES = 20 * 1024 * 1024;

  /** Where a request came from, and where its answer goes. */
  interface Connection {
    /** The streams that it has named. */
    AppendStreams streams();

    /** Answers one request. */
    void answer(AppendRowsResponse response);

    /** Ends the call with an error. */
    void fail(Throwable status);

    /** Closes the connection under the call, as a broken network does. */
    void drop();

    /** Leaves this and every later request of the call without an answer. */
    void hang();
  }

  private final Datasets catalogue;
  private final Defaults defaults;
  private final Faults faults;
  private final Counts counts;
  private final boolean counting;

  public Appender(
      Datasets catalogue, Defaults defaults, Faults faults, Counts counts, boolean counting) {
    this.catalogue = catalogue;
    this.defaults = defaults;
    this.faults = faults;
    this.counts = counts;
    this.counting = counting;
  }

  void append(Connection connection, AppendRowsRequest request) throws AppendFailure, SQLException {
    if (request.getSerializedSize() > MAX_REQUEST_BYTES) {
      throw AppendFailure.of(
              Code.INVALID_ARGUMENT,
              "AppendRows request size "
                  + request.getSerializedSize()
                  + " is over the limit of "
                  + MAX_REQUEST_BYTES
                  + " bytes")
          .endingCall();
    }
    AppendStreams.Stream stream = connection.streams().select(request);
    Fault fault = faults.onAppend(stream.table, request);
    if (fault == null) {
      carryOut(connection, request, stream, true);
    } else {
      carryOut(connection, request, stream, fault);
    }
  }

  private void carryOut(
      Connection connection, AppendRowsRequest request, AppendStreams.Stream stream, Fault fault)
      throws AppendFailure, SQLException {
    switch (fault.kind()) {
      case HUNG -> connection.hang();
      case DROPPED_CONNECTION -> connection.drop();
      case LOST_RESPONSE -> {
        carryOut(connection, request, stream, false);
        connection.drop();
      }
      case SLOW -> {
        sleep(fault.duration());
        carryOut(connection, request, stream, true);
      }
      case TABLE_DELETED -> {
        if (catalogue.find(stream.table) != null) {
          catalogue.delete(stream.table);
        }
        carryOut(connection, request, stream, true);
      }
      case ROW_ERRORS -> {
        AppendRowsResponse.Builder response =
            AppendRowsResponse.newBuilder().setWriteStream(stream.table.streamName());
        List<ByteString> rows = request.getProtoRows().getRows().getSerializedRowsList();
        for (int i = 0; i < rows.size(); i++) {
          if (fault.concerns(rows.get(i))) {
            response.addRowErrors(error(i, "Injected fault"));
          }
        }
        connection.answer(response.setError(rowErrors(stream.table)).build());
      }
      default -> {
        AppendFailure failure =
            AppendFailure.of(Code.valueOf(fault.kind().name()), "Injected fault");
        if (fault.endsCall()) {
          connection.fail(StatusProto.toStatusRuntimeException(failure.status()));
        } else {
          throw failure;
        }
      }
    }
  }

  private void carryOut(
      Connection connection, AppendRowsRequest request, AppendStreams.Stream stream, boolean answer)
      throws AppendFailure, SQLException {
    if (!request.hasProtoRows()) {
      throw AppendFailure.invalid("Only rows in protocol buffer format are accepted here");
    }
    if (request.hasOffset()) {
      throw AppendFailure.invalid("An offset is not allowed on a default stream");
    }
    Table table = catalogue.find(stream.table);
    if (table == null || table.definition().isView()) {
      throw AppendFailure.tableNotFound(stream.table).endingCall();
    }
    TableDefinition definition = table.writerDefinition();
    if (definition == null) {
      throw AppendFailure.tableNotFound(stream.table).endingCall();
    }
    RowDecoder decoder = decoder(stream, definition);
    connection.streams().noteChanges(decoder.changes());
    List<ByteString> serialized = request.getProtoRows().getRows().getSerializedRowsList();
    AppendRowsResponse.Builder response =
        AppendRowsResponse.newBuilder().setWriteStream(stream.table.streamName());
    if (counting) {
      count(decoder, serialized, response);
    } else {
      store(decoder, request, serialized, response, table);
    }
    if (response.getRowErrorsCount() > 0) {
      if (answer) {
        connection.answer(response.build());
      }
      return;
    }
    announce(stream, definition, response);
    if (answer) {
      connection.answer(
          response.setAppendResult(AppendRowsResponse.AppendResult.getDefaultInstance()).build());
    }
  }

  private void store(
      RowDecoder decoder,
      AppendRowsRequest request,
      List<ByteString> serialized,
      AppendRowsResponse.Builder response,
      Table table)
      throws AppendFailure, SQLException {
    List<Row> rows = decode(decoder, request, serialized, response);
    if (response.getRowErrorsCount() == 0) {
      table.append(decoder.table(), rows, decoder.changes());
    }
  }

  /** Counts rows without decoding them: of each only the size and the first tag are looked at. */
  private void count(
      RowDecoder decoder, List<ByteString> serialized, AppendRowsResponse.Builder response) {
    long bytes = 0;
    for (int i = 0; i < serialized.size(); i++) {
      ByteString row = serialized.get(i);
      bytes += row.size();
      String problem = decoder.problemAtFirstTag(row);
      if (problem != null) {
        response.addRowErrors(error(i, problem));
      }
    }
    if (response.getRowErrorsCount() > 0) {
      response.setError(rowErrors(decoder.table().ref()));
    } else {
      counts.add(decoder.table().ref(), serialized.size(), bytes);
    }
  }

  private static RowError error(int index, String message) {
    return RowError.newBuilder()
        .setIndex(index)
        .setCode(RowError.RowErrorCode.FIELDS_ERROR)
        .setMessage(message)
        .build();
  }

  private static Status rowErrors(TableRef table) {
    return Status.newBuilder()
        .setCode(Code.INVALID_ARGUMENT.getNumber())
        .setMessage(
            "Errors found while processing rows. Please refer to the row_errors field for details."
                + " The list may not be complete because of the size limitations. Entity: "
                + table.streamName())
        .build();
  }

  private static void sleep(Duration duration) {
    try {
      Thread.sleep(duration.toMillis());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private static RowDecoder decoder(AppendStreams.Stream stream, TableDefinition definition)
      throws AppendFailure {
    DescriptorProto schema = stream.schema;
    if (schema == null) {
      throw AppendFailure.invalid(
          "The first request to a stream must have a writer schema. Entity: "
              + stream.table.streamName());
    }
    RowDecoder decoder = stream.decoder;
    if (decoder == null || !decoder.table().sameAs(definition)) {
      decoder = RowDecoder.compile(definition, schema);
      stream.decoder = decoder;
    }
    return decoder;
  }

  private List<Row> decode(
      RowDecoder decoder,
      AppendRowsRequest request,
      List<ByteString> serialized,
      AppendRowsResponse.Builder response)
      throws SQLException {
    Map<Integer, Object> values = new HashMap<>();
    for (int index :
        decoder.defaulted(
            request.getDefaultMissingValueInterpretation(),
            request.getMissingValueInterpretationsMap())) {
      defaults
          .evaluate(decoder.table().columns().get(index))
          .ifPresent(value -> values.put(index, value));
    }
    List<Row> rows = new ArrayList<>(serialized.size());
    for (int i = 0; i < serialized.size(); i++) {
      try {
        rows.add(decoder.decode(serialized.get(i), values));
      } catch (RowProblem e) {
        response.addRowErrors(error(i, e.message()));
      }
    }
    if (response.getRowErrorsCount() > 0) {
      response.setError(rowErrors(decoder.table().ref()));
    }
    return rows;
  }

  /** Tells the writer once of each schema that is newer than the one it began with. */
  private static void announce(
      AppendStreams.Stream stream,
      TableDefinition definition,
      AppendRowsResponse.Builder response) {
    if (stream.announcedVersion != 0 && stream.announcedVersion < definition.version()) {
      response.setUpdatedSchema(ProtoSchemas.of(definition));
    }
    stream.announcedVersion = definition.version();
  }
}
