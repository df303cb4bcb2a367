package io.walbeam.change;

import java.util.List;

/**
 * What the values of a type consist of, as the catalogue has it. Domains are what they are over.
 */
public sealed interface TypeShape {
  /**
   * A type without parts, or one whose parts are known by its name.
   *
   * @param name as the catalogue has it, {@code _int4} for an array; empty if it is not built in
   */
  record Plain(String name) implements TypeShape {}

  /**
   * Amounts of money, which have as many digits after the point everywhere in a database.
   *
   * @param fractionDigits as the database's {@code lc_monetary} has them
   */
  record Money(int fractionDigits) implements TypeShape {}

  /**
   * An array.
   *
   * @param delimiter between its elements, where PostgreSQL prints it
   */
  record ArrayOf(TypeShape element, char delimiter) implements TypeShape {}

  /** A range. */
  record RangeOf(TypeShape bound) implements TypeShape {}

  /** A multirange, which consists of ranges. */
  record MultirangeOf(RangeOf range) implements TypeShape {}

  /** A composite type. */
  record Composite(List<Attribute> attributes) implements TypeShape {
    public Composite {
      attributes = List.copyOf(attributes);
    }
  }

  /** One attribute of a composite type, in their order. */
  record Attribute(String name, TypeShape type) {}

  /** Whether a composite type is part of it, whose attributes come and go unsaid. */
  default boolean hasAttributes() {
    if (this instanceof ArrayOf array) {
      return array.element().hasAttributes();
    }
    if (this instanceof RangeOf range) {
      return range.bound().hasAttributes();
    }
    if (this instanceof MultirangeOf multirange) {
      return multirange.range().hasAttributes();
    }
    return this instanceof Composite;
  }
}
