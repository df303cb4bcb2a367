/**
 * The pgoutput plugin's messages, protocol version 1: bytes in, message or malformed-message error
 * out.
 *
 * <p>Pure: no JDBC, no Beam, no logging. Every read is checked against the message's bounds.
 * Imports change and failure. Source of every layout: PostgreSQL documentation, "Logical
 * Replication Message Formats".
 */
@NullMarked
package io.walbeam.postgres.pgoutput;

import org.jspecify.annotations.NullMarked;
