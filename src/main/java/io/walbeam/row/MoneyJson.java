package io.walbeam.row;

import java.nio.charset.StandardCharsets;

/**
 * money as a number where JSON keeps it, else as a string of its digits.
 *
 * @param fractionDigits of the database's currency
 */
record MoneyJson(int fractionDigits) implements JsonValue {
  @Override
  public void write(byte[] text, int from, int to, RowBuffer out) {
    byte[] number =
        MoneyEncoder.amount(text, from, to, fractionDigits)
            .toPlainString()
            .getBytes(StandardCharsets.US_ASCII);
    JsonScalars.NUMBER.write(number, 0, number.length, out);
  }
}
