/** Tests of TLS to PostgreSQL. */
@NullMarked
package io.walbeam.postgres.tls;

import org.jspecify.annotations.NullMarked;
