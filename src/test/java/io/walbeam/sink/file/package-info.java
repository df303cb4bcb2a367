/** Files, against directories and storages that fail as a test says. */
@org.jspecify.annotations.NullMarked
package io.walbeam.sink.file;
