package io.walbeam.row;

/** What the bytes of a row are, which the destination decides. */
public enum RowForm {
  /** A row of a BigQuery table, as protobuf; see {@link DestinationTable}. */
  TABLE_ROW,
  /** One JSON object without a line break: the envelope of a change, {@link EnvelopeField}. */
  JSON_LINE,
  /** The same, behind where its key is; see {@link KeyedLine}. */
  KEYED_LINE,
  /**
   * The envelope as one datum of Avro, of the record that the columns of its {@link
   * DestinationTable} make; see {@link EnvelopeAvro}.
   */
  AVRO_DATUM
}
