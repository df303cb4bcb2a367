/**
 * Secrets and references to them. A {@link io.walbeam.secret.Secret} never prints its value; a
 * {@link io.walbeam.secret.SecretReference} is what options, sources and jobs carry. Imports
 * failure and the Secret Manager client.
 */
@NullMarked
package io.walbeam.secret;

import org.jspecify.annotations.NullMarked;
