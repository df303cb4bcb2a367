/**
 * Secrets and references to them. A {@link io.walbeam.secret.Secret} never prints its value; a
 * {@link io.walbeam.secret.SecretReference} is what options, sources and jobs carry. Imports
 * failure and the clients of Secret Manager and Cloud Storage.
 */
@NullMarked
package io.walbeam.secret;

import org.jspecify.annotations.NullMarked;
