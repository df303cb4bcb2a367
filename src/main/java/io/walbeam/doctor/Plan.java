package io.walbeam.doctor;

import io.walbeam.change.TablePatterns;

/** What a run with the same options would do, as far as the source is concerned. */
public record Plan(String slot, String publication, TablePatterns tables) {}
