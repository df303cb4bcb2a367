/**
 * BigQuery's REST interface, version 2, and the stand-in's own controls.
 *
 * <p>Imports standin, standin.store and standin.sql.
 */
@NullMarked
package io.walbeam.local.standin.rest;

import org.jspecify.annotations.NullMarked;
