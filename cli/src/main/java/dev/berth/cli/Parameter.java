package dev.berth.cli;

import java.util.Optional;
import picocli.CommandLine.Model.ArgSpec;

/**
 * What the command line said for one option or argument.
 *
 * @param spec what picocli fills in
 */
record Parameter<T>(ArgSpec spec) {

  /** The value, given or by default. */
  T value() {
    return given()
        .orElseThrow(() -> new IllegalStateException(spec + " has neither value nor default"));
  }

  /** The value, or empty when it was not given and has no default. */
  Optional<T> given() {
    return Optional.ofNullable(spec.getValue());
  }
}
