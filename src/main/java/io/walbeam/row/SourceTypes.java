package io.walbeam.row;

import io.walbeam.change.TypeName;
import io.walbeam.change.TypeShape;
import java.util.Map;

/**
 * What is known of types that are not built in, by object identifier.
 *
 * @param announced as the stream named them
 * @param shapes what they consist of, as far as the catalogue still has them
 */
public record SourceTypes(Map<Integer, TypeName> announced, Map<Integer, TypeShape> shapes) {
  /** Nothing. */
  public static final SourceTypes NONE = announced(Map.of());

  public SourceTypes {
    announced = Map.copyOf(announced);
    shapes = Map.copyOf(shapes);
  }

  /** Digits after the point of amounts of money. */
  int moneyDigits() {
    return shapes.get(BuiltInTypes.MONEY) instanceof TypeShape.Money money
        ? money.fractionDigits()
        : MoneyEncoder.USUAL_DIGITS;
  }

  /** Without the catalogue. */
  public static SourceTypes announced(Map<Integer, TypeName> types) {
    return new SourceTypes(types, Map.of());
  }
}
