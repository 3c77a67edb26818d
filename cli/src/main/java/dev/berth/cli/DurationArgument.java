package dev.berth.cli;

import dev.berth.domain.DurationText;
import java.time.Duration;
import picocli.CommandLine.TypeConversionException;

/** Durations on the command line. */
final class DurationArgument {

  private DurationArgument() {}

  /** The duration that the text means. */
  static Duration parse(String text) {
    return DurationText.parse(text)
        .orElseThrow(
            () ->
                new TypeConversionException(
                    "'" + text + "' is no duration: use " + DurationText.RULE));
  }
}
