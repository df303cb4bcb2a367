package io.walbeam.postgres.pgoutput;

import io.walbeam.change.OldImage;
import io.walbeam.change.Tuple;

/**
 * Receives what {@link PgOutputDecoder} decodes, one call a message.
 *
 * <p>The tuples belong to the decoder and are valid during the call. The columns stand in the order
 * of the relation's latest description; the decoder does not know the relation, so the handler
 * checks that their number agrees.
 */
public interface PgOutputHandler {
  void begin(PgOutputMessage.Begin begin);

  void commit(PgOutputMessage.Commit commit);

  void origin(PgOutputMessage.Origin origin);

  void relation(PgOutputMessage.RelationDescribed relation);

  void type(PgOutputMessage.TypeDescribed type);

  /** A row appeared. It may hold unchanged columns if a row filter made an update an insert. */
  void insert(int relationId, Tuple row);

  /**
   * A row changed.
   *
   * @param oldRow empty if {@code oldImage} is NONE
   */
  void update(int relationId, OldImage oldImage, Tuple oldRow, Tuple row);

  /**
   * A row disappeared.
   *
   * @param oldImage KEY or FULL
   */
  void delete(int relationId, OldImage oldImage, Tuple oldRow);

  void truncate(PgOutputMessage.Truncate truncate);

  void message(PgOutputMessage.LogicalMessage message);
}
