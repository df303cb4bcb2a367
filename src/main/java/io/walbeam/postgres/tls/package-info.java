/**
 * TLS to PostgreSQL: certificates and keys from files, Cloud Storage or Secret Manager to a socket
 * factory that pgjdbc can use, and what goes wrong with them in a sentence. Keys stay in memory and
 * are never written to disk. Imports failure and secret.
 */
@NullMarked
package io.walbeam.postgres.tls;

import org.jspecify.annotations.NullMarked;
