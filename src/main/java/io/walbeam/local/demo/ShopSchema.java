package io.walbeam.local.demo;

import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.List;
import java.util.stream.Stream;

/**
 * A small shop: several column types, a composite key, a table with identity FULL and values that
 * are stored out of line, a table whose names need quoting.
 */
public final class ShopSchema {
  /** Name of the database that the demo and the scenarios use. */
  public static final String DATABASE = "shop";

  private static final List<String> STATEMENTS =
      List.of(
          """
          CREATE TABLE customers (
            id         bigint PRIMARY KEY,
            name       varchar(80) NOT NULL,
            email      text,
            vip        boolean NOT NULL DEFAULT false,
            balance    numeric(12,2) NOT NULL DEFAULT 0,
            born       date,
            created_at timestamptz NOT NULL DEFAULT now())""",
          """
          CREATE TABLE products (
            id         uuid PRIMARY KEY,
            name       text NOT NULL,
            price      numeric(10,2) NOT NULL,
            weight     real,
            score      double precision,
            attributes jsonb,
            thumbnail  bytea,
            tags       text[],
            opens      time,
            released   timestamp)""",
          """
          CREATE TABLE orders (
            id          bigint PRIMARY KEY,
            customer_id bigint NOT NULL,
            reference   uuid NOT NULL,
            status      text NOT NULL,
            note        json,
            placed_at   timestamptz NOT NULL DEFAULT now())""",
          """
          CREATE TABLE order_lines (
            order_id bigint,
            line     integer,
            product  uuid NOT NULL,
            quantity smallint NOT NULL,
            price    numeric(10,2) NOT NULL,
            PRIMARY KEY (order_id, line))""",
          """
          CREATE TABLE reviews (
            id      bigint PRIMARY KEY,
            product uuid NOT NULL,
            stars   integer NOT NULL,
            body    text)""",
          "ALTER TABLE reviews REPLICA IDENTITY FULL",
          """
          CREATE TABLE warehouses (
            code     text PRIMARY KEY,
            city     text NOT NULL,
            items    bigint NOT NULL,
            share    numeric(5,4) NOT NULL,
            open     boolean NOT NULL,
            counted  date)""",
          """
          CREATE TABLE "Weird ""Name\""" (
            "Id"    integer PRIMARY KEY,
            "order" text,
            f       double precision)""");

  private ShopSchema() {}

  /**
   * Statements that leave so many rows of each table, those with the highest keys. What happens in
   * the shop goes on: whatever it finds no more it does not change.
   */
  public static List<String> keeping(int rows) {
    return Stream.of(
            "customers id", "products id", "orders id", "order_lines order_id", "reviews id")
        .map(each -> each.split(" ", -1))
        .map(
            each ->
                ("DELETE FROM %1$s WHERE %2$s <"
                        + " (SELECT %2$s FROM %1$s ORDER BY %2$s DESC OFFSET %3$d LIMIT 1)")
                    .formatted(each[0], each[1], rows))
        .toList();
  }

  /** Creates the tables in the connection's database. */
  public static void create(Connection connection) throws SQLException {
    try (Statement statement = connection.createStatement()) {
      for (String sql : STATEMENTS) {
        statement.execute(sql);
      }
    }
  }
}
